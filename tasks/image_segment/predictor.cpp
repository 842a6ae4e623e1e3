#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "galen/base/threads.h"
#include "galen/prep/argmax_resampler.h"
#include "galen/prep/resample.h"
#include "galen/trust/calibration.h"
#include "galen/trust/conformal.h"
#include "galen/trust/risk_control.h"
#include "tasks/image_segment/clean_up.h"
#include "tasks/image_segment/infer.h"
#include "tasks/image_segment/prepare.h"
#include "tasks/image_segment/record.h"
#include "tasks/image_segment/task.h"
#include "tasks/image_segment/unlike.h"

namespace galen::segment {
namespace {

struct Settings {
  std::string roi, laterality;
  bool mirror = false, probability_map = false;
};

Settings settings_from_json(const Json& json) {
  const JsonView view(json, "--set");
  view.only({"roi", "laterality", "mirror", "probability_map"});
  Settings out;
  out.roi = view.get<std::string>("roi", "");
  out.laterality = view.get<std::string>("laterality", "");
  out.mirror = view.get<bool>("mirror", false);
  out.probability_map = view.get<bool>("probability_map", false);
  if (!out.laterality.empty() && out.laterality != "left" && out.laterality != "right") {
    throw usage_error("laterality=" + out.laterality, "is not a side", "write left or right");
  }
  return out;
}

// Intermediate results of a case: the network's output, on the grid of the image's content.
struct Answer {
  Prepared prepared;
  Inference inference;
  Labels labels;        ///< on placement.working
  Image probabilities;  ///< on the network's grid: of the background and, if requested, of the structure
};

enum class Probabilities { background, structure_too };

// From [class, voxel]; the structure is the sum of all other classes.
std::vector<float> of_background_and_structure(std::span<const float> scores, std::size_t classes) {
  const std::size_t voxels = scores.size() / classes;
  std::vector<float> out(2 * voxels);
  std::copy_n(scores.begin(), voxels, out.begin());
  for (std::size_t i = voxels; i < scores.size(); ++i) out[voxels + i % voxels] += scores[i];
  return out;
}

class SegmentPredictor final : public Predictor {
 public:
  explicit SegmentPredictor(const PredictorRequest& request)
      : bundle_(request.bundle),
        settings_(typed([&] { return settings_from_json(request.options.settings); })),
        ensemble_(bundle_->graphs(trained_network), plan_from_bundle(*bundle_), request.engine,
                  {request.options.precision, request.options.threads, settings_.mirror}),
        max_memory_bytes_(request.options.max_memory_bytes),
        bytes_at_start_(peak_memory_bytes()) {
    if (settings_.mirror && ensemble_.passes() == static_cast<int>(bundle_->networks.at(trained_network).size())) {
      throw usage_error("mirror=true", "this bundle was not trained to be mirrored", "leave it out");
    }
    if (settings_.probability_map && !bundle_->calibration.empty() &&
        calibration_from_json({bundle_->calibration["calibration"], "calibration"}).classes != 1) {
      throw Error(bundle_->id, "is calibrated as an earlier version was", {},
                  "leave probability_map out, or train anew");
    }
  }

  Finding predict(const Case& input, Progress& progress) const override;
  Record examine(const Case& input) const override;

 private:
  const SegmentPlan& plan() const { return ensemble_.plan(); }
  Answer answer(const Case& input, Probabilities kept, Progress& progress) const;
  static int channels_kept(Probabilities kept) { return kept == Probabilities::structure_too ? 2 : 1; }
  void require_memory(const Volume& source, const Image& image, int channels) const;
  std::string side_of(const Case& input) const;
  double distance_from(const Answer& answer) const {
    return distance_from_training(*bundle_, answer.prepared.image, answer.inference.embeddings);
  }
  Image on_working(const Answer& answer) const;
  void state_volumes(const Volume& mask, Finding& finding) const;
  void add_masks(const Answer& answer, Volume mask, Finding& finding) const;
  void add_inclusive_mask(const Answer& answer, Finding& finding) const;
  void add_probability_map(const Answer& answer, Finding& finding) const;
  void warn(const Case& input, const Answer& answer, Finding& finding) const;

