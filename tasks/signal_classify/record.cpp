#include "tasks/signal_classify/record.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "galen/base/hash.h"
#include "galen/base/json_number.h"
#include "galen/metric/bootstrap.h"
#include "galen/metric/classification.h"
#include "galen/pipeline/fitted_on.h"
#include "galen/trust/conformal.h"
#include "galen/trust/folds.h"
#include "tasks/signal_classify/conclude.h"

namespace galen::classify {
namespace {

constexpr int folds = 5;

// The decision on each strip, and the probabilities of the classes.
struct Verdicts {
  std::vector<int> decided;
  std::vector<std::vector<double>> probabilities;  // [strip][class]; empty where it could not be assessed
  explicit Verdicts(std::size_t strips) : decided(strips), probabilities(strips) {}

  void judge(std::size_t strip, const Fits& fits, const StripRecord& record) {
    if (record.logits.empty()) return;  // the first class: no alarm, nothing found
    probabilities[strip] = probabilities_of(fits.calibration, for_calibration(record.logits, fits.shift));
    decided[strip] = fits.decision.of(probabilities[strip]);
  }
  double second(std::size_t strip) const { return probabilities[strip].empty() ? 0 : probabilities[strip][1]; }
};

// If no strip of the other folds could be assessed, the most probable class is taken.
Verdicts cross_fitted(const Bundle& bundle, const StripPlan& plan, const Pool& pool) {
  Verdicts out(pool.records.size());
  const std::vector<double> shift = fits_of(bundle).shift;  // class frequencies alone, which a part does not show
  const std::vector<int> fold_of = patient_folds(pool.patients, folds, 1);
  for (int fold = 0; fold < folds; ++fold) {
    Pool others;
    for (std::size_t i = 0; i < pool.records.size(); ++i) {
      if (fold_of[i] == fold) continue;
      others.cases.push_back(pool.cases[i]);
      others.patients.push_back(pool.patients[i]);
      others.records.push_back(pool.records[i]);
      others.weights.push_back(pool.weights[i]);
    }
    const bool none = std::ranges::all_of(others.records, [](const StripRecord& one) { return one.logits.empty(); });
    const Fits fits = none ? unfitted(bundle.classes.size()) : fit(plan, bundle.classes, others, shift);
    for (std::size_t i = 0; i < pool.records.size(); ++i) {
      if (fold_of[i] == fold) out.judge(i, fits, pool.records[i]);
    }
  }
  return out;
}

Verdicts by_bundle(const Bundle& bundle, const Pool& pool) {
  Verdicts out(pool.records.size());
  const Fits fits = fits_of(bundle);
  for (std::size_t i = 0; i < pool.records.size(); ++i) out.judge(i, fits, pool.records[i]);
  return out;
}

// Identifies all cases together, as earlier versions did.
std::string fingerprint_of(const std::vector<Record>& records) {
  std::vector<std::string> cases;
  for (const Record& record : records) cases.push_back(record.case_id);
  std::ranges::sort(cases);
  std::string text;
  for (const std::string& one : cases) text += one + "\n";
  return sha256(as_bytes(text)).substr(0, 16);
}

bool is_fitted_on(const Bundle& bundle, const std::vector<Record>& records) {
  if (!bundle.decision.contains("fitted_on")) return false;
  const Json& kept = bundle.decision["fitted_on"];
  if (kept.is_string()) return kept == fingerprint_of(records);
  const std::vector<bool> among = among_fitted(kept, records);
  return std::ranges::find(among, false) == among.end();
}

// own: the bundle was fitted on these records, so they are judged by fits that did not see their patients.
Verdicts verdicts_of(const Bundle& bundle, const StripPlan& plan, const Pool& pool, bool own) {
  return own ? cross_fitted(bundle, plan, pool) : by_bundle(bundle, pool);
}

Scores scores_of(const StripPlan& plan, const std::vector<ClassLabel>& classes, const Pool& pool,
                 const Verdicts& verdicts) {
  const auto figure = [&](bool weighted, const auto& of, const BootstrapOptions& options = {}) {
    const auto statistic = [&, weighted](std::span<const std::size_t> rows) {
      Counts counts(classes.size());
      for (const std::size_t row : rows) {
        counts.of[static_cast<std::size_t>(pool.records[row].truth)][static_cast<std::size_t>(verdicts.decided[row])] +=
            weighted ? pool.weights[row] : 1;
      }
      return of(counts);
    };
    return bootstrap(pool.patients, statistic, options);
  };
  const BootstrapOptions share{.share = true};
  Scores out;
  out["f1.mean"] = figure(true, [&](const Counts& counts) { return counts.mean_f1(plan, classes); });
  out["accuracy"] = figure(true, [](const Counts& counts) { return counts.accuracy(); }, share);
  for (std::size_t k = 0; k < classes.size(); ++k) {
    out["f1." + classes[k].name] = figure(true, [k](const Counts& counts) { return counts.f1(k); });
  }
  if (classes.size() != 2) return out;
  const double cost = plan.missed_cost > 0 ? plan.missed_cost : 1;
  out["score"] = figure(true, [cost](const Counts& counts) { return counts.score(cost); });
  out["sensitivity"] = figure(false, [](const Counts& counts) { return counts.recall(1); }, share);
  out["specificity"] = figure(false, [](const Counts& counts) { return counts.recall(0); }, share);
  out["auroc"] = bootstrap(pool.patients, [&](std::span<const std::size_t> rows) {
    std::vector<BinaryOutcome> outcomes;
    for (const std::size_t row : rows) outcomes.push_back({verdicts.second(row), pool.records[row].truth == 1});
    return auroc(outcomes);
  });
  return out;
}

// Whether the bundle's statements of its own certainty hold.
void put_promises(const Bundle& bundle, const StripPlan& plan, const Pool& pool, const std::vector<bool>& fitted,
                  const Verdicts& verdicts, Scores& scores) {
  std::optional<ConformalSets> sets;
  if (bundle.decision.contains("sets")) sets = conformal_sets_from_json({bundle.decision["sets"], "decision: sets"});
  std::vector<std::string> patients;
  std::vector<BinaryOutcome> outcomes;
  std::vector<double> covered;
  for (std::size_t i = 0; i < pool.records.size(); ++i) {
    const std::vector<double>& p = verdicts.probabilities[i];
    if (p.empty() || fitted[i]) continue;
    const int truth = pool.records[i].truth;
    patients.push_back(pool.patients[i]);
    outcomes.push_back({p[1], truth == 1});
    if (!sets) continue;
    const std::vector<int> set = set_of(*sets, p);
    covered.push_back(std::ranges::find(set, truth) != set.end());
  }
  if (sets) scores["set.coverage"] = bootstrap_mean(covered, patients, {.share = true});
  if (bundle.classes.size() != 2 || !plan.class_mix.empty()) return;
  using Outcomes = std::span<const BinaryOutcome>;
  const auto put = [&](const std::string& name, const auto& of) {
    scores[name] = bootstrap_records(outcomes, patients, of);
  };
  put("brier", [](Outcomes o) { return brier(o); });
  put("calibration.slope", [](Outcomes o) { return recalibration(o).slope; });
  put("calibration.intercept", [](Outcomes o) { return recalibration(o).intercept; });
}

}  // namespace

Json to_json(const StripRecord& record) {
  Json features = Json::array();
  for (const float v : record.features) features.push_back(number_or_null(v));
  return {{"logits", record.logits}, {"truth", record.truth}, {"features", features}};
}

StripRecord strip_record_from_json(const JsonView& json) {
  StripRecord out;
  out.logits = json.get<std::vector<double>>("logits");
  out.truth = json.get<int>("truth");
  const JsonView features = json.at("features");
  for (std::size_t i = 0; i < features.size(); ++i) {
    out.features.push_back(static_cast<float>(number_or_nan(features.at(i))));
  }
  return out;
}

std::vector<double> for_calibration(const std::vector<double>& logits, const std::vector<double>& shift) {
  std::vector<double> out = logits;
  for (std::size_t k = 0; k < out.size(); ++k) out[k] += shift[k];
  return out.size() == 2 ? std::vector{out[1] - out[0]} : out;
}

std::vector<LogitSample> Pool::samples(const std::vector<double>& shift) const {
  std::vector<LogitSample> out;
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (records[i].logits.empty()) continue;
    out.push_back({for_calibration(records[i].logits, shift), records[i].truth, patients[i], weights[i]});
  }
  return out;
}

