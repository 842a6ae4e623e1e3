#include "galen/pipeline/evaluate.h"

#include <fmt/format.h>

#include "apps/galen/command.h"
#include "galen/io/dataset/dataset_io.h"

namespace galen::app {
namespace {

struct EvaluateArguments {
  std::string bundle, dataset, split = "test", output, precision = "auto";
  std::vector<std::string> by;
  bool force = false;
};

std::string table_of(const Scores& scores) {
  std::string text;
  for (const auto& [name, score] : scores) {
    text +=
        fmt::format("  {:<32} {:>9.4f}   [{:.4f}, {:.4f}]   n {}\n", name, score.value, score.low, score.high, score.n);
  }
  return text;
}

void evaluate_bundle(Context& context, const EvaluateArguments& arguments) {
  const Split split = split_named(arguments.split, "--split");
  PredictOptions options;
  options.precision = precision_named(arguments.precision);
  options.threads = context.threads;
  const Service service = open_service(context.registry(), find_bundle(arguments.bundle), context.engine(), options);
  const Dataset dataset = read_dataset(arguments.dataset);
  const Evaluation evaluation = evaluate(service, dataset, split, arguments.by, context.progress());

  Json document = to_json(evaluation);
  document["bundle"] = service.bundle->id;
  if (!arguments.output.empty()) {
    StagedFolder output(arguments.output, arguments.force);
    write_json(output.path() / "evaluation.json", document);
    std::string lines;
    for (const Record& record : evaluation.examination.records) lines += to_json(record).dump() + "\n";
    write_file(output.path() / "records.jsonl", lines);
    output.commit();
  }
  context.print(evaluation.protocol + "\n" + table_of(evaluation.scores));
  for (const auto& [attribute, groups] : evaluation.by) {
    for (const auto& [value, scores] : groups)
      context.print(fmt::format("{} = {}\n{}", attribute, value, table_of(scores)));
  }
  for (const FailedCase& failed : evaluation.examination.failed)
    context.say(std::string("galen: ") + failed.error.what());
  if (!evaluation.examination.failed.empty()) context.status = 4;
  context.print(document);
}

}  // namespace

void add_evaluate(CLI::App& program, Context& context) {
  const auto arguments = std::make_shared<EvaluateArguments>();
  CLI::App* command = add_command(program, context, "evaluate", "Score a bundle on a dataset, with 95 % intervals",
                                  "  galen evaluate hippocampus-mri DATASET\n"
                                  "  galen evaluate hippocampus-mri DATASET --by sex,site -o scores --json",
                                  [&context, arguments] { evaluate_bundle(context, *arguments); });
  command->add_option("BUNDLE", arguments->bundle, "A bundle's folder or zip, or its name")->required();
  command->add_option("DATASET", arguments->dataset, "A folder with dataset.json and dataset.csv")->required();
  command->add_option("--split", arguments->split, "train, validate, calibrate or test");
  command->add_option("--by", arguments->by, "Columns whose values are scored apart")->delimiter(',');
  command->add_option("--precision", arguments->precision, "auto, f32, bf16, f16 or int8");
  command->add_option("-o,--output", arguments->output, "Folder for evaluation.json and the record of every case");
  command->add_flag("--force", arguments->force, "Replace what is at the output");
}

}  // namespace galen::app
