#include "galen/pipeline/paired_evaluation.h"

#include <set>

namespace galen {
namespace {

struct Pairs {
  std::vector<Record> first, second;  // of the same cases in the same order
  std::vector<std::string> patients;
};

Pairs paired(const std::vector<Record>& first, const std::vector<Record>& second) {
  std::map<std::string, const Record*> seconds;
  for (const Record& record : second) seconds[record.case_id] = &record;
  Pairs out;
  for (const Record& record : first) {
    const auto found = seconds.find(record.case_id);
    if (found == seconds.end()) continue;
    out.first.push_back(record);
    out.second.push_back(*found->second);
    out.patients.push_back(record.patient);
  }
  return out;
}

void require_known(const PairedEvaluation& evaluation, const std::map<std::string, double>& margins) {
  for (const auto& [name, margin] : margins) {
    if (!evaluation.scores.contains(name)) throw usage_error("--margin " + name, "is no score that both bundles have");
  }
}

}  // namespace

PairedEvaluation compare_records(const Task& task, const std::vector<Record>& first, const std::vector<Record>& second,
                                 const std::map<std::string, double>& margins) {
  for (const auto& [name, margin] : margins) {
    if (!(margin >= 0)) throw usage_error("--margin " + name, "is negative", "write how much worse is still as good");
  }
  const Pairs pairs = paired(first, second);
  if (pairs.first.empty()) throw Error("--against", "no case was answered by both bundles");
  const auto ours = task.case_scores(pairs.first), theirs = task.case_scores(pairs.second);
  PairedEvaluation out;
  out.cases = static_cast<int>(pairs.first.size());
  out.patients = static_cast<int>(std::set(pairs.patients.begin(), pairs.patients.end()).size());
  out.left_out = static_cast<int>(first.size() + second.size()) - 2 * out.cases;
  for (const auto& [name, scores] : ours) {
    const auto other = theirs.find(name);
    if (other == theirs.end()) continue;
    const auto margin = margins.find(name);
    out.scores[name] = compare(scores.values, other->second.values, pairs.patients,
                               margin == margins.end() ? 0 : margin->second, scores.direction);
  }
  if (out.scores.empty()) {
    throw usage_error("--against", "there is no score of single cases that both bundles have",
                      "the task is " + task.info().name);
  }
  require_known(out, margins);
  return out;
}

Json to_json(const PairedEvaluation& evaluation) {
  Json json = {{"cases", evaluation.cases}, {"patients", evaluation.patients}, {"left_out", evaluation.left_out}};
  for (const auto& [name, comparison] : evaluation.scores) json["metrics"][name] = to_json(comparison);
  return json;
}

}  // namespace galen