  std::shared_ptr<const Bundle> bundle_;
  Settings settings_;
  Ensemble ensemble_;
  std::uint64_t max_memory_bytes_, bytes_at_start_;
};

std::string SegmentPredictor::side_of(const Case& input) const {
  if (!settings_.laterality.empty()) return settings_.laterality;
  const auto found = input.attributes.find("laterality");
  return found == input.attributes.end() ? "" : found->second;
}

// Estimates the peak from here to the written report, before any large allocation. Reading and preparing a case, and
// drawing it once the networks' arrays are free again, take two copies of the source and 16 bytes a value (measured).
void SegmentPredictor::require_memory(const Volume& source, const Image& image, int channels) const {
  if (max_memory_bytes_ == 0) return;
  const std::uint64_t values = std::max<std::uint64_t>(source.value_count(), image.values.size());
  const std::uint64_t kept = static_cast<std::uint64_t>(image.grid.voxel_count() * channels) * sizeof(float);
  const std::uint64_t map =
      settings_.probability_map ? 3 * sizeof(float) * source.grid.voxel_count() : 0;  // including its packed copy
  const std::uint64_t need =
      bytes_at_start_ + 2 * source.voxels.size() + 16 * values + kept + map + ensemble_.predict_memory(image);
  if (need <= max_memory_bytes_) return;
  // The program's own memory varies by a few pages from run to run: one MiB more than is needed now.
  throw Error("image", "needs about " + memory_text(need), "the limit is " + memory_text(max_memory_bytes_),
              fmt::format("allow --max-ram {}M", (need >> 20) + 2));
}

Answer SegmentPredictor::answer(const Case& input, Probabilities kept, Progress& progress) const {
  const Volume& image = input.volume("image");
  PrepareOptions options;
  if (!settings_.roi.empty()) options.roi = parse_roi(settings_.roi, image.grid);
  options.mirror_x = is_other_side(plan(), side_of(input));
  if (settings_.mirror) {
    progress.say(fmt::format("mirroring: {} passes of the network instead of {}", ensemble_.passes(),
                             bundle_->networks.at(trained_network).size()));
  }
  Answer out;
  out.prepared = prepare(image, plan(), options);
  const Image& prepared = out.prepared.image;
  require_memory(image, prepared, channels_kept(kept));
  ArgmaxResampler labels(static_cast<int>(plan().network.classes), prepared.grid, out.prepared.placement.working);
  out.probabilities = blank_image(prepared.grid, channels_kept(kept));
  const SliceSink keep = collect_into(out.probabilities);
  const SliceSink sink = [&](std::int64_t z, std::span<const float> scores) {
    labels.add(z, scores);
    if (kept == Probabilities::background) return keep(z, scores);
    keep(z, of_background_and_structure(scores, static_cast<std::size_t>(plan().network.classes)));
  };
  out.inference = ensemble_.run(prepared, sink, progress);
  out.labels = std::move(labels).labels();
  for (const ClassLabel& label : plan().classes) {
    if (label.value == 0 || !bundle_->decision.contains("clean_up")) continue;
    const JsonView chosen(bundle_->decision["clean_up"], "decision: clean_up");
    out.labels = cleaned(out.labels, label.value, clean_up_from_json(chosen.at(label.name)));
  }
  return out;
}

Image SegmentPredictor::on_working(const Answer& answer) const {
  const Grid& working = answer.prepared.placement.working;
  const Image& p = answer.probabilities;
  return p.grid.size == working.size ? p : resampled(p, working, Interpolation::linear);
}

void SegmentPredictor::state_volumes(const Volume& mask, Finding& finding) const {
  std::map<std::string, double> ml;
  const auto values = mask.values<std::uint8_t>();
  std::vector<std::pair<std::string, Code>> rows;
  double total = 0;
  for (const ClassLabel& label : plan().classes) {
    if (label.value == 0) continue;
    const auto voxels = std::count(values.begin(), values.end(), static_cast<std::uint8_t>(label.value));
    ml[label.name] = static_cast<double>(voxels) * mask.grid.voxel_volume_ml();
    total += ml[label.name];
    rows.emplace_back(label.name, label.code);
  }
  if (rows.size() > 1) {
    rows.emplace_back("total", Code{});
    ml["total"] = total;
  }
  for (const auto& [name, code] : rows) {
    Statement statement;
    statement.id = "volume." + name;
    statement.code = code;
    statement.value = ml[name];
    statement.unit = "mL";
    statement.text = ml[name] > 0 ? fmt::format("{}: {:.2f} ml", name, ml[name]) : fmt::format("{}: not found", name);
    const Json intervals = bundle_->decision.value("volume_interval", Json::object());
    if (ml[name] > 0) statement.interval = promised_interval(intervals, name, ml[name]);
    if (const auto& interval = statement.interval) {
      statement.text +=
          fmt::format(" ({:.0f} % interval {:.2f} to {:.2f} ml)", 100 * interval->level, interval->low, interval->high);
    }
    finding.statements.push_back(std::move(statement));
    finding.evidence.push_back({"volume." + name, "outlined in the slices", "slices"});
  }
}

// The part of the structure that must not be missed: every voxel above the controlled threshold or in the mask.
void SegmentPredictor::add_inclusive_mask(const Answer& answer, Finding& finding) const {
  if (!bundle_->decision.contains("inclusive_mask")) return;
  const RiskControl control = risk_control_from_json({bundle_->decision["inclusive_mask"], "decision: inclusive_mask"});
  const Image p = on_working(answer);
  Volume inclusive(p.grid, Scalar::u8);
  const auto background = p.channel(0);
  std::ranges::transform(background, answer.labels.values, inclusive.values<std::uint8_t>().begin(),
                         [&](float b, std::uint8_t label) -> std::uint8_t {
                           return static_cast<double>(1 - b) >= control.threshold || label != 0;
                         });
  const std::string text = fmt::format(
      "the mask, and every voxel with a network probability of at least {:.2g} (before calibration); "
      "misses at most {:.0f} % of the structure on average over patients who have it",
      control.threshold, 100 * control.alpha);
  finding.artefacts.push_back({"mask_inclusive", text,
                               MaskArtefact{restore(inclusive, answer.prepared.placement, 0),
                                            {ClassLabel{0, "background", {}}, ClassLabel{1, "structure", {}}}}});
}

void SegmentPredictor::add_probability_map(const Answer& answer, Finding& finding) const {
  const Image p = on_working(answer);
  Calibration calibration;
  if (!bundle_->calibration.empty()) {
    calibration = calibration_from_json({bundle_->calibration["calibration"], "calibration"});
  }
  Volume map(p.grid, Scalar::f32);
  const auto out = map.values<float>();
  parallel_for(out.size(), 4096, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const double logit = structure_logit(p, i);
      out[i] = static_cast<float>(probabilities_of(calibration, {&logit, 1}).back());
    }
  });
  const std::string text = fmt::format("probability that a voxel belongs to the structure, {}",
                                       calibration.method == CalibrationMethod::none
                                           ? std::string("as the network gives it")
                                           : fmt::format("calibrated ({})", name_of(calibration.method)));
  finding.artefacts.push_back(
      {"probability", text, HeatMapArtefact{restore(map, answer.prepared.placement, 0), "probability", "1"}});
}

