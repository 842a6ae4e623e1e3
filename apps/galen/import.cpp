#include "galen/io/dataset/import.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "apps/galen/command.h"
#include "galen/base/error.h"
#include "galen/base/text.h"
#include "galen/io/dataset/dataset_io.h"

namespace galen::app {
namespace {

struct ImportArguments {
  std::string format, source, output;
  std::vector<double> shares;
  ImportOptions options;
  bool force = false;
};

void import_dataset(const Context& context, const ImportArguments& arguments) {
  ImportOptions options = arguments.options;
  if (!arguments.shares.empty()) {
    options.shares = {arguments.shares[0], arguments.shares[1], arguments.shares[2], arguments.shares[3]};
  }
  const Dataset dataset =
      examining(arguments.source, [&] { return import_format(arguments.format).import(arguments.source, options); });
  write_dataset(dataset, arguments.output, arguments.force);
  const Dataset written = read_dataset(arguments.output);  // what a later command will see

  Json splits = Json::object();
  for (const Split split : all_splits()) {
    std::set<std::string> patients;
    const auto rows = written.of(split);
    for (const DatasetRow* row : rows) patients.insert(row->patient);
    splits[std::string(name_of(split))] = {{"cases", rows.size()}, {"patients", patients.size()}};
    context.print(fmt::format("{:<10} {} of {}", name_of(split), counted(rows.size(), "case"),
                              counted(patients.size(), "patient")));
  }
  if (!written.patients_known)
    context.say("patients are unknown: every case counts as a patient, and every score says so");
  context.print(Json{{"dataset", arguments.output},
                     {"name", written.name},
                     {"cases", written.rows.size()},
                     {"patients_known", written.patients_known},
                     {"splits", splits}});
}

}  // namespace

void add_import(CLI::App& program, Context& context) {
  const auto arguments = std::make_shared<ImportArguments>();
  std::string formats;
  for (const ImportFormat& format : import_formats()) formats += fmt::format("\n  {:<8} {}", format.name, format.help);
  CLI::App* command =
      add_command(program, context, "import", "Make a dataset from what you have; nothing is copied",
                  "  galen import msd Task04_Hippocampus --cases people.csv -o hippocampus\n"
                  "  galen import folder scans --cases cases.csv --patient-column person -o dataset\n"
                  "  galen import wfdb mitdb --cases people.csv --source \"PhysioNet, mitdb 1.0.0\" -o arrhythmias\n"
                  "Formats:" +
                      formats,
                  [&context, arguments] { import_dataset(context, *arguments); });
  ImportOptions& options = arguments->options;
  command->add_option("FORMAT", arguments->format, "The layout of the source")->required();
  command->add_option("SOURCE", arguments->source, "The folder to import")->required();
  command->add_option("-o,--output", arguments->output, "The dataset's folder")->required();
  command->add_option("--name", options.name, "Name of the dataset");
  command->add_option("--task", options.task, "The task that it is for");
  command->add_option("--source", options.source, "Where the data came from, in words; its bundles repeat it");
  command->add_option("--licence", options.licence, "Licence of the data");
  command->add_option("--citation", options.citation, "How to cite the data");
  command->add_option("--cases", options.cases,
                      "CSV with one row per case: its patient and other attributes; without it each case counts "
                      "as a patient");
  command->add_option("--case-column", options.case_column, "Column of --cases with the case");
  command->add_option("--patient-column", options.patient_column, "Column of --cases with the patient");
  command->add_option("--split-column", options.split_column,
                      "Column of --cases with the split; without it patients are assigned at random");
  command->add_option("--keep", options.keep, "Columns of --cases to keep, for evaluate --by: sex,age")->delimiter(',');
  command
      ->add_option("--annotators", options.annotators,
                   "wfdb: extensions of annotation files, the first found is used; or 'none'")
      ->delimiter(',');
  command->add_option("--classes", options.classes, "Names of the mask's values 0, 1, ...")->delimiter(',');
  command->add_option("--shares", arguments->shares, "Shares of train,validate,calibrate,test; default 0.7,0.15,0,0.15")
      ->delimiter(',')
      ->expected(4);
  command->add_option("--seed", options.seed, "Seed of the split");
  command->add_flag("--force", arguments->force, "Replace what is at the output");
}

}  // namespace galen::app
