#include "galen/pipeline/precision_effect.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "galen/base/json_number.h"

namespace galen {
namespace {

constexpr double share_of_interval = 0.1;

double limit_of(const Score& f32) {
  const bool has_interval = std::isfinite(f32.value) && std::isfinite(f32.low) && std::isfinite(f32.high);
  return has_interval ? share_of_interval * (f32.high - f32.low) : std::numeric_limits<double>::quiet_NaN();
}

/// The records in `lower` of the cases in `f32`, in the same order, on which intervals depend.
std::vector<Record> in_order_of(const std::vector<Record>& f32, const std::vector<Record>& lower) {
  std::map<std::string, const Record*> by_case;
  for (const Record& record : lower) by_case[record.case_id] = &record;
  std::vector<Record> out;
  for (const Record& record : f32) {
    if (const auto found = by_case.find(record.case_id); found != by_case.end()) out.push_back(*found->second);
  }
  return out;
}

}  // namespace

bool PrecisionEffect::within_limit() const {
  const auto has_limit = [](const auto& score) { return !std::isnan(score.second.limit); };
  const auto breaks_it = [&](const auto& score) {
    const PrecisionChange& change = score.second;
    return has_limit(score) && !(std::abs(change.lower - change.f32) <= change.limit);  // true for NaN
  };
  return failed == 0 && std::ranges::any_of(scores, has_limit) && std::ranges::none_of(scores, breaks_it);
}

PrecisionEffect precision_effect(const Task& task, const Bundle& bundle, const std::vector<Record>& f32,
                                 const std::vector<Record>& lower) {
  const std::vector<Record> same = in_order_of(f32, lower);
  PrecisionEffect out;
  out.cases = static_cast<int>(f32.size());
  out.failed = static_cast<int>(f32.size() - same.size());
  if (out.failed > 0) return out;
  const Scores theirs = task.score(bundle, same);
  for (const auto& [name, score] : task.score(bundle, f32)) {
    const auto found = theirs.find(name);
    const double value = found == theirs.end() ? std::numeric_limits<double>::quiet_NaN() : found->second.value;
    out.scores[name] = {score.value, value, limit_of(score)};
  }
  return out;
}

Json to_json(const PrecisionEffect& effect, Precision lower, const std::string& processor) {
  Json json = {{"within_limit", effect.within_limit()},
               {"limit", "of each score that has a 95 % interval, a tenth of its width"},
               {"processor", processor},
               {"cases", effect.cases},
               {"failed", effect.failed},
               {"scores", Json::object()}};
  for (const auto& [name, change] : effect.scores) {
    json["scores"][name] = {{name_of(Precision::f32), number_or_null(change.f32)},
                            {name_of(lower), number_or_null(change.lower)},
                            {"limit", number_or_null(change.limit)}};
  }
  return json;
}

std::vector<Precision> lower_precisions(const Engine& engine) {
  std::vector<Precision> out = engine.native_precisions();
  std::erase(out, Precision::f32);
  return out;
}

Precision fastest_within_limit(const Bundle& bundle, const Engine& engine) {
  const JsonView recorded(bundle.precisions, "precisions");
  std::set<std::string, std::less<>> within;
  for (const auto& [name, unused] : bundle.precisions.items()) {  // all, to find a malformed one on any processor
    if (recorded.at(name).get<bool>("within_limit")) within.insert(name);
  }
  const std::vector<Precision> native = engine.native_precisions();
  const auto found = std::ranges::find_if(
      native, [&](Precision one) { return one == Precision::f32 || within.contains(name_of(one)); });
  return found == native.end() ? Precision::f32 : *found;
}

}  // namespace galen