Pool pool_of(const StripPlan& plan, const std::vector<ClassLabel>& classes, const std::vector<Record>& records) {
  Pool out;
  std::vector<double> counts(classes.size());
  for (const Record& record : records) {
    out.cases.push_back(record.case_id);
    out.patients.push_back(record.patient);
    out.records.push_back(strip_record_from_json({record.values, "record of case " + record.case_id}));
    const int truth = out.records.back().truth;
    if (truth < 0 || truth >= std::ssize(classes)) throw Error("record of case " + record.case_id, "has no class");
    ++counts[static_cast<std::size_t>(truth)];
  }
  double mix = 0;
  for (const auto& [ignored, share] : plan.class_mix) mix += share;
  for (const StripRecord& record : out.records) {
    const auto k = static_cast<std::size_t>(record.truth);
    out.weights.push_back(plan.class_mix.empty() ? 1
                                                 : plan.class_mix.at(classes[k].name) / mix *
                                                       static_cast<double>(records.size()) / counts[k]);
  }
  return out;
}

Scores score_strips(const Bundle& bundle, const std::vector<Record>& records) {
  const StripPlan plan = plan_from_recipe(recipe_of(bundle));
  const Pool pool = pool_of(plan, bundle.classes, records);
  const bool own = is_fitted_on(bundle, records);
  const Verdicts verdicts = verdicts_of(bundle, plan, pool, own);
  Scores out = scores_of(plan, bundle.classes, pool, verdicts);
  if (own) return out;
  const std::vector<bool> fitted = among_fitted(bundle.decision.value("fitted_on", Json()), records);
  put_promises(bundle, plan, pool, fitted, verdicts, out);
  return out;
}

