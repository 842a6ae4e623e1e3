#include "tasks/image_segment/record.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>

#include "galen/base/json_number.h"
#include "galen/base/random.h"
#include "galen/metric/bootstrap.h"
#include "galen/metric/logistic.h"
#include "galen/metric/overlap.h"
#include "galen/metric/surface.h"
#include "galen/pipeline/fitted_on.h"
#include "galen/trust/conformal.h"
#include "galen/trust/risk_control.h"
#include "tasks/image_segment/task.h"

namespace galen::segment {
namespace {

constexpr double surface_tolerance_mm = 1.0;   // the voxel size of common T1 protocols
constexpr std::size_t samples_per_case = 200;  // of the certain voxels, and of the doubtful ones
constexpr double least_probability = 1e-6;
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

CaseRecord record_of(const Record& record) {
  return case_record_from_json({record.values, "record of case " + record.case_id});
}

std::vector<std::uint8_t> mask_of(const Labels& labels, int value) {
  std::vector<std::uint8_t> mask(labels.values.size());
  std::transform(labels.values.begin(), labels.values.end(), mask.begin(),
                 [&](std::uint8_t v) { return static_cast<std::uint8_t>(v == value); });
  return mask;
}

// The distance counted for a structure that is missed or falsely found: leaving it out would improve the mean.
double diagonal_mm(const Grid& grid) {
  const auto extent = [&](std::size_t a) { return static_cast<double>(grid.size[a]) * grid.spacing_mm[a]; };
  return std::hypot(extent(0), extent(1), extent(2));
}

// Most voxels of a case are certain and teach little: as many are drawn from the doubtful ones, and each is weighted by
// the share of the case that it represents.
void sample_voxels(const Examined& e, CaseRecord& record) {
  std::array<std::vector<std::size_t>, 2> drawn_from;  // doubtful, certain
  const std::size_t voxels = e.truth.values.size();
  const auto background = e.probabilities.channel(0);
  for (std::size_t i = 0; i < voxels; ++i) {
    const bool doubtful = background[i] > 0.02f && background[i] < 0.98f;
    drawn_from[doubtful ? 0 : 1].push_back(i);
  }
  Random random(1, 0, voxels, "calibration voxels");
  for (const std::vector<std::size_t>& some : drawn_from) {
    if (some.empty()) continue;
    const double weight = static_cast<double>(some.size()) / static_cast<double>(voxels * samples_per_case);
    for (std::size_t s = 0; s < samples_per_case; ++s) {
      const std::size_t at = some[random.below(some.size())];
      const double logit = std::round(structure_logit(e.probabilities, at) * 1e3) / 1e3;
      record.voxels.push_back({logit, e.truth.values[at] != 0, weight});
    }
  }
}

// Whether the interval stated for a volume contains the true one; NaN if none is stated.
double is_held(const Json& intervals, const std::string& name, const CaseRecord& record) {
  double predicted = 0, truth = 0;
  for (const auto& [member, c] : record.classes) {
    if (name != "total" && member != name) continue;
    predicted += c.predicted_ml;
    truth += c.true_ml;
  }
  if (!(predicted > 0)) return nan;
  const auto interval = promised_interval(intervals, name, predicted);
  if (!interval) return nan;
  return interval->low <= truth && truth <= interval->high ? 1 : 0;
}

double missed_at(double threshold, const CaseRecord& record) {
  const bool there = std::ranges::any_of(record.classes, [](const auto& one) { return one.second.true_ml > 0; });
  const auto at = std::ranges::find(risk_thresholds(), threshold) - risk_thresholds().begin();
  return there && at < std::ssize(record.missed) ? record.missed[static_cast<std::size_t>(at)] : nan;
}

// Whether the bundle's guarantees hold. Cases that it was fitted on are left out.
Scores promises_of(const Bundle& bundle, const std::vector<Record>& records, std::span<const std::string> patients) {
  const Json intervals = bundle.decision.value("volume_interval", Json::object());
  const std::vector<bool> fitted = among_fitted(bundle.decision.value("fitted_on", Json()), records);
  std::optional<RiskControl> control;
  if (bundle.decision.contains("inclusive_mask")) {
    control = risk_control_from_json({bundle.decision["inclusive_mask"], "decision: inclusive_mask"});
  }
  std::map<std::string, std::vector<double>> held;
  std::vector<double> missed(records.size(), nan);
  for (std::size_t row = 0; row < records.size(); ++row) {
    const CaseRecord one = record_of(records[row]);
    for (const auto& [name, ignored] : intervals.items()) {
      held[name].push_back(fitted[row] ? nan : is_held(intervals, name, one));
    }
    if (control && !fitted[row]) missed[row] = missed_at(control->threshold, one);
  }
  Scores out;
  for (const auto& [name, values] : held) {
    out["volume_interval." + name + ".coverage"] = bootstrap_mean(values, patients, {.share = true});
  }
  out["inclusive_mask.missed"] = bootstrap_mean(missed, patients);
  std::erase_if(out, [](const auto& one) { return std::isnan(one.second.value); });
  return out;
}

}  // namespace

const std::vector<double>& risk_thresholds() {
  static const std::vector<double> thresholds = [] {
    std::vector<double> out = {1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 0.001, 0.002, 0.005, 0.01, 0.015};
    for (int i = 1; i < 50; ++i) out.push_back(0.02 * i);
    return out;
  }();
  return thresholds;
}

double structure_logit(const Image& probabilities, std::size_t voxel) {
  double structure = 0;  // summed over its parts: 1 - background loses precision where the background is nearly 1
  for (int c = 1; c < probabilities.channels; ++c) structure += probabilities.channel(c)[voxel];
  return logit(
      std::min(std::max(least_probability, structure), 1 - least_probability));  // in this order, NaN gives the least
}

CaseRecord compare(const Examined& e, const std::vector<ClassLabel>& classes) {
  CaseRecord record;
  const double ml = e.truth.grid.voxel_volume_ml();
  for (const ClassLabel& label : classes) {
    if (label.value == 0) continue;
    ClassRecord& out = record.classes[label.name];
    const Overlap o = overlap(e.predicted.values, e.truth.values, label.value);
    out.dice = o.dice();
    out.iou = o.iou();
    out.predicted_ml = static_cast<double>(o.predicted) * ml;
    out.true_ml = static_cast<double>(o.truth) * ml;
    for (std::size_t way = 0; way < clean_ups.size(); ++way) {
      const Labels tidy = cleaned(e.predicted, label.value, clean_ups[way]);
      const Overlap tidied = overlap(tidy.values, e.truth.values, label.value);
      out.tidied[way] = {tidied.dice(), static_cast<double>(tidied.predicted) * ml};
    }
    const Grid& grid = e.truth.grid;
    const SurfaceDistances surface =
        surface_distances(mask_of(e.predicted, label.value), mask_of(e.truth, label.value), grid.size, grid.spacing_mm);
    out.surface_dice = surface_dice(surface, surface_tolerance_mm);
    const double hd95 = hausdorff_mm(surface);
    out.hd95_mm = std::isinf(hd95) ? diagonal_mm(grid) : hd95;
  }
  std::vector<float> foreground(e.truth.values.size());
  std::vector<std::uint8_t> truth(e.truth.values.size());
  const auto background = e.probabilities.channel(0);
  for (std::size_t i = 0; i < foreground.size(); ++i) {
    foreground[i] = 1.0f - background[i];
    truth[i] = e.truth.values[i] != 0;
  }
  record.missed = false_negative_curve(foreground, truth, risk_thresholds());
  sample_voxels(e, record);
  record.distance = e.distance;
  return record;
}

Json to_json(const CaseRecord& record) {
  Json json;
  for (const auto& [name, c] : record.classes) {
    json["classes"][name] = {{"dice", number_or_null(c.dice)},
                             {"iou", number_or_null(c.iou)},
                             {"surface_dice", number_or_null(c.surface_dice)},
                             {"hd95_mm", number_or_null(c.hd95_mm)},
                             {"predicted_ml", c.predicted_ml},
                             {"true_ml", c.true_ml}};
    for (const Tidied& tidied : c.tidied) {
      json["classes"][name]["tidied"].push_back(
          {{"dice", number_or_null(tidied.dice)}, {"predicted_ml", tidied.predicted_ml}});
    }
  }
  json["missed"] = record.missed;
  json["voxels"] = Json::array();
  for (const VoxelSample& voxel : record.voxels) {
    json["voxels"].push_back({voxel.logit, voxel.of_structure, voxel.weight});
  }
  json["distance"] = number_or_null(record.distance);
  return json;
}

CaseRecord case_record_from_json(const JsonView& json) {
  CaseRecord record;
  for (const auto& [name, ignored] : json.at("classes").json().items()) {
    const JsonView c = json.at("classes").at(name);
    ClassRecord& out = record.classes[name];
    out = {number_or_nan(c.at("dice")),
           number_or_nan(c.at("iou")),
           number_or_nan(c.at("surface_dice")),
           number_or_nan(c.at("hd95_mm")),
           c.get<double>("predicted_ml"),
           c.get<double>("true_ml"),
           {}};
    for (std::size_t way = 0; way < clean_ups.size(); ++way) {
      const JsonView tidied = c.at("tidied").at(way);
      out.tidied[way] = {number_or_nan(tidied.at("dice")), tidied.get<double>("predicted_ml")};
    }
  }
  record.missed = json.get<std::vector<double>>("missed");
  if (!json.has("voxels") || record.missed.size() != risk_thresholds().size()) {
    throw Error(json.where(), "is of an earlier version", {},
                "remove records.jsonl from each fold's work folder and go on with --resume: it is examined anew");
  }
  const JsonView voxels = json.at("voxels");
  for (std::size_t i = 0; i < voxels.size(); ++i) {
    const JsonView voxel = voxels.at(i);
    record.voxels.push_back({voxel.at(0).as<double>(), voxel.at(1).as<bool>(), voxel.at(2).as<double>()});
  }
  record.distance = number_or_nan(json.at("distance"));
  return record;
}

std::map<std::string, CaseScores> ImageSegment::case_scores(const Bundle&, const std::vector<Record>& records) const {
  std::map<std::string, CaseScores> columns;
  const auto put = [&](const std::string& metric, const std::string& name, std::size_t row, double value) {
    auto& column = columns[metric + "." + name];
    const bool less_is_better = metric == "hd95_mm" || metric == "volume_error_ml";
    column.direction = less_is_better ? Direction::lower_is_better : Direction::higher_is_better;
    column.values.resize(records.size(), nan);
    column.values[row] = value;
  };
  for (std::size_t row = 0; row < records.size(); ++row) {
    const CaseRecord one = record_of(records[row]);
    std::map<std::string, std::pair<double, int>> sums;
    for (const auto& [name, c] : one.classes) {
      const std::pair<const char*, double> values[] = {{"dice", c.dice},
                                                       {"iou", c.iou},
                                                       {"surface_dice", c.surface_dice},
                                                       {"hd95_mm", c.hd95_mm},
                                                       {"volume_error_ml", std::abs(c.predicted_ml - c.true_ml)}};
      for (const auto& [metric, value] : values) {
        put(metric, name, row, value);
        if (std::isnan(value)) continue;
        sums[metric].first += value;
        ++sums[metric].second;
      }
    }
    for (const auto& [metric, sum] : sums) put(metric, "mean", row, sum.first / sum.second);
  }
  return columns;
}

Scores ImageSegment::score(const Bundle& bundle, const std::vector<Record>& records) const {
  std::vector<std::string> patients;
  patients.reserve(records.size());
  for (const Record& record : records) patients.push_back(record.patient);
  Scores scores;
  for (const auto& [name, column] : case_scores(bundle, records))
    scores[name] = bootstrap_mean(column.values, patients);
  scores.merge(promises_of(bundle, records, patients));
  return scores;
}

}  // namespace galen::segment
