#include "galen/trust/conformal.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include "galen/base/json_number.h"
#include "galen/metric/bootstrap.h"
#include "galen/metric/stats.h"
#include "galen/trust/folds.h"

namespace galen {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

template <class Sample>
std::vector<std::string> patients_of(std::span<const Sample> samples) {
  std::vector<std::string> patients;
  for (const Sample& sample : samples) patients.push_back(sample.patient);
  return patients;
}

void check(std::span<const ClassSample> samples) {
  if (samples.empty()) throw Error("conformal sets", "have no samples to learn from");
  const std::size_t classes = samples[0].probabilities.size();
  for (const ClassSample& sample : samples) {
    if (sample.probabilities.size() != classes) {
      throw Error("conformal sets", "were given samples with differing numbers of classes",
                  fmt::format("{} and {}", classes, sample.probabilities.size()));
    }
    if (sample.truth < 0 || std::cmp_greater_equal(sample.truth, classes)) {
      throw Error("conformal sets", "were given a truth that is no class",
                  fmt::format("{} of {} classes", sample.truth, classes));
    }
  }
}

void check(std::span<const NumberSample> samples) {
  if (samples.empty()) throw Error("conformal interval", "has no samples to learn from");
  for (const NumberSample& sample : samples) {
    if (!std::isfinite(sample.predicted) || !std::isfinite(sample.truth) || !(sample.spread > 0)) {
      throw Error("conformal interval", "was given a number that is not finite or a spread that is not positive",
                  fmt::format("patient {}: predicted {}, truth {}, spread {}", sample.patient, sample.predicted,
                              sample.truth, sample.spread));
    }
  }
}

double residual_of(const NumberSample& sample, Residual residual) {
  switch (residual) {
    case Residual::absolute:
      return std::abs(sample.truth - sample.predicted);
    case Residual::normalised:
      return std::abs(sample.truth - sample.predicted) / sample.spread;
    case Residual::multiplicative:
      break;
  }
  if (sample.truth == sample.predicted) return 0;
  const double ratio = sample.truth / sample.predicted;
  return ratio > 0 && std::isfinite(ratio) ? std::abs(std::log(ratio)) : infinity;
}

bool covers(const ConformalInterval& fit, const NumberSample& sample) {
  return residual_of(sample, fit.residual) <= fit.quantile;
}

// The outcome for one sample under a fit that left its patient out.
struct Seen {
  bool covered = false;
  double size = 0;
  double weight = 1;
};

// judge(fit(others), sample) for every sample, where others are the samples of the other folds.
template <class Sample, class Fit, class Judge>
std::vector<Seen> cross_fit(std::span<const Sample> samples, const std::vector<int>& fold_of, const Fit& fit,
                            const Judge& judge) {
  std::vector<Seen> seen(samples.size());
  const int folds = *std::max_element(fold_of.begin(), fold_of.end()) + 1;
  for (int fold = 0; fold < folds; ++fold) {
    std::vector<Sample> others;
    for (std::size_t i = 0; i < samples.size(); ++i) {
      if (fold_of[i] != fold) others.push_back(samples[i]);
    }
    const auto fitted = fit(std::span<const Sample>(others));
    for (std::size_t i = 0; i < samples.size(); ++i) {
      if (fold_of[i] == fold) seen[i] = judge(fitted, samples[i]);
    }
  }
  return seen;
}

double covered_of(const Seen& one) {
  return one.covered;
}

// Weighted mean over each patient's cases; patients with total weight 0 are left out.
template <class Value>
std::vector<double> by_patient(const std::vector<Seen>& seen, const PatientIndex& index, const Value& value) {
  std::vector<double> means;
  for (const auto& rows : index.rows) {
    double sum = 0, total = 0;
    for (const std::size_t row : rows) {
      sum += seen[row].weight * value(seen[row]);
      total += seen[row].weight;
    }
    if (total > 0) means.push_back(sum / total);
  }
  return means;
}

Range interval_over_patients(const std::vector<double>& shares, std::size_t cases) {
  if (shares.size() == cases) {
    return binomial_interval(std::accumulate(shares.begin(), shares.end(), 0.0), static_cast<double>(cases));
  }
  std::vector<std::string> patients;
  for (std::size_t i = 0; i < shares.size(); ++i) patients.push_back(std::to_string(i));
  const Score score = bootstrap_mean(shares, patients, {.share = true});
  return {score.low, score.high};
}

Coverage summary(const std::vector<Seen>& seen, std::span<const std::string> patients, double level) {
  const PatientIndex index = index_patients(patients);
  const std::vector<double> shares = by_patient(seen, index, covered_of);
  Coverage coverage;
  coverage.level = level;
  coverage.patients = static_cast<int>(index.count());
  coverage.cases = static_cast<int>(seen.size());
  coverage.observed = mean(shares);
  const Range range = interval_over_patients(shares, seen.size());
  coverage.low = range.low;
  coverage.high = range.high;
  return coverage;
}

// Coverage for each true class: the mean over the patients who have a case of it.
std::vector<double> coverage_by_class(const std::vector<Seen>& seen, std::span<const LogitSample> samples,
                                      std::size_t classes) {
  std::vector<double> out;
  for (std::size_t k = 0; k < classes; ++k) {
    std::vector<Seen> of_class;
    std::vector<std::string> patients;
    for (std::size_t i = 0; i < seen.size(); ++i) {
      if (std::cmp_not_equal(samples[i].truth, k)) continue;
      of_class.push_back(seen[i]);
      patients.push_back(samples[i].patient);
    }
    out.push_back(mean(by_patient(of_class, index_patients(patients), covered_of)));
  }
  return out;
}

struct CalibratedSets {
  Calibration calibration;
  ConformalSets sets;
};

CalibratedSets fit_calibrated(std::span<const LogitSample> samples, double level, bool class_conditional) {
  CalibratedSets out{choose_calibration(samples).calibration, {}};
  std::vector<ClassSample> classes;
  for (const LogitSample& one : samples) {
    classes.push_back({probabilities_of(out.calibration, one.logits), one.truth, one.patient});
  }
  out.sets = fit_sets(classes, level, class_conditional);
  return out;
}

double finite_or_infinity(const JsonView& json) {
  return json.json().is_null() ? infinity : json.as<double>();
}

Residual residual_named(const std::string& name, const std::string& where) {
  for (const Residual residual : {Residual::absolute, Residual::normalised, Residual::multiplicative}) {
    if (name_of(residual) == name) return residual;
  }
  throw Error(where, "names no kind of residual", name, "use absolute, normalised or multiplicative");
}

}  // namespace

