#include "galen/pipeline/paired_evaluation.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <ranges>
#include <set>

namespace galen {
namespace {

struct Pairs {
  std::vector<std::size_t> first, second;  // indices of records: the same cases in the same order
  std::vector<std::string> patients;
};

Pairs paired(const std::vector<Record>& first, const std::vector<Record>& second) {
  std::map<std::string, std::size_t> seconds;
  for (std::size_t i = 0; i < second.size(); ++i) seconds[second[i].case_id] = i;
  Pairs out;
  for (std::size_t i = 0; i < first.size(); ++i) {
    const auto found = seconds.find(first[i].case_id);
    if (found == seconds.end()) continue;
    out.first.push_back(i);
    out.second.push_back(found->second);
    out.patients.push_back(first[i].patient);
  }
  return out;
}

std::vector<double> values_at(const CaseScores& scores, const std::vector<std::size_t>& rows) {
  std::vector<double> out;
  out.reserve(rows.size());
  for (const std::size_t row : rows) out.push_back(scores.values[row]);
  return out;
}

void require_known(const PairedEvaluation& evaluation, const std::map<std::string, double>& margins) {
  for (const auto& [name, margin] : margins) {
    if (evaluation.scores.contains(name)) continue;
    throw usage_error(
        "margin of " + name, "is of no score that both bundles have",
        fmt::format("name with --margin one of {}", fmt::join(std::views::keys(evaluation.scores), ", ")));
  }
}

}  // namespace

void require_comparable(const Task& task, const BundleRecords& first) {
  if (!task.case_scores(first.bundle, first.records).empty()) return;
  throw usage_error("bundle " + first.bundle.id, "has no score that is a mean over these cases",
                    "evaluate it alone, without --against");
}

PairedEvaluation compare_records(const Task& task, const BundleRecords& first, const BundleRecords& second,
                                 const std::map<std::string, double>& margins) {
  for (const auto& [name, margin] : margins) {
    if (margin >= 0) continue;
    throw usage_error("margin of " + name, "is negative", "write with --margin how much worse is still as good");
  }
  const std::string where = fmt::format("bundles {} and {}", first.bundle.id, second.bundle.id);
  const Pairs pairs = paired(first.records, second.records);
  if (pairs.first.empty()) {
    throw Error(where, "no case was answered by both", {}, "evaluate each alone, without --against, to see why");
  }
  const auto ours = task.case_scores(first.bundle, first.records);
  const auto theirs = task.case_scores(second.bundle, second.records);
  PairedEvaluation out;
  out.cases = static_cast<int>(pairs.first.size());
  out.patients = static_cast<int>(std::set(pairs.patients.begin(), pairs.patients.end()).size());
  out.left_out = static_cast<int>(first.records.size() + second.records.size()) - 2 * out.cases;
  for (const auto& [name, scores] : ours) {
    const auto other = theirs.find(name);
    if (other == theirs.end()) continue;
    const auto margin = margins.find(name);
    out.scores[name] = compare(values_at(scores, pairs.first), values_at(other->second, pairs.second), pairs.patients,
                               margin == margins.end() ? 0 : margin->second, scores.direction);
  }
  if (out.scores.empty()) {
    throw usage_error(where, "have no score that is a mean over these cases", "evaluate each alone, without --against");
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