std::map<std::string, CaseScores> case_scores(const Bundle& bundle, const std::vector<Record>& records) {
  const StripPlan plan = plan_from_recipe(recipe_of(bundle));
  const Pool pool = pool_of(plan, bundle.classes, records);
  const std::vector<int> decided = verdicts_of(bundle, plan, pool, is_fitted_on(bundle, records)).decided;
  std::map<std::string, CaseScores> out;
  const auto put = [&](const std::string& name, const auto& counts_in) {
    for (std::size_t i = 0; i < records.size(); ++i) {
      const int truth = pool.records[i].truth;
      out[name].values.push_back(!counts_in(truth) ? std::nan("") : decided[i] == truth ? 1 : 0);
    }
  };
  if (plan.class_mix.empty()) put("accuracy", [](int) { return true; });
  if (bundle.classes.size() != 2) return out;
  put("sensitivity", [](int truth) { return truth == 1; });
  put("specificity", [](int truth) { return truth == 0; });
  return out;
}

std::map<std::string, double> quick_scores(const StripPlan& plan, const std::vector<ClassLabel>& classes,
                                           const std::vector<StripRecord>& records) {
  std::vector<Record> as_kept;
  as_kept.reserve(records.size());
  for (const StripRecord& record : records) as_kept.push_back({"", "", {}, to_json(record)});
  const Pool pool = pool_of(plan, classes, as_kept);
  Counts counts(classes.size());
  std::vector<BinaryOutcome> outcomes;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const std::vector<double>& logits = records[i].logits;
    const auto decided = std::ranges::max_element(logits) - logits.begin();
    counts.of[static_cast<std::size_t>(records[i].truth)][static_cast<std::size_t>(decided)] += pool.weights[i];
    outcomes.push_back({logits[1] - logits[0], records[i].truth == 1});
  }
  std::map<std::string, double> out = {{"f1.mean", counts.mean_f1(plan, classes)}, {"accuracy", counts.accuracy()}};
  for (std::size_t k = 0; k < classes.size(); ++k) out["f1." + classes[k].name] = counts.f1(k);
  out["criterion"] = out["f1.mean"];
  if (classes.size() != 2) return out;
  out["auroc"] = auroc(outcomes);
  if (plan.missed_cost > 0) out["criterion"] = out["score"] = counts.score(plan.missed_cost);
  return out;
}

}  // namespace galen::classify