double conformal_quantile(std::span<const double> scores, std::span<const std::string> patients, double level) {
  if (scores.size() != patients.size()) throw defect("conformal_quantile", "needs one patient for each score");
  const PatientIndex index = index_patients(patients);
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return scores[a] < scores[b]; });
  const double needed = level * static_cast<double>(index.count() + 1);
  double weight = 0;
  for (const std::size_t row : order) {
    weight += 1 / static_cast<double>(index.rows[index.patient_of[row]].size());
    if (weight >= needed - 1e-9) return scores[row];
  }
  return infinity;
}

ConformalSets fit_sets(std::span<const ClassSample> samples, double level, bool class_conditional) {
  check(samples);
  const std::size_t classes = samples[0].probabilities.size();
  ConformalSets sets{level, class_conditional, {}, {}};
  for (std::size_t k = 0; k < classes; ++k) {
    std::vector<double> scores;
    std::vector<std::string> patients;
    for (const ClassSample& sample : samples) {
      if (class_conditional && std::cmp_not_equal(sample.truth, k)) continue;
      scores.push_back(1 - sample.probabilities[static_cast<std::size_t>(sample.truth)]);
      patients.push_back(sample.patient);
    }
    sets.thresholds.push_back(conformal_quantile(scores, patients, level));
    sets.patients.push_back(static_cast<int>(index_patients(patients).count()));
  }
  return sets;
}

std::vector<int> set_of(const ConformalSets& sets, std::span<const double> probabilities) {
  if (probabilities.size() != sets.thresholds.size()) {
    throw defect("set_of", "the number of probabilities is not that of the classes");
  }
  std::vector<int> order(probabilities.size());
  std::iota(order.begin(), order.end(), 0);
  const auto p = [&](int k) { return probabilities[static_cast<std::size_t>(k)]; };
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return p(a) > p(b); });
  std::vector<int> set;
  for (const int k : order) {
    if (set.empty() || 1 - p(k) <= sets.thresholds[static_cast<std::size_t>(k)]) set.push_back(k);
  }
  return set;
}

std::string_view name_of(Residual residual) {
  switch (residual) {
    case Residual::absolute:
      return "absolute";
    case Residual::normalised:
      return "normalised";
    case Residual::multiplicative:
      break;
  }
  return "multiplicative";
}

ConformalInterval fit_interval(std::span<const NumberSample> samples, double level, Residual residual) {
  check(samples);
  std::vector<double> scores;
  for (const NumberSample& sample : samples) scores.push_back(residual_of(sample, residual));
  const std::vector<std::string> patients = patients_of(samples);
  return {residual, level, conformal_quantile(scores, patients, level),
          static_cast<int>(index_patients(patients).count())};
}

