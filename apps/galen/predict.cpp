#include <fmt/format.h>

#include <map>
#include <set>

#include "apps/common/quantity.h"
#include "apps/galen/command.h"
#include "galen/base/files.h"
#include "galen/base/threads.h"
#include "galen/io/dataset/import.h"
#include "galen/pipeline/load.h"
#include "galen/pipeline/predict.h"
#include "galen/report/report.h"

namespace galen::app {
namespace {

struct PredictArguments {
  std::string bundle;
  std::vector<std::string> inputs;
  std::string output, precision = "auto", max_ram;
  std::vector<std::string> settings;
  double rate_hz = 0;
  bool force = false;
};

PredictOptions options_of(const PredictArguments& arguments, int threads) {
  PredictOptions options;
  options.precision = precision_named(arguments.precision);
  options.threads = threads;
  if (!arguments.max_ram.empty()) options.max_memory_bytes = parse_bytes(arguments.max_ram, "--max-ram");
  options.settings = settings_of(arguments.settings);
  return options;
}

// Groups inputs into cases: a file each for tasks with one input, "role=file" words (one case) for tasks with several.
std::vector<std::pair<std::string, std::map<std::string, fs::path>>> cases_of(const std::vector<InputSpec>& roles,
                                                                              const std::vector<std::string>& inputs) {
  std::vector<std::pair<std::string, std::map<std::string, fs::path>>> cases;
  std::map<std::string, fs::path> named;
  std::set<std::string> taken;
  for (const std::string& input : inputs) {
    const auto equals = input.find('=');
    const bool is_named = equals != std::string::npos && !fs::exists(input);
    if (is_named) {
      named[input.substr(0, equals)] = input.substr(equals + 1);
      continue;
    }
    const std::string id = name_apart(stem_of(input), taken);
    cases.emplace_back(id, std::map<std::string, fs::path>{{roles.front().role, input}});
  }
  if (!named.empty()) cases.emplace_back(stem_of(named.begin()->second), named);
  return cases;
}

void predict(Context& context, const PredictArguments& arguments) {
  const Service service = open_service(context.registry(), find_bundle(arguments.bundle), context.engine(),
                                       options_of(arguments, context.threads));
  const std::vector<InputSpec>& roles = service.task->info().inputs;
  const auto cases = cases_of(roles, arguments.inputs);
  Rates rates_hz;
  for (const InputSpec& role : roles) rates_hz[role.role] = arguments.rate_hz;
  StagedFolder output(arguments.output, arguments.force);
  Json findings = Json::array(), failed = Json::array();
  std::vector<Error> errors;
  for (const auto& [id, files] : cases) {
    check_stop();
    try {
      const Case input = read_case(roles, files, id, {}, rates_hz);
      const Finding finding = service.answer(input, context.progress());
      write_finding(finding, &input, cases.size() == 1 ? output.path() : output.path() / id);
      for (const Statement& statement : finding.statements) context.print(fmt::format("{}: {}", id, statement.text));
      for (const Warning& warning : finding.warnings) context.say(fmt::format("{}: note: {}", id, warning.text));
      findings.push_back(to_json(finding));
    } catch (const Error& error) {
      if (error.fault() != Fault::refused && error.fault() != Fault::usage) throw;  // a region may not fit one image
      errors.push_back(error);
      failed.push_back({{"case", id}, {"error", error.what()}});
      if (cases.size() > 1) context.say(std::string("galen: ") + error.what());
    }
  }
  if (errors.size() == cases.size()) throw errors.front();
  output.commit();
  if (!errors.empty()) context.status = 4;
  context.print(Json{{"findings", findings},
                     {"failed", failed},
                     {"output", arguments.output},
                     {"peak_memory_bytes", peak_memory_bytes()}});
  context.print(fmt::format("written to {} (peak memory {})", arguments.output, memory_text(peak_memory_bytes())));
}

}  // namespace

void add_predict(CLI::App& program, Context& context) {
  const auto arguments = std::make_shared<PredictArguments>();
  CLI::App* command = add_command(
      program, context, "predict", "Answer a bundle's question for one or more cases",
      "  galen predict ecg-rhythm examples/recordings/mitbih-208.hea -o out\n"
      "  galen predict hippocampus-mri /usr/share/mricron/templates/ch2.nii.gz -o out --set roi=46,79,42,85,131,85 "
      "--set laterality=left\n"
      "  galen predict hippocampus-mri crops/*.nii.gz -o out --json",
      [&context, arguments] { predict(context, *arguments); });
  command->add_option("BUNDLE", arguments->bundle, "A bundle's folder or zip, or its name")->required();
  command
      ->add_option("INPUT", arguments->inputs,
                   "Files, one case each (a WFDB record: 208.hea or 208); role=FILE for tasks with several inputs")
      ->required();
  command->add_option("-o,--output", arguments->output, "Folder for findings, masks and report")->required();
  add_precision(*command, arguments->precision);
  command->add_option(
      "--max-ram", arguments->max_ram,
      "Memory limit, such as 4G; refuses cases that need more and says how much (only image_segment takes it)");
  command->add_option("--set", arguments->settings, "A setting of the task: KEY=VALUE (see docs of the task)");
  command->add_option("--rate", arguments->rate_hz, "Sampling rate of recordings whose files do not state it")
      ->type_name("HZ")
      ->check(CLI::PositiveNumber);
  command->add_flag("--force", arguments->force, "Replace what is at the output");
}

}  // namespace galen::app
