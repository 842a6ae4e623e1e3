#include "galen/pipeline/evaluate.h"

#include <fmt/format.h>

#include <cmath>
#include <set>

#include "galen/base/text.h"
#include "galen/metric/stats.h"
#include "galen/pipeline/load.h"

namespace galen {
namespace {

/// One entry for each record.
struct Owners {
  std::vector<std::map<std::string, std::string>> attributes;
  std::vector<std::string> patients;
};

Owners owners_of(const std::vector<Record>& records) {
  Owners out;
  for (const Record& record : records) {
    out.attributes.push_back(record.attributes);
    out.patients.push_back(record.patient);
  }
  return out;
}

SubgroupTable subgroups(const Service& service, const std::vector<Record>& records, const Owners& owners,
                        const std::string& attribute) {
  const auto score = [&](std::span<const std::size_t> rows) {
    std::vector<Record> members;
    for (const std::size_t row : rows) members.push_back(records[row]);
    return service.task->score(*service.bundle, members);
  };
  return by_subgroup(attribute, owners.attributes, owners.patients, score);
}

std::map<std::string, FairnessTable> gaps_of(const std::map<std::string, CaseScores>& scores, const Owners& owners,
                                             const std::string& attribute) {
  // Groups are formed from all cases; numbers are not cut again among the cases that have the score.
  const std::vector<std::string> groups = subgroup_names(attribute, owners.attributes);
  std::map<std::string, FairnessTable> out;
  for (const auto& [name, of_cases] : scores) {
    std::vector<double> values;
    Owners told;
    for (std::size_t i = 0; i < groups.size(); ++i) {
      if (std::isnan(of_cases.values[i])) continue;
      values.push_back(of_cases.values[i]);
      told.attributes.push_back({{attribute, groups[i]}});
      told.patients.push_back(owners.patients[i]);
    }
    const auto mean_of = [&](std::span<const std::size_t> rows) {
      std::vector<double> members;
      for (const std::size_t row : rows) members.push_back(values[row]);
      return mean(members);
    };
    FairnessTable table = fairness(attribute, told.attributes, told.patients, mean_of);
    if (table.groups.size() > 1) out.emplace(name, std::move(table));
  }
  return out;
}

// Whether its networks were trained on cases of this split. The test split is never used in training.
bool learned_from(const Bundle& bundle, const Dataset& dataset, Split split) {
  const std::string learned = bundle.training.value("dataset_fingerprint", "");
  return split != Split::test && !learned.empty() && learned == dataset.fingerprint;
}

}  // namespace

Examination examine_rows(const Predictor& predictor, const std::vector<const DatasetRow*>& rows, const LoadCase& load,
                         Progress& progress) {
  Examination out;
  progress.begin("examining", rows.size(), "cases");
  for (const DatasetRow* row : rows) {
    check_stop();
    try {
      const Case input = load(*row);
      Record record = with_context("case " + row->id, [&] { return predictor.examine(input); });
      record.case_id = row->id;
      record.patient = row->patient;
      record.attributes = input.attributes;
      out.records.push_back(std::move(record));
    } catch (const Error& error) {
      if (error.fault() == Fault::interrupted) throw;
      out.failed.push_back({row->id, error});
    }
    progress.advance(out.records.size() + out.failed.size());
  }
  progress.end();
  return out;
}

Evaluation evaluate(const Service& service, const Dataset& dataset, Split split, const std::vector<std::string>& by,
                    Progress& progress) {
  const std::vector<const DatasetRow*> rows = dataset.of(split);
  if (rows.empty()) {
    throw Error(dataset.name, fmt::format("has no case in the split '{}'", name_of(split)), {},
                "choose another with --split");
  }
  const TaskInfo& task = service.task->info();
  for (const std::string& attribute : by) {
    const auto is_it = [&](const InputSpec& role) { return role.role == attribute; };
    const bool is_role = std::ranges::any_of(task.inputs, is_it) || std::ranges::any_of(task.truth, is_it);
    const auto has_it = [&](const DatasetRow* row) { return row->columns.contains(attribute); };
    if (is_role || std::ranges::none_of(rows, has_it)) {
      throw usage_error("attribute " + attribute, "no case has it", "name a column of dataset.csv with --by");
    }
  }
  const LoadCase load = case_loader(task, dataset, true);
  Evaluation out;
  out.examination = examine_rows(*service.predictor, rows, load, progress);
  const std::vector<Record>& records = out.examination.records;
  if (records.empty()) throw out.examination.failed.front().error;

  out.scores = service.task->score(*service.bundle, records);
  std::set<std::string> patients;
  for (const Record& record : records) patients.insert(record.patient);
  if (!by.empty()) {
    const Owners owners = owners_of(records);
    const std::map<std::string, CaseScores> of_cases = service.task->case_scores(*service.bundle, records);
    for (const std::string& attribute : by) {
      out.by.push_back(subgroups(service, records, owners, attribute));
      auto gaps = gaps_of(of_cases, owners, attribute);
      if (!gaps.empty()) out.gaps[attribute] = std::move(gaps);
    }
  }
  out.protocol =
      fmt::format("{} of the dataset '{}': {} of {}, {} failed; 95 % intervals by bootstrap over {}", name_of(split),
                  dataset.name, counted(records.size(), "case"), counted(patients.size(), "patient"),
                  out.examination.failed.size(), dataset.patients_known ? "patients" : "cases (patients unknown)");
  if (learned_from(*service.bundle, dataset, split)) {
    out.protocol += "; the bundle was trained on this dataset: expect lower scores on others";
  }
  return out;
}

Json to_json(const Evaluation& evaluation) {
  Json json = {{"protocol", evaluation.protocol}, {"metrics", to_json(evaluation.scores)}};
  for (const SubgroupTable& table : evaluation.by) json["by"][table.attribute] = to_json(table).at("groups");
  for (const auto& [attribute, tables] : evaluation.gaps) {
    for (const auto& [name, table] : tables) json["gaps"][attribute][name] = to_json(table);
  }
  Json failed = Json::array();
  for (const FailedCase& one : evaluation.examination.failed) {
    failed.push_back({{"case", one.case_id}, {"error", one.error.what()}});
  }
  json["failed"] = failed;
  return json;
}

}  // namespace galen