Interval interval_of(const ConformalInterval& fit, double predicted, double spread) {
  Interval interval{0, 0, fit.level, fmt::format("split conformal, {} residual", name_of(fit.residual))};
  if (fit.residual == Residual::multiplicative) {
    // With an infinite quantile, all values of the prediction's sign are possible; else a prediction of 0 gives [0, 0].
    const bool open = std::isinf(fit.quantile);
    interval.low = open ? 0 : predicted * std::exp(-fit.quantile);
    interval.high = open ? (predicted < 0 ? -infinity : infinity) : predicted * std::exp(fit.quantile);
    if (predicted < 0) std::swap(interval.low, interval.high);
    return interval;
  }
  const double half = fit.quantile * (fit.residual == Residual::normalised ? spread : 1);
  interval.low = predicted - half;
  interval.high = predicted + half;
  return interval;
}

std::optional<Interval> promised_interval(const Json& fits, const std::string& name, double predicted) {
  if (!fits.contains(name)) return std::nullopt;
  const ConformalInterval fit = conformal_interval_from_json({fits.at(name), "interval of " + name});
  if (std::isinf(fit.quantile)) return std::nullopt;
  return interval_of(fit, predicted);
}

std::optional<Coverage> cross_fitted_coverage(std::span<const LogitSample> samples, double level,
                                              bool class_conditional, int folds, std::uint64_t seed) {
  if (samples.empty()) throw Error("conformal sets", "have no samples to learn from");
  const std::vector<std::string> patients = patients_of(samples);
  const PatientIndex index = index_patients(patients);
  if (index.count() < 2) return std::nullopt;
  const auto seen = cross_fit(
      samples, patient_folds(patients, folds, seed),
      [&](std::span<const LogitSample> others) { return fit_calibrated(others, level, class_conditional); },
      [](const CalibratedSets& fit, const LogitSample& sample) {
        const std::vector<int> set = set_of(fit.sets, probabilities_of(fit.calibration, sample.logits));
        return Seen{std::ranges::find(set, sample.truth) != set.end(), static_cast<double>(set.size()), sample.weight};
      });
  Coverage coverage = summary(seen, patients, level);
  coverage.size = mean(by_patient(seen, index, [](const Seen& one) { return one.size; }));
  coverage.by_class = coverage_by_class(seen, samples, std::max<std::size_t>(samples[0].logits.size(), 2));
  return coverage;
}

std::optional<Coverage> cross_fitted_coverage(std::span<const NumberSample> samples, double level, Residual residual,
                                              int folds, std::uint64_t seed) {
  check(samples);
  const std::vector<std::string> patients = patients_of(samples);
  if (index_patients(patients).count() < 2) return std::nullopt;
  const auto seen = cross_fit(
      samples, patient_folds(patients, folds, seed),
      [&](std::span<const NumberSample> others) { return fit_interval(others, level, residual); },
      [](const ConformalInterval& fit, const NumberSample& sample) {
        const Interval interval = interval_of(fit, sample.predicted, sample.spread);
        return Seen{covers(fit, sample), interval.high - interval.low};
      });
  Coverage coverage = summary(seen, patients, level);
  std::vector<double> widths;
  for (const Seen& one : seen) widths.push_back(one.size);
  coverage.size = median(widths);
  return coverage;
}

Json to_json(const ConformalSets& sets) {
  Json thresholds = Json::array();
  for (const double threshold : sets.thresholds) thresholds.push_back(number_or_null(threshold));
  return {{"method", "split conformal, least ambiguous sets"},
          {"level", sets.level},
          {"class_conditional", sets.class_conditional},
          {"thresholds", thresholds},
          {"patients", sets.patients}};
}

ConformalSets conformal_sets_from_json(const JsonView& json) {
  ConformalSets sets{
      json.get<double>("level"), json.get<bool>("class_conditional"), {}, json.get<std::vector<int>>("patients")};
  const JsonView thresholds = json.at("thresholds");
  for (std::size_t k = 0; k < thresholds.size(); ++k) sets.thresholds.push_back(finite_or_infinity(thresholds.at(k)));
  if (sets.thresholds.size() != sets.patients.size()) throw Error(json.where(), "is no complete set of thresholds");
  return sets;
}

Json to_json(const ConformalInterval& fit) {
  return {{"method", "split conformal"},
          {"residual", name_of(fit.residual)},
          {"level", fit.level},
          {"quantile", number_or_null(fit.quantile)},
          {"patients", fit.patients}};
}

ConformalInterval conformal_interval_from_json(const JsonView& json) {
  return {residual_named(json.get<std::string>("residual"), json.where()), json.get<double>("level"),
          finite_or_infinity(json.at("quantile")), json.get<int>("patients")};
}

Json to_json(const Coverage& coverage) {
  Json json = {{"level", coverage.level},
               {"observed", coverage.observed},
               {"low", coverage.low},
               {"high", coverage.high},
               {"patients", coverage.patients},
               {"cases", coverage.cases},
               {"size", number_or_null(coverage.size)},
               {"holds", coverage.holds()}};
  for (const double observed : coverage.by_class) json["by_class"].push_back(number_or_null(observed));
  return json;
}

}  // namespace galen