void SegmentPredictor::add_masks(const Answer& answer, Volume mask, Finding& finding) const {
  finding.artefacts.push_back({"mask", "the class of every voxel", MaskArtefact{std::move(mask), plan().classes}});
  add_inclusive_mask(answer, finding);
  if (settings_.probability_map) add_probability_map(answer, finding);
  finding.artefacts.push_back({"slices", "outlines of the mask on the image", DrawingArtefact{"image", "mask"}});
}

void SegmentPredictor::warn(const Case& input, const Answer& answer, Finding& finding) const {
  for (const std::string& remark : input.volume("image").remarks) finding.warnings.push_back({"input", remark});
  if (answer.inference.non_finite) {
    finding.warnings.push_back(not_numbers());
  }
  if (!plan().side.empty() && side_of(input).empty()) {
    finding.warnings.push_back(
        {"outside_applies_to", fmt::format("the side was not stated: assumed to be {}, or mirrored "
                                           "to look like it; set laterality=left or right",
                                           plan().side)});
  }
  if (const auto text = outside_extent(answer.prepared.placement.canonical, plan())) {
    finding.warnings.push_back({"outside_applies_to", *text});
  }
  if (const auto text = unlike_training(*bundle_, distance_from(answer))) {
    finding.warnings.push_back({"unlike_training", *text});
  }
  for (const ClassLabel& label : plan().classes) {
    if (label.value != 0 && std::find(answer.labels.values.begin(), answer.labels.values.end(), label.value) ==
                                answer.labels.values.end()) {
      finding.warnings.push_back({"quality", fmt::format("no voxel was found of: {}", label.name)});
    }
  }
}

Finding SegmentPredictor::predict(const Case& input, Progress& progress) const {
  const Answer a =
      answer(input, settings_.probability_map ? Probabilities::structure_too : Probabilities::background, progress);
  Finding finding;
  finding.case_id = input.id;
  Volume mask = restore(volume_of(a.labels), a.prepared.placement, 0);
  state_volumes(mask, finding);
  add_masks(a, std::move(mask), finding);
  warn(input, a, finding);
  finding.provenance.precision = name_of(a.inference.precision);
  return finding;
}

Record SegmentPredictor::examine(const Case& input) const {
  const Volume& image = input.volume("image");
  const Volume& truth = input.volume("mask");
  require_grid_of_image(truth.grid, image.grid);
  std::vector<int> allowed;
  for (const ClassLabel& label : plan().classes) allowed.push_back(label.value);
  Labels true_labels = labels_of(truth, allowed);
  true_labels.grid = image.grid;

  const Answer a = answer(input, Probabilities::structure_too, no_progress());
  if (a.inference.non_finite) throw Error("image", "leads to values that are not numbers");
  const Labels predicted = labels_of(restore(volume_of(a.labels), a.prepared.placement, 0), allowed);
  const Image working = on_working(a);
  Image probabilities = blank_image(image.grid, working.channels);
  for (int c = 0; c < working.channels; ++c) {
    Volume channel(working.grid, Scalar::f32);
    std::copy(working.channel(c).begin(), working.channel(c).end(), channel.values<float>().begin());
    const Volume back = restore(channel, a.prepared.placement, c == 0 ? 1 : 0);
    std::copy(back.values<float>().begin(), back.values<float>().end(), probabilities.channel(c).begin());
  }
  const double distance = distance_from(a);
  return {input.id, input.patient, input.attributes,
          to_json(compare({predicted, true_labels, probabilities, distance}, plan().classes))};
}

}  // namespace

std::unique_ptr<Predictor> ImageSegment::predictor(const PredictorRequest& request) const {
  return std::make_unique<SegmentPredictor>(request);
}

}  // namespace galen::segment
