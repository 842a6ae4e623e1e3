#include "tasks/ecg_rhythm/shape_votes.h"

#include <algorithm>
#include <cmath>

namespace galen::ecg {
namespace {

constexpr double before_seconds = 0.1, after_seconds = 0.14;  // of the complex
constexpr double same_distance = 0.5;                         // of the mean of both norms
constexpr std::size_t most_shapes = 40;
constexpr double least_step = 0.05, least_odds_step = 0.005;  // shapes drift, votes hardly
constexpr double largest_odds = 6;                            // that one beat can vote with
constexpr double weight = 0.5, half_beats = 10;               // a shape of so many beats has half its weight

double norm_of(std::span<const float> values) {
  double sum = 0;
  for (const float v : values) sum += static_cast<double>(v) * v;
  return std::sqrt(sum) + 1e-6;
}

double distance(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    sum += (static_cast<double>(a[i]) - b[i]) * (static_cast<double>(a[i]) - b[i]);
  return std::sqrt(sum);
}

// Both leads' complexes, without their common level.
std::vector<float> complex_of(std::span<const float> crop, const BeatPlan& plan) {
  const auto samples = [&](double seconds) -> std::int64_t { return std::llround(seconds * plan.crop_rate_hz); };
  const std::int64_t begin = std::max<std::int64_t>(0, plan.crop_before - samples(before_seconds));
  const std::int64_t end = std::min(plan.crop_samples, plan.crop_before + samples(after_seconds));
  std::vector<float> out;
  for (std::int64_t lead = 0; lead < static_cast<std::int64_t>(lead_count); ++lead) {
    const auto its =
        crop.subspan(static_cast<std::size_t>(lead * plan.crop_samples + begin), static_cast<std::size_t>(end - begin));
    out.insert(out.end(), its.begin(), its.end());
  }
  double level = 0;
  for (const float v : out) level += v / static_cast<double>(out.size());
  for (float& v : out) v -= static_cast<float>(level);
  return out;
}

float& of(std::span<float> logits, Beat beat) {
  return logits[static_cast<std::size_t>(beat)];
}

}  // namespace

void ShapeVotes::vote(std::span<const float> crop, std::span<float> logits) {
  if (std::ranges::max_element(logits) - logits.begin() == static_cast<std::ptrdiff_t>(Beat::none)) return;
  Shape& shape = shape_of(complex_of(crop, plan_));
  const double others = std::log(std::exp(static_cast<double>(of(logits, Beat::normal))) +
                                 std::exp(static_cast<double>(of(logits, Beat::supraventricular))));
  const double odds = of(logits, Beat::ventricular) - others;
  shape.odds +=
      std::max(1.0 / shape.beats, least_odds_step) * (std::clamp(odds, -largest_odds, largest_odds) - shape.odds);
  const double share = weight * shape.beats / (shape.beats + half_beats);
  of(logits, Beat::ventricular) += static_cast<float>(share * (shape.odds - odds));
}

// The nearest, where it is near or no more fit; it drifts towards the beat.
ShapeVotes::Shape& ShapeVotes::shape_of(std::vector<float> complex) {
  const double norm = norm_of(complex);
  Shape* nearest = nullptr;
  double least = 0;
  for (Shape& shape : shapes_) {
    const double d = distance(shape.complex, complex) / (0.5 * (shape.norm + norm));
    if (nearest == nullptr || d < least) nearest = &shape, least = d;
  }
  if (nearest == nullptr || (least > same_distance && shapes_.size() < most_shapes)) {
    return shapes_.emplace_back(std::move(complex), norm, 0, 1);
  }
  ++nearest->beats;
  const auto step = static_cast<float>(std::max(1.0 / nearest->beats, least_step));
  for (std::size_t i = 0; i < complex.size(); ++i) nearest->complex[i] += step * (complex[i] - nearest->complex[i]);
  nearest->norm = norm_of(nearest->complex);
  return *nearest;
}

}  // namespace galen::ecg
