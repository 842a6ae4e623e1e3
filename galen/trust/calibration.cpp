#include "galen/trust/calibration.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "galen/metric/logistic.h"
#include "galen/metric/stats.h"
#include "galen/trust/calibration_fits.h"
#include "galen/trust/folds.h"

namespace galen {
namespace {

void check(std::span<const LogitSample> samples) {
  if (samples.empty()) throw Error("calibration", "has no samples to learn from");
  const std::size_t classes = samples[0].logits.size();
  double total = 0;
  for (const LogitSample& sample : samples) {
    if (sample.logits.size() != classes || classes == 0) {
      throw Error("calibration", "was given samples with differing numbers of logits",
                  fmt::format("{} and {}", classes, sample.logits.size()));
    }
    if (sample.truth < 0 || std::cmp_greater_equal(sample.truth, std::max<std::size_t>(classes, 2))) {
      throw Error("calibration", "was given a truth that is no class", fmt::format("class {}", sample.truth));
    }
    if (!std::ranges::all_of(sample.logits, [](double logit) { return std::isfinite(logit); })) {
      throw Error("calibration", "was given a logit that is not finite", fmt::format("patient {}", sample.patient));
    }
    if (!(sample.weight >= 0) || !std::isfinite(sample.weight)) {
      throw Error("calibration", "was given a weight that is negative or not finite",
                  fmt::format("patient {}: {}", sample.patient, sample.weight));
    }
    total += sample.weight;
  }
  if (total == 0) throw Error("calibration", "has only samples of weight 0 to learn from");
}

double interpolated(const Calibration& calibration, double logit) {
  const auto& x = calibration.knots;
  const auto& y = calibration.levels;
  const auto above = static_cast<std::size_t>(std::upper_bound(x.begin(), x.end(), logit) - x.begin());
  if (above == 0) return y.front();
  if (above == x.size()) return y.back();
  const double share = (logit - x[above - 1]) / (x[above] - x[above - 1]);
  return y[above - 1] + share * (y[above] - y[above - 1]);
}

double loss_of(const Calibration& calibration, const LogitSample& sample) {
  const std::vector<double> p = probabilities_of(calibration, sample.logits);
  return -std::log(std::max(p[static_cast<std::size_t>(sample.truth)], 1e-7));
}

// Methods for this number of logits, simplest first.
std::vector<CalibrationMethod> candidates(std::size_t logits) {
  using enum CalibrationMethod;
  if (logits == 1) return {none, temperature, platt, isotonic};
  return {none, temperature, vector};
}

CalibrationMethod method_named(const std::string& name, const std::string& where) {
  using enum CalibrationMethod;
  for (const CalibrationMethod method : {none, temperature, platt, isotonic, vector}) {
    if (name_of(method) == name) return method;
  }
  throw Error(where, "names no method of calibration", name, "use none, temperature, platt, isotonic or vector");
}

// Loss of each sample under a fit that excluded its patient's fold.
std::vector<double> cross_fitted_losses(CalibrationMethod method, std::span<const LogitSample> samples,
                                        const std::vector<int>& fold_of) {
  std::vector<double> losses(samples.size());
  const int folds = *std::max_element(fold_of.begin(), fold_of.end()) + 1;
  for (int fold = 0; fold < folds; ++fold) {
    std::vector<LogitSample> others;
    for (std::size_t i = 0; i < samples.size(); ++i) {
      if (fold_of[i] != fold) others.push_back(samples[i]);
    }
    const Calibration fit = fit_calibration(method, others);
    for (std::size_t i = 0; i < samples.size(); ++i) {
      if (fold_of[i] == fold) losses[i] = loss_of(fit, samples[i]);
    }
  }
  return losses;
}

struct Gain {
  double mean = 0, error = 0;
};

// Weighted mean of loss a minus loss b, with its standard error over patients.
Gain gain(const std::vector<double>& a, const std::vector<double>& b, std::span<const LogitSample> samples,
          const PatientIndex& index) {
  double total = 0;
  std::vector<double> sums(index.count());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    sums[index.patient_of[i]] += samples[i].weight * (a[i] - b[i]);
    total += samples[i].weight;
  }
  const auto n = static_cast<double>(sums.size());
  return {mean(sums) * n / total, standard_deviation(sums) * std::sqrt(n) / total};
}

}  // namespace

std::string_view name_of(CalibrationMethod method) {
  switch (method) {
    case CalibrationMethod::none:
      return "none";
    case CalibrationMethod::temperature:
      return "temperature";
    case CalibrationMethod::platt:
      return "platt";
    case CalibrationMethod::isotonic:
      return "isotonic";
    case CalibrationMethod::vector:
      break;
  }
  return "vector";
}

double probability_of(const Calibration& calibration, double logit) {
  if (calibration.classes != 1) throw defect("probability_of", "the question has more than yes and no");
  switch (calibration.method) {
    case CalibrationMethod::isotonic:
      return interpolated(calibration, logit);
    case CalibrationMethod::platt:
      return sigmoid(calibration.scale[0] * logit + calibration.bias[0]);
    case CalibrationMethod::temperature:
      return sigmoid(calibration.scale[0] * logit);
    default:
      return sigmoid(logit);
  }
}

