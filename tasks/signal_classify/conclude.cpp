#include "tasks/signal_classify/conclude.h"

#include <algorithm>
#include <cmath>

#include "galen/pipeline/fitted_on.h"
#include "galen/trust/conformal.h"
#include "galen/trust/reference.h"
#include "tasks/signal_classify/strip.h"
#include "tasks/signal_classify/task.h"

namespace galen::classify {
namespace {

constexpr double set_level = 0.9;

// Keeps the features of these strips as a reference: strips unlike them cause a warning.
void keep_reference(const StripPlan& plan, const Pool& pool, Bundle& bundle) {
  std::vector<ReferenceCase> cases;
  for (std::size_t i = 0; i < pool.records.size(); ++i) {
    if (pool.records[i].features.empty()) continue;
    cases.push_back({pool.patients[i], reference_statistics(pool.records[i].features), {}});
  }
  if (const auto profile = kept_profile(feature_names(plan), cases)) bundle.reference["profile"] = to_json(*profile);
}

std::vector<double> prior_shift(const StripPlan& plan, const std::vector<ClassLabel>& classes, const Pool& pool) {
  std::vector<double> out(classes.size());
  for (std::size_t k = 0; k < classes.size(); ++k) {
    const auto in_loss = plan.class_weights.find(classes[k].name);
    if (in_loss != plan.class_weights.end()) out[k] -= std::log(in_loss->second);
    const auto one = std::ranges::find(pool.records, static_cast<int>(k), &StripRecord::truth);
    if (one != pool.records.end()) {
      out[k] += std::log(pool.weights[static_cast<std::size_t>(one - pool.records.begin())]);
    }
  }
  return out;
}

Decision decision_on(const StripPlan& plan, const std::vector<ClassLabel>& classes,
                     const std::vector<LogitSample>& samples, const Calibration& calibration) {
  std::vector<Judged> judged;
  for (const LogitSample& one : samples) {
    judged.push_back({probabilities_of(calibration, one.logits), one.truth, one.weight});
  }
  return fit_decision(plan, classes, judged);
}

}  // namespace

std::vector<double> reference_statistics(const std::vector<float>& features) {
  std::vector<double> out;
  for (const float v : features) out.push_back(std::clamp(v, -greatest_feature, greatest_feature));
  return out;
}

Fits fit(const StripPlan& plan, const std::vector<ClassLabel>& classes, const Pool& pool,
         const std::vector<double>& shift) {
  const std::vector<LogitSample> samples = pool.samples(shift);
  const Calibration calibration = choose_calibration(samples).calibration;
  return {shift, calibration, decision_on(plan, classes, samples, calibration)};
}

Fits unfitted(std::size_t classes) {
  Fits out;
  out.shift.resize(classes);
  out.calibration.classes = classes == 2 ? 1 : static_cast<int>(classes);
  out.decision = {std::vector<double>(classes, 1), std::vector<double>(classes)};
  return out;
}

Fits fits_of(const Bundle& bundle) {
  Fits out = unfitted(bundle.classes.size());
  const JsonView decision(bundle.decision, "decision");
  if (!decision.has("class")) return out;
  out.calibration = calibration_from_json(JsonView(bundle.calibration, "calibration").at("calibration"));
  out.decision = decision_from_json(decision.at("class"));
  out.shift = decision.get<std::vector<double>>("shift");
  return out;
}

void SignalClassify::conclude(Bundle& bundle, const std::vector<Record>& records) const {
  const StripPlan plan = plan_from_recipe(recipe_of(bundle));
  const Pool pool = pool_of(plan, bundle.classes, records);
  if (std::ranges::all_of(pool.records, [](const StripRecord& one) { return one.logits.empty(); })) {
    throw Error(bundle.id, "has no examined strip to conclude from");
  }
  const std::vector<double> shift = prior_shift(plan, bundle.classes, pool);
  const std::vector<LogitSample> samples = pool.samples(shift);
  const CalibrationChoice choice = choose_calibration(samples);
  std::vector<ClassSample> classes;
  for (const LogitSample& one : samples) {
    classes.push_back({probabilities_of(choice.calibration, one.logits), one.truth, one.patient});
  }
  bundle.calibration = to_json(choice);
  bundle.decision["class"] = to_json(decision_on(plan, bundle.classes, samples, choice.calibration));
  bundle.decision["shift"] = shift;
  bundle.decision["fitted_on"] = fitted_on(records);
  bundle.decision["sets"] = to_json(fit_sets(classes, set_level, true));
  if (const auto check = cross_fitted_coverage(samples, set_level, true)) bundle.coverage["class"] = to_json(*check);
  keep_reference(plan, pool, bundle);
}

}  // namespace galen::classify
