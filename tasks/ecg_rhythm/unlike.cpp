#include "tasks/ecg_rhythm/unlike.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "tasks/ecg_rhythm/beat_features.h"

namespace galen::ecg {
namespace {

constexpr double qrs_seconds = 0.1, t_wave_seconds = 0.15;  // on each side of the R peak; after it
constexpr std::int64_t shape_every = 5;  // odd: where T waves are candidates too, beats and T waves are both sampled

// The logarithm of a share of the beat's height, limited so that one wild sample does not dominate the mean.
double level(double share) {
  return std::log(std::clamp(share, 1e-4, 1e2));
}

}  // namespace

std::vector<std::string> RecordingStatistics::names() {
  return {"heart rate",
          "unevenness of the rhythm",
          "changes of strength",
          "beats unlike the usual one",
          "changes of breadth",
          "breadth of the QRS complex",
          "height of the T wave",
          "noise about the usual beat",
          "steepness between complexes",
          "roughness between complexes"};
}

RecordingStatistics::RecordingStatistics(const BeatPlan& plan)
    : length_(static_cast<std::size_t>(plan.crop_samples)), rate_hz_(plan.crop_rate_hz) {
  const auto peak = static_cast<std::size_t>(plan.crop_before);
  const auto reach = static_cast<std::size_t>(std::lround(qrs_seconds * rate_hz_));
  qrs_begin_ = peak - std::min(peak, reach);
  qrs_end_ = std::min(peak + reach + 1, length_);
  t_begin_ = std::min(peak + static_cast<std::size_t>(std::lround(t_wave_seconds * rate_hz_)) + 1, length_);
}

void RecordingStatistics::add(const BeatToken& token) {
  if (token.is_pause() || !(token.scale[0] > 0)) return;
  const auto feature = [&](Feature which) { return token.features[static_cast<std::size_t>(which)]; };
  sums_.rate += std::log(60 / usual_scale_seconds) - feature(Feature::usual) / log_scale;
  sums_.uneven += feature(Feature::uneven) / 4;
  sums_.strength += std::abs(feature(Feature::strength)) / log_scale;
  sums_.likeness += feature(Feature::likeness);
  sums_.breadth += std::abs(feature(Feature::breadth)) / log_scale;  // half the logarithm
  if (candidates_++ % shape_every == 0) add_shape(token);
}

void RecordingStatistics::add_shape(const BeatToken& token) {
  const float* crop = token.crop.data();
  const float* usual = token.usual.data();
  const double scale = token.scale[0];
  double area = 0, height = 0, t_wave = 0;
  for (std::size_t i = qrs_begin_; i < qrs_end_; ++i) {
    const double v = std::abs(usual[i]);
    area += v, height = std::max(height, v);
  }
  for (std::size_t i = t_begin_; i < length_; ++i) t_wave = std::max<double>(t_wave, std::abs(usual[i]));
  double squares = 0, steps = 0, bends = 0;
  const auto between = [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const double apart = crop[i] - usual[i], step = crop[i + 1] - crop[i];
      squares += apart * apart;
      steps += std::abs(step);
      bends += std::abs(step - (crop[i] - crop[i - 1]));
    }
  };
  between(1, qrs_begin_);
  between(qrs_end_, length_ - 1);
  const auto n = std::max(1.0, static_cast<double>(length_ - (qrs_end_ - qrs_begin_)));
  ++shapes_;
  sums_.qrs_seconds += level(area / std::max(height, 1e-6 * scale) / rate_hz_);
  sums_.t_wave += level(t_wave / scale);
  sums_.noise += level(std::sqrt(squares / n) / scale);
  sums_.steps += level(steps / n / scale);
  sums_.bends += level(bends / n / scale);
}

// Roots and a logarithm of means that lie near 0 for most recordings and far from it for few.
std::vector<double> RecordingStatistics::values() const {
  if (candidates_ < least_candidates) return {};
  const auto mean = [&](double sum) { return sum / static_cast<double>(candidates_); };
  const auto shape = [&](double sum) { return sum / static_cast<double>(shapes_); };
  return {mean(sums_.rate),
          std::log(mean(sums_.uneven) + 0.02),
          std::sqrt(mean(sums_.strength)),
          std::sqrt(std::max(0.0, 1 - mean(sums_.likeness))),
          std::sqrt(mean(sums_.breadth)),
          shape(sums_.qrs_seconds),
          shape(sums_.t_wave),
          shape(sums_.noise),
          shape(sums_.steps),
          shape(sums_.bends)};
}

std::shared_ptr<const ReferenceProfile> profile_of(const Bundle& bundle) {
  if (!bundle.reference.contains("profile")) return {};
  ReferenceProfile profile = reference_from_json({bundle.reference["profile"], "reference: profile"});
  std::vector<std::string> known;
  known.reserve(profile.statistics.size());
  for (const StatisticSummary& one : profile.statistics) known.push_back(one.name);
  if (known != RecordingStatistics::names()) {
    throw Error(bundle.id, "has a reference profile of other statistics", fmt::format("of {}", fmt::join(known, ", ")),
                "train it again with this version");
  }
  return std::make_shared<const ReferenceProfile>(std::move(profile));
}

void warn_unlike(const std::shared_ptr<const ReferenceProfile>& profile, const RecordingStatistics& statistics,
                 Finding& finding) {
  const std::vector<double> values = statistics.values();
  if (!profile || values.empty()) return;
  const Similarity similar = compare_with(*profile, {"", values, {}});
  if (!similar.unlike) return;
  const std::string why = fmt::format("{}; {:.0f} % of recordings like the training data get this warning",
                                      unusual_text(similar), 100 * profile->error_rate);
  finding.warnings.push_back({"unlike_training", warning_text("recording", similar.distance, why)});
}

}  // namespace galen::ecg
