#include "galen/pipeline/evaluate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "apps/galen/command.h"
#include "galen/base/text.h"
#include "galen/io/dataset/dataset_io.h"
#include "galen/pipeline/paired_evaluation.h"
#include "galen/pipeline/record_file.h"

namespace galen::app {
namespace {

struct EvaluateArguments {
  std::string bundle, dataset, split = "test", output, precision = "auto", against;
  std::vector<std::string> by, margins;
  bool force = false;
};

constexpr const char* not_known = "not known";

// "   0.9110   [0.7990, 0.9730]"; the numbers of a difference have signs.
std::string told(const Score& score, bool difference = false) {
  if (std::isnan(score.value)) return not_known;
  const auto number = [&](double value) { return fmt::format(fmt::runtime(difference ? "{:+.4f}" : "{:.4f}"), value); };
  const bool known = !std::isnan(score.low) && !std::isnan(score.high);
  const std::string interval = known ? number(score.low) + ", " + number(score.high) : not_known;
  return fmt::format("{:>9}   [{}]", number(score.value), interval);
}

std::string table_of(const Scores& scores) {
  std::string text;
  for (const auto& [name, score] : scores) text += fmt::format("  {:<32} {}   n {}\n", name, told(score), score.n);
  return text;
}

std::string table_of(const PairedEvaluation& paired, const std::string& against) {
  std::string text =
      fmt::format("against {}: {} of {}", against, counted(paired.cases, "case"), counted(paired.patients, "patient"));
  if (paired.left_out > 0) text += fmt::format(", {} left out", paired.left_out);
  text += "; a difference above 0 favours the first\n";
  for (const auto& [name, one] : paired.scores) {
    const std::string both = std::isnan(one.difference.value)  // no case has this score in both
                                 ? ""
                                 : fmt::format("{:>9.4f} {:>9.4f} ", one.first.value, one.second.value);
    text += fmt::format("  {:<32} {}{}   {}\n", name, both, told(one.difference, true), name_of(one.verdict));
  }
  return text;
}

/// "dice.mean=0.01" words.
std::map<std::string, double> margins_of(const std::vector<std::string>& words) {
  std::map<std::string, double> margins;
  for (const std::string& word : words) {
    const auto equals = std::min(word.find('='), word.size());
    const auto number = number_in<double>(word.substr(std::min(equals + 1, word.size())));
    if (!number || !std::isfinite(*number))
      throw usage_error("--margin " + word, "is not SCORE=NUMBER", "dice.mean=0.01");
    margins[word.substr(0, equals)] = *number;
  }
  return margins;
}

Service service_of(Context& context, const std::string& bundle, const EvaluateArguments& arguments) {
  PredictOptions options;
  options.precision = precision_named(arguments.precision);
  options.threads = context.threads;
  return open_service(context.registry(), find_bundle(bundle), context.engine(), options);
}

// What the bundle is compared with.
struct Opponent {
  Service service;
  std::map<std::string, double> margins;
};

std::optional<Opponent> opponent_of(Context& context, const EvaluateArguments& arguments, const Service& service) {
  if (arguments.against.empty()) {
    if (!arguments.margins.empty())
      throw usage_error("--margin", "has no bundle to compare with", "name one with --against");
    return std::nullopt;
  }
  Opponent out{service_of(context, arguments.against, arguments), margins_of(arguments.margins)};
  if (out.service.task == service.task) return out;
  throw usage_error("--against " + arguments.against, "answers another kind of question: " + out.service.bundle->task,
                    "name a bundle of " + service.bundle->task);
}

void report_failures(Context& context, const Evaluation& evaluation) {
  for (const FailedCase& failed : evaluation.examination.failed)
    context.say(std::string("galen: ") + failed.error.what());
  if (!evaluation.examination.failed.empty()) context.status = 4;
}

std::string table_of(const std::string& score, const FairnessTable& gaps) {
  std::string text = fmt::format("{} by {}: each group minus all others\n", score, gaps.attribute);
  for (const GroupGap& group : gaps.groups) {
    const char* few = group.too_small    ? ", too few to tell much"
                      : group.few_others ? ", too few others to tell much"
                                         : "";
    text += fmt::format("  {:<32} {}{}{}\n", group.name, told(group.difference, true), group.apart() ? "   apart" : "",
                        few);
  }
  return text;
}

void print_tables(Context& context, const Evaluation& evaluation) {
  context.print(evaluation.protocol + "\n" + table_of(evaluation.scores));
  for (const SubgroupTable& table : evaluation.by) {
    for (const Subgroup& group : table.groups) {
      context.print(fmt::format("{} {}: {}{}\n{}", table.attribute, group.name, counted(group.patients, "patient"),
                                group.too_small ? ", too few to tell much" : "", table_of(group.scores)));
    }
    const auto gaps = evaluation.gaps.find(table.attribute);
    if (gaps == evaluation.gaps.end()) continue;
    for (const auto& [score, one] : gaps->second) context.print(table_of(score, one));
  }
}

void evaluate_bundle(Context& context, const EvaluateArguments& arguments) {
  const Split split = typed([&] { return split_named(arguments.split, "--split"); });
  std::optional<StagedFolder> output;  // refused before anything is computed
  if (!arguments.output.empty()) output.emplace(arguments.output, arguments.force);
  const Service service = service_of(context, arguments.bundle, arguments);
  const std::optional<Opponent> opponent = opponent_of(context, arguments, service);
  const Dataset dataset = read_dataset(arguments.dataset);
  const Evaluation evaluation = evaluate(service, dataset, split, arguments.by, context.progress());
  print_tables(context, evaluation);
  report_failures(context, evaluation);
  Json document = to_json(evaluation);
  document["bundle"] = service.bundle->id;
  std::map<std::string, Examination> files = {{"records.jsonl", evaluation.examination}};
  if (opponent) {
    require_comparable(*service.task, {*service.bundle, evaluation.examination.records});  // before the second is run
    const Evaluation other = evaluate(opponent->service, dataset, split, {}, context.progress());
    const PairedEvaluation paired =
        compare_records(*service.task, {*service.bundle, evaluation.examination.records},
                        {*opponent->service.bundle, other.examination.records}, opponent->margins);
    context.print(table_of(paired, opponent->service.bundle->id));
    report_failures(context, other);
    document["against"] = to_json(paired);
    document["against"]["bundle"] = opponent->service.bundle->id;
    files["records-against.jsonl"] = other.examination;
  }
  if (output) {
    write_json(output->path() / "evaluation.json", document);
    for (const auto& [name, examination] : files) write_records(output->path() / name, examination);
    output->commit();
  }
  context.print(document);
}

}  // namespace

void add_evaluate(CLI::App& program, Context& context) {
  const auto arguments = std::make_shared<EvaluateArguments>();
  CLI::App* command = add_command(program, context, "evaluate", "Score a bundle on a dataset, with 95 % intervals",
                                  "  galen evaluate hippocampus-mri DATASET\n"
                                  "  galen evaluate hippocampus-mri DATASET --by sex,age -o scores --json\n"
                                  "  galen evaluate mine DATASET --against hippocampus-mri --margin dice.mean=0.01",
                                  [&context, arguments] { evaluate_bundle(context, *arguments); });
  command->add_option("BUNDLE", arguments->bundle, "A bundle's folder or zip, or its name")->required();
  command->add_option("DATASET", arguments->dataset, "A folder with dataset.json and dataset.csv")->required();
  command->add_option("--split", arguments->split, split_choice())->capture_default_str();
  command->add_option("--by", arguments->by, "Columns (import --keep) to score by group; numeric ones by range")
      ->delimiter(',');
  command->add_option("--against", arguments->against, "Another bundle of the same task, compared case by case")
      ->type_name("BUNDLE");
  command->add_option("--margin", arguments->margins, "How much worse than --against still counts as equally good")
      ->type_name("SCORE=NUMBER")
      ->delimiter(',');
  add_precision(*command, arguments->precision);
  command->add_option("-o,--output", arguments->output, "Folder for evaluation.json and the record of every case");
  command->add_flag("--force", arguments->force, "Replace what is at the output");
}

}  // namespace galen::app
