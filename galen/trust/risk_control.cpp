#include "galen/trust/risk_control.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "galen/metric/bootstrap.h"
#include "galen/metric/stats.h"
#include "galen/trust/folds.h"

namespace galen {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

std::vector<std::string> patients_of(std::span<const RiskCurve> curves) {
  std::vector<std::string> patients;
  for (const RiskCurve& curve : curves) patients.push_back(curve.patient);
  return patients;
}

void check(std::span<const double> thresholds, std::span<const RiskCurve> curves) {
  if (curves.empty() || thresholds.empty()) throw defect("control_risk", "needs curves and thresholds");
  if (!std::is_sorted(thresholds.begin(), thresholds.end())) throw defect("control_risk", "thresholds must ascend");
  for (const RiskCurve& curve : curves) {
    if (curve.risk.size() != thresholds.size() || !std::is_sorted(curve.risk.begin(), curve.risk.end()) ||
        !(curve.risk.front() >= 0) || !(curve.risk.back() <= 1)) {
      throw defect("control_risk", "a curve must give a risk within [0, 1] for each threshold and never decrease");
    }
  }
}

// [patient][threshold]: the mean over the patient's cases.
std::vector<std::vector<double>> by_patient(std::span<const RiskCurve> curves) {
  const PatientIndex index = index_patients(patients_of(curves));
  std::vector<std::vector<double>> result;
  for (const auto& rows : index.rows) {
    std::vector<double> average(curves[0].risk.size());
    for (const std::size_t row : rows) {
      for (std::size_t t = 0; t < average.size(); ++t) {
        average[t] += curves[row].risk[t] / static_cast<double>(rows.size());
      }
    }
    result.push_back(std::move(average));
  }
  return result;
}

}  // namespace

std::vector<double> false_negative_curve(std::span<const float> probabilities, std::span<const std::uint8_t> truth,
                                         std::span<const double> thresholds) {
  if (probabilities.size() != truth.size()) throw defect("false_negative_curve", "lengths differ");
  if (!std::is_sorted(thresholds.begin(), thresholds.end())) {
    throw defect("false_negative_curve", "thresholds must ascend");
  }
  // kept[t]: number of true voxels whose probability reaches exactly the first t thresholds.
  std::vector<std::int64_t> kept(thresholds.size() + 1);
  std::int64_t total = 0;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    if (!truth[i]) continue;
    const double probability = std::isnan(probabilities[i]) ? -infinity : static_cast<double>(probabilities[i]);
    const auto above = std::upper_bound(thresholds.begin(), thresholds.end(), probability);
    ++kept[static_cast<std::size_t>(above - thresholds.begin())];
    ++total;
  }
  std::vector<double> risk(thresholds.size());
  std::int64_t missed = 0;
  for (std::size_t t = 0; t < risk.size() && total > 0; ++t) {
    missed += kept[t];
    risk[t] = static_cast<double>(missed) / static_cast<double>(total);
  }
  return risk;
}

std::optional<RiskControl> control_risk(std::span<const double> thresholds, std::span<const RiskCurve> curves,
                                        double alpha) {
  check(thresholds, curves);
  const std::vector<std::vector<double>> risks = by_patient(curves);
  const auto n = static_cast<double>(risks.size());
  std::optional<RiskControl> best;
  for (std::size_t t = 0; t < thresholds.size(); ++t) {
    double sum = 0;
    for (const auto& risk : risks) sum += risk[t];
    const double bound = (sum + 1) / (n + 1);  // n / (n + 1) * mean + B / (n + 1) with B = 1, the largest risk
    if (bound > alpha) break;
    best = RiskControl{alpha, thresholds[t], sum / n, bound, static_cast<int>(risks.size())};
  }
  return best;
}

std::optional<RiskCheck> cross_fitted_risk(std::span<const double> thresholds, std::span<const RiskCurve> curves,
                                           double alpha, int folds, std::uint64_t seed) {
  check(thresholds, curves);
  const std::vector<std::string> patients = patients_of(curves);
  const std::vector<int> fold_of = patient_folds(patients, folds, seed);
  const int used_folds = *std::max_element(fold_of.begin(), fold_of.end()) + 1;
  std::vector<double> risk(curves.size());
  std::vector<double> chosen;
  for (int fold = 0; fold < used_folds; ++fold) {
    std::vector<RiskCurve> others;
    for (std::size_t i = 0; i < curves.size(); ++i) {
      if (fold_of[i] != fold) others.push_back(curves[i]);
    }
    const auto control = others.empty() ? std::nullopt : control_risk(thresholds, others, alpha);
    if (!control) return std::nullopt;
    chosen.push_back(control->threshold);
    const auto at = std::find(thresholds.begin(), thresholds.end(), control->threshold) - thresholds.begin();
    for (std::size_t i = 0; i < curves.size(); ++i) {
      if (fold_of[i] == fold) risk[i] = curves[i].risk[static_cast<std::size_t>(at)];
    }
  }
  // Patients are the unit: one mean for each.
  const PatientIndex index = index_patients(patients);
  std::vector<double> means;
  std::vector<std::string> names;
  for (const auto& rows : index.rows) {
    double sum = 0;
    for (const std::size_t row : rows) sum += risk[row];
    means.push_back(sum / static_cast<double>(rows.size()));
    names.push_back(patients[rows.front()]);
  }
  const Score score = bootstrap_mean(means, names, {.seed = seed});
  return RiskCheck{alpha, score.value, score.low, score.high, score.n, mean(chosen)};
}

Json to_json(const RiskControl& control) {
  return {{"method", "conformal risk control of the false-negative rate"},
          {"alpha", control.alpha},
          {"threshold", control.threshold},
          {"empirical", control.empirical},
          {"bound", control.bound},
          {"patients", control.patients}};
}

RiskControl risk_control_from_json(const JsonView& json) {
  return {json.get<double>("alpha"), json.get<double>("threshold"), json.get<double>("empirical"),
          json.get<double>("bound"), json.get<int>("patients")};
}

Json to_json(const RiskCheck& check) {
  return {{"alpha", check.alpha},       {"observed", check.observed},   {"low", check.low},      {"high", check.high},
          {"patients", check.patients}, {"threshold", check.threshold}, {"holds", check.holds()}};
}

}  // namespace galen