std::vector<double> probabilities_of(const Calibration& calibration, std::span<const double> logits) {
  if (std::cmp_not_equal(logits.size(), calibration.classes)) {
    throw Error("calibration", "fits another number of logits",
                fmt::format("{} given, {} expected", logits.size(), calibration.classes));
  }
  if (logits.size() == 1) {
    const double yes = probability_of(calibration, logits[0]);
    return {1 - yes, yes};
  }
  std::vector<double> scaled(logits.begin(), logits.end());
  for (std::size_t k = 0; k < scaled.size(); ++k) {
    if (calibration.method == CalibrationMethod::temperature) scaled[k] *= calibration.scale[0];
    if (calibration.method == CalibrationMethod::vector) {
      scaled[k] = scaled[k] * calibration.scale[k] + calibration.bias[k];
    }
  }
  return softmax(scaled);
}

Calibration fit_calibration(CalibrationMethod method, std::span<const LogitSample> samples) {
  check(samples);
  const std::vector<CalibrationMethod> fitting = candidates(samples[0].logits.size());
  if (std::find(fitting.begin(), fitting.end(), method) == fitting.end()) {
    throw Error("calibration", "does not fit the question",
                fmt::format("{} with {} logits", name_of(method), samples[0].logits.size()));
  }
  Calibration calibration;
  calibration.method = method;
  calibration.classes = static_cast<int>(samples[0].logits.size());
  if (method == CalibrationMethod::temperature) fit_temperature(calibration, samples);
  if (method == CalibrationMethod::platt) fit_platt(calibration, samples);
  if (method == CalibrationMethod::isotonic) fit_isotonic(calibration, samples);
  if (method == CalibrationMethod::vector) fit_vector(calibration, samples);
  return calibration;
}

double log_loss(const Calibration& calibration, std::span<const LogitSample> samples) {
  double sum = 0, total = 0;
  for (const LogitSample& sample : samples) {
    sum += sample.weight * loss_of(calibration, sample);
    total += sample.weight;
  }
  return sum / total;
}

CalibrationChoice choose_calibration(std::span<const LogitSample> samples, int folds, std::uint64_t seed) {
  check(samples);
  std::vector<std::string> patients;
  for (const LogitSample& sample : samples) patients.push_back(sample.patient);
  const PatientIndex index = index_patients(patients);
  CalibrationChoice choice;
  choice.patients = static_cast<int>(index.count());
  CalibrationMethod best = CalibrationMethod::none;
  if (index.count() > 1) {
    const std::vector<int> fold_of = patient_folds(patients, folds, seed);
    double total = 0;
    for (const LogitSample& sample : samples) total += sample.weight;
    std::vector<double> best_losses;
    for (const CalibrationMethod method : candidates(samples[0].logits.size())) {
      std::vector<double> losses = cross_fitted_losses(method, samples, fold_of);
      double sum = 0;
      for (std::size_t i = 0; i < samples.size(); ++i) sum += samples[i].weight * losses[i];
      choice.log_loss[std::string(name_of(method))] = sum / total;
      const Gain over_best = best_losses.empty() ? Gain{1, 0} : gain(best_losses, losses, samples, index);
      if (over_best.mean > over_best.error) {
        best = method;
        best_losses = std::move(losses);
      }
    }
  }
  choice.calibration = fit_calibration(best, samples);
  return choice;
}

Json to_json(const Calibration& calibration) {
  Json json = {{"method", name_of(calibration.method)}, {"classes", calibration.classes}};
  if (!calibration.scale.empty()) json["scale"] = calibration.scale;
  if (!calibration.bias.empty()) json["bias"] = calibration.bias;
  if (!calibration.knots.empty()) json["knots"] = calibration.knots, json["levels"] = calibration.levels;
  return json;
}

Calibration calibration_from_json(const JsonView& json) {
  Calibration calibration;
  calibration.method = method_named(json.get<std::string>("method"), json.where());
  calibration.classes = json.get<int>("classes");
  const std::vector<double> nothing;
  calibration.scale = json.get("scale", nothing);
  calibration.bias = json.get("bias", nothing);
  calibration.knots = json.get("knots", nothing);
  calibration.levels = json.get("levels", nothing);
  const auto classes = static_cast<std::size_t>(std::max(calibration.classes, 0));
  using enum CalibrationMethod;
  std::size_t scales = 0, biases = 0;
  if (calibration.method == temperature) scales = 1;
  if (calibration.method == platt) scales = biases = 1;
  if (calibration.method == vector) scales = biases = classes;
  const bool stepped = calibration.method == isotonic;
  if (classes == 0 || calibration.scale.size() != scales || calibration.bias.size() != biases ||
      calibration.knots.size() != calibration.levels.size() || calibration.knots.empty() == stepped) {
    throw Error(json.where(), "is no complete calibration", fmt::format("method {}", name_of(calibration.method)));
  }
  return calibration;
}

Json to_json(const CalibrationChoice& choice) {
  return {{"calibration", to_json(choice.calibration)}, {"log_loss", choice.log_loss}, {"patients", choice.patients}};
}

}  // namespace galen
