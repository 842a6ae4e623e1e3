// Decides from out-of-fold records: clean-up, the inclusive mask's threshold, calibration, intervals, the alarm level.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "galen/metric/paired.h"
#include "galen/pipeline/fitted_on.h"
#include "galen/trust/calibration.h"
#include "galen/trust/conformal.h"
#include "galen/trust/risk_control.h"
#include "tasks/image_segment/record.h"
#include "tasks/image_segment/task.h"

namespace galen::segment {
namespace {

constexpr double interval_level = 0.9;      // of volumes
constexpr double missed_at_most = 0.05;     // share of a structure's voxels that the inclusive mask may miss
constexpr double most_inclusive = 0.5;      // its greatest threshold: above that it may hold less than the mask
constexpr double false_alarm_rate = 0.01;   // of the warning "unlike the training data"
constexpr std::size_t least_patients = 20;  // for that warning

struct Pool {
  std::vector<std::string> patients;
  std::vector<CaseRecord> cases;
};

Pool pool_of(const std::vector<Record>& records) {
  Pool pool;
  for (const Record& record : records) {
    pool.patients.push_back(record.patient);
    pool.cases.push_back(case_record_from_json({record.values, "record of case " + record.case_id}));
  }
  return pool;
}

// A class's scores after this clean-up; without one: as the network draws it.
Tidied class_by(const ClassRecord& record, const CleanUp& way) {
  for (std::size_t i = 0; i < clean_ups.size(); ++i) {
    if (clean_ups[i] == way) return record.tidied[i];
  }
  return {record.dice, record.predicted_ml};
}

Score dice_gain(const Pool& pool, const std::string& name, const CleanUp& from, const CleanUp& to) {
  std::vector<double> gains;
  for (const CaseRecord& one : pool.cases) {
    const auto found = one.classes.find(name);
    gains.push_back(found == one.classes.end() ? std::nan("")
                                               : class_by(found->second, to).dice - class_by(found->second, from).dice);
  }
  return bootstrap_mean(gains, pool.patients);
}

// Takes a step only if its paired gain is certain: there are enough patients, and its interval lies above zero.
std::map<std::string, CleanUp> choose_clean_up(const Pool& pool, Bundle& bundle) {
  std::map<std::string, CleanUp> chosen;
  for (const auto& [name, ignored] : pool.cases.front().classes) {
    CleanUp& way = chosen[name];
    Scores gains;
    for (const auto& [step, switched] :
         {std::pair{"largest_component", &CleanUp::largest_component}, std::pair{"fill_holes", &CleanUp::fill_holes}}) {
      CleanUp with = way;
      with.*switched = true;
      const Score gain = dice_gain(pool, name, way, with);
      if (gain.low > 0 && gain.n >= least_decided) way = with;
      gains[step] = gain;
    }
    bundle.decision["clean_up"][name] = to_json(way);
    bundle.decision["clean_up"][name]["dice_gain"] = to_json(gains);
  }
  return chosen;
}

// Misses never decrease as the threshold rises, so the largest allowed threshold that keeps the bound is valid.
void control_misses(const Pool& pool, Bundle& bundle) {
  const std::vector<double>& all = risk_thresholds();
  const std::span<const double> thresholds(all.begin(), std::ranges::upper_bound(all, most_inclusive));
  std::vector<RiskCurve> curves;
  for (std::size_t i = 0; i < pool.cases.size(); ++i) {
    const bool there =
        std::ranges::any_of(pool.cases[i].classes, [](const auto& one) { return one.second.true_ml > 0; });
    if (!there) continue;  // without a structure nothing can be missed
    const auto missed = std::span(pool.cases[i].missed).first(thresholds.size());
    curves.push_back({pool.patients[i], {missed.begin(), missed.end()}});
  }
  if (curves.empty()) return;
  const auto control = control_risk(thresholds, curves, missed_at_most);
  if (!control) return;  // too few patients for a guarantee: no inclusive mask
  bundle.decision["inclusive_mask"] = to_json(*control);
  if (const auto check = cross_fitted_risk(thresholds, curves, missed_at_most)) {
    bundle.coverage["inclusive_mask"] = to_json(*check);
  }
}

// Volumes as a finding will state them: after cleaning up.
std::vector<NumberSample> volumes_of(const Pool& pool, const std::string& name,
                                     const std::map<std::string, CleanUp>& chosen) {
  std::vector<NumberSample> samples;
  for (std::size_t i = 0; i < pool.cases.size(); ++i) {
    NumberSample sample{0, 0, 1, pool.patients[i]};
    for (const auto& [member, c] : pool.cases[i].classes) {
      if (name != "total" && member != name) continue;
      sample.predicted += class_by(c, chosen.at(member)).predicted_ml;
      sample.truth += c.true_ml;
    }
    if (sample.predicted > 0) samples.push_back(sample);  // an interval is stated only for what was found
  }
  return samples;
}

void fit_volume_intervals(const Pool& pool, const std::map<std::string, CleanUp>& chosen, Bundle& bundle) {
  std::vector<std::string> names;
  for (const auto& [name, ignored] : pool.cases.front().classes) names.push_back(name);
  if (names.size() > 1) names.push_back("total");
  for (const std::string& name : names) {
    const std::vector<NumberSample> samples = volumes_of(pool, name, chosen);
    if (samples.empty()) continue;  // never found: nothing to state
    bundle.decision["volume_interval"][name] = to_json(fit_interval(samples, interval_level, Residual::multiplicative));
    if (const auto check = cross_fitted_coverage(samples, interval_level, Residual::multiplicative)) {
      bundle.coverage["volume"][name] = to_json(*check);
    }
  }
}

void calibrate(const Pool& pool, Bundle& bundle) {
  std::vector<LogitSample> samples;
  for (std::size_t i = 0; i < pool.cases.size(); ++i) {
    for (const VoxelSample& voxel : pool.cases[i].voxels) {
      samples.push_back({{voxel.logit}, voxel.of_structure ? 1 : 0, pool.patients[i], voxel.weight});
    }
  }
  // Cases have equal weights, and voxels a mean weight of 1: Platt's targets count weights as numbers of samples.
  const double each = static_cast<double>(samples.size()) / static_cast<double>(pool.cases.size());
  for (LogitSample& sample : samples) sample.weight *= each;
  bundle.calibration = to_json(choose_calibration(samples));
}

// Distances of patients that the network did not see, the farthest case of each. A new case farther away than all but
// 1 % of them causes a warning, or farther than all if there are fewer than 99.
void keep_distances(const Pool& pool, Bundle& bundle) {
  std::map<std::string, double> farthest;
  for (std::size_t i = 0; i < pool.cases.size(); ++i) {
    const double distance = pool.cases[i].distance;
    if (!std::isfinite(distance)) continue;
    double& kept = farthest.try_emplace(pool.patients[i], distance).first->second;
    kept = std::max(kept, distance);
  }
  if (farthest.size() < least_patients) {
    bundle.reference = Json::object();  // too few to compare with
    return;
  }
  std::vector<double> distances;
  distances.reserve(farthest.size());
  for (const auto& [patient, distance] : farthest) distances.push_back(distance);
  std::sort(distances.begin(), distances.end());
  bundle.reference["distances"] = distances;
  bundle.reference["false_alarm_rate"] = std::max(false_alarm_rate, 1 / static_cast<double>(distances.size() + 1));
}

}  // namespace

void ImageSegment::conclude(Bundle& bundle, const std::vector<Record>& records) const {
  const Pool pool = pool_of(records);
  if (pool.cases.empty()) throw Error(bundle.id, "has no examined case to conclude from");
  const std::map<std::string, CleanUp> chosen = choose_clean_up(pool, bundle);
  control_misses(pool, bundle);
  fit_volume_intervals(pool, chosen, bundle);
  calibrate(pool, bundle);
  keep_distances(pool, bundle);
  bundle.decision["fitted_on"] = fitted_on(records);
}

}  // namespace galen::segment
