#include "galen/metric/classification.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "galen/base/error.h"
#include "galen/metric/logistic.h"

namespace galen {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

double ratio(double above, double below) {
  return below > 0 ? above / below : nan;
}

std::vector<BinaryOutcome> most_probable_first(std::span<const BinaryOutcome> outcomes) {
  if (std::ranges::any_of(outcomes, [](const BinaryOutcome& one) { return std::isnan(one.probability); })) {
    throw defect("most_probable_first", "a probability is no number");
  }
  std::vector<BinaryOutcome> sorted(outcomes.begin(), outcomes.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const BinaryOutcome& a, const BinaryOutcome& b) { return a.probability > b.probability; });
  return sorted;
}

// Calls visit(yes, no) with the counts of each distinct probability, most probable first.
template <class Visit>
void for_each_tie(std::span<const BinaryOutcome> outcomes, const Visit& visit) {
  const std::vector<BinaryOutcome> sorted = most_probable_first(outcomes);
  for (std::size_t i = 0; i < sorted.size();) {
    double yes = 0, no = 0;
    const double probability = sorted[i].probability;
    for (; i < sorted.size() && sorted[i].probability == probability; ++i) (sorted[i].truth ? yes : no) += 1;
    visit(yes, no);
  }
}

template <class Loss>
double mean_loss(std::span<const BinaryOutcome> outcomes, const Loss& loss) {
  double sum = 0;
  for (const BinaryOutcome& outcome : outcomes) sum += loss(outcome);
  return ratio(sum, static_cast<double>(outcomes.size()));
}

}  // namespace

double auroc(std::span<const BinaryOutcome> outcomes) {
  double above = 0, all_yes = 0, all_no = 0;
  for_each_tie(outcomes, [&](double yes, double no) {
    above += no * (all_yes + yes / 2);
    all_yes += yes;
    all_no += no;
  });
  return ratio(above, all_yes * all_no);
}

double auprc(std::span<const BinaryOutcome> outcomes) {
  double sum = 0, all_yes = 0, all = 0;
  for_each_tie(outcomes, [&](double yes, double no) {
    all_yes += yes;
    all += yes + no;
    sum += yes * all_yes / all;
  });
  return ratio(sum, all_yes);
}

double brier(std::span<const BinaryOutcome> outcomes) {
  return mean_loss(outcomes, [](const BinaryOutcome& outcome) {
    const double error = outcome.probability - (outcome.truth ? 1 : 0);
    return error * error;
  });
}

double log_loss(std::span<const BinaryOutcome> outcomes) {
  return mean_loss(outcomes, [](const BinaryOutcome& outcome) {
    return -std::log(std::max(outcome.truth ? outcome.probability : 1 - outcome.probability, 1e-12));
  });
}

Recalibration recalibration(std::span<const BinaryOutcome> outcomes) {
  std::vector<double> x, target;
  for (const BinaryOutcome& outcome : outcomes) {
    x.push_back(logit(outcome.probability));
    target.push_back(outcome.truth ? 1 : 0);
  }
  const LogisticFit fit = fit_logistic(x, target);
  return fit.converged ? Recalibration{fit.slope, fit.intercept} : Recalibration{nan, nan};
}

double expected_calibration_error(std::span<const BinaryOutcome> outcomes, int bins) {
  if (bins < 1) throw defect("expected_calibration_error", "needs at least one bin");
  const std::vector<BinaryOutcome> sorted = most_probable_first(outcomes);
  std::vector<double> truths;  // averaged over equal probabilities, whose order is arbitrary
  for_each_tie(outcomes, [&](double yes, double no) {
    truths.insert(truths.end(), static_cast<std::size_t>(yes + no), yes / (yes + no));
  });
  const std::size_t count = std::min(sorted.size(), static_cast<std::size_t>(bins));
  double sum = 0;
  std::size_t begin = 0;
  for (std::size_t bin = 0; bin < count; ++bin) {
    const std::size_t end = begin + sorted.size() / count + (bin < sorted.size() % count ? 1 : 0);
    double gap = 0;
    for (; begin < end; ++begin) gap += sorted[begin].probability - truths[begin];
    sum += std::abs(gap);
  }
  return ratio(sum, static_cast<double>(sorted.size()));
}

double Confusion::sensitivity() const {
  return ratio(true_positive, true_positive + false_negative);
}
double Confusion::specificity() const {
  return ratio(true_negative, true_negative + false_positive);
}
double Confusion::ppv() const {
  return ratio(true_positive, true_positive + false_positive);
}
double Confusion::npv() const {
  return ratio(true_negative, true_negative + false_negative);
}
double Confusion::f1() const {
  return ratio(2 * true_positive, 2 * true_positive + false_positive + false_negative);
}
double Confusion::accuracy() const {
  return ratio(true_positive + true_negative, true_positive + true_negative + false_positive + false_negative);
}

Confusion confusion(std::span<const BinaryOutcome> outcomes, double threshold) {
  Confusion result;
  for (const BinaryOutcome& outcome : outcomes) {
    const bool yes = outcome.probability >= threshold;
    double& count = outcome.truth ? (yes ? result.true_positive : result.false_negative)
                                  : (yes ? result.false_positive : result.true_negative);
    count += 1;
  }
  return result;
}

Scores binary_scores(const std::vector<BinaryOutcome>& outcomes, std::span<const std::string> patients,
                     double threshold, const BootstrapOptions& options) {
  if (outcomes.size() != patients.size()) throw defect("binary_scores", "needs one patient for each outcome");
  using Outcomes = std::span<const BinaryOutcome>;
  Scores scores;
  const auto add = [&](const std::string& name, const auto& statistic) {
    scores[name] = bootstrap_records(outcomes, patients, statistic, options);
  };
  BootstrapOptions of_share = options;
  of_share.share = true;
  const auto add_share = [&](const std::string& name, const auto& statistic) {
    scores[name] = bootstrap_records(outcomes, patients, statistic, of_share);
  };
  add("auroc", [](Outcomes o) { return auroc(o); });
  add("auprc", [](Outcomes o) { return auprc(o); });
  add("brier", [](Outcomes o) { return brier(o); });
  add("log_loss", [](Outcomes o) { return log_loss(o); });
  add("calibration.slope", [](Outcomes o) { return recalibration(o).slope; });
  add("calibration.intercept", [](Outcomes o) { return recalibration(o).intercept; });
  add("calibration.ece", [](Outcomes o) { return expected_calibration_error(o); });
  add_share("sensitivity", [=](Outcomes o) { return confusion(o, threshold).sensitivity(); });
  add_share("specificity", [=](Outcomes o) { return confusion(o, threshold).specificity(); });
  add_share("ppv", [=](Outcomes o) { return confusion(o, threshold).ppv(); });
  add_share("npv", [=](Outcomes o) { return confusion(o, threshold).npv(); });
  add("f1", [=](Outcomes o) { return confusion(o, threshold).f1(); });
  add_share("accuracy", [=](Outcomes o) { return confusion(o, threshold).accuracy(); });
  add_share("prevalence",
            [](Outcomes o) { return mean_loss(o, [](const BinaryOutcome& x) { return x.truth ? 1.0 : 0.0; }); });
  return scores;
}

}  // namespace galen
