#include "galen/train/loop_state.h"

#include "galen/base/json_number.h"

namespace galen {
namespace {

constexpr int format_version = 1;

Json numbers(const std::map<std::string, double>& values) {
  Json out = Json::object();
  for (const auto& [name, value] : values) out[name] = number_or_null(value);
  return out;
}
std::map<std::string, double> read_numbers(const JsonView& json) {
  std::map<std::string, double> out;
  for (const auto& [name, value] : json.json().items()) out[name] = number_or_nan(json.at(name));
  return out;
}

Json to_json(const Validation& validation) {
  return {{"criterion", number_or_null(validation.criterion)}, {"values", numbers(validation.values)}};
}
Validation read_validation(const JsonView& json) {
  return {number_or_nan(json.at("criterion")), read_numbers(json.at("values"))};
}

// Lists every plain field once, for both writing and reading.
template <class State, class Visit>
void visit_fields(State& s, Visit&& visit) {
  visit("identity", s.identity);
  visit("epoch", s.epoch);
  visit("batch", s.batch);
  visit("update", s.update);
  visit("course_updates", s.course.updates);
  visit("course_anchor_update", s.course.anchor_update);
  visit("course_anchor_progress", s.course.anchor_progress);
  visit("learning_rate", s.learning_rate);
  visit("epoch_gradient_norm", s.sums.gradient_norm);
  visit("epoch_batches", s.sums.batches);
  visit("epoch_updates", s.sums.updates);
  visit("epoch_samples", s.sums.samples);
  visit("epoch_skipped", s.sums.skipped);
  visit("epoch_seconds", s.sums.seconds);
  visit("skipped", s.skipped);
  visit("skipped_in_row", s.skipped_in_row);
  visit("best_epoch", s.best_epoch);
  visit("earlier_best_epoch", s.earlier_best_epoch);
  visit("validations_without_gain", s.validations_without_gain);
  visit("finished", s.finished);
  visit("stopped_early", s.stopped_early);
  visit("seconds", s.seconds);
  visit("update_seconds", s.update_seconds);
  visit("validation_seconds", s.validation_seconds);
  visit("validations", s.validations);
  visit("log_bytes", s.log_bytes);
}

}  // namespace

Json to_json(const LoopState& state) {
  Json out = {{"format", format_version}};
  visit_fields(state, [&](const char* name, const auto& value) { out[name] = value; });
  out["epoch_outputs"] = numbers(state.sums.outputs);
  out["best"] = to_json(state.best);
  out["last"] = to_json(state.last);
  out["pace"] = Json::array();
  for (const PaceChange& change : state.pace) out["pace"].push_back({change.at_update, change.new_end});
  out["computed_by"] = state.computed_by;
  return out;
}

LoopState loop_state_from_json(const JsonView& json) {
  if (json.get<int>("format") != format_version) {
    throw Error(json.where(), "is a checkpoint of another version of Galen", {},
                "train from the beginning with --force");
  }
  LoopState state;
  visit_fields(
      state, [&](const char* name, auto& value) { value = json.get<std::remove_reference_t<decltype(value)>>(name); });
  state.sums.outputs = read_numbers(json.at("epoch_outputs"));
  state.best = read_validation(json.at("best"));
  state.last = read_validation(json.at("last"));
  const JsonView pace = json.at("pace");
  for (std::size_t i = 0; i < pace.size(); ++i) {
    state.pace.push_back({pace.at(i).at(0).as<std::int64_t>(), pace.at(i).at(1).as<std::int64_t>()});
  }
  if (!json.has("computed_by")) return state;
  const JsonView computed_by = json.at("computed_by");
  for (std::size_t i = 0; i < computed_by.size(); ++i) {
    state.computed_by.push_back(computed_by.at(i).as<std::string>());
  }
  return state;
}

}  // namespace galen
