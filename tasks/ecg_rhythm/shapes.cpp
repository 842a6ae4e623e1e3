#include "tasks/ecg_rhythm/shapes.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

namespace galen::ecg {
namespace {

constexpr double before_seconds = 0.1, after_seconds = 0.14;  // of the complex, around the R peak
constexpr float same_distance = 0.5f;                         // as a share of the mean of both norms
constexpr float least_step = 0.05f;

// In lanes, so that the compiler can vectorise it.
template <class Term>
float sum_over(std::size_t count, Term term) {
  constexpr std::size_t lanes = 16;
  std::array<float, lanes> sums{};
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    for (std::size_t lane = 0; lane < lanes; ++lane) sums[lane] += term(i + lane);
  }
  for (; i < count; ++i) sums[0] += term(i);
  return std::accumulate(sums.begin(), sums.end(), 0.f);
}

float norm_of(std::span<const float> v) {
  return std::sqrt(sum_over(v.size(), [&](std::size_t i) { return v[i] * v[i]; })) + 1e-6f;
}

float distance(std::span<const float> a, std::span<const float> b) {
  return std::sqrt(sum_over(a.size(), [&](std::size_t i) { return (a[i] - b[i]) * (a[i] - b[i]); }));
}

// The complexes of both leads, less their common mean.
std::vector<float> complex_of(std::span<const float> crop, const BeatPlan& plan) {
  const auto samples = [&](double seconds) -> std::int64_t { return std::llround(seconds * plan.crop_rate_hz); };
  const std::int64_t begin = std::max<std::int64_t>(0, plan.crop_before - samples(before_seconds));
  const std::int64_t end = std::min(plan.crop_samples, plan.crop_before + samples(after_seconds));
  std::vector<float> out;
  out.reserve(lead_count * static_cast<std::size_t>(end - begin));
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

}  // namespace

Shapes::Look Shapes::look(std::span<const float> crop) const {
  Look out{complex_of(crop, plan_)};
  const float norm = norm_of(out.complex);
  float least = std::numeric_limits<float>::infinity();
  for (std::size_t i = 0; i < shapes_.size(); ++i) {
    const float d = distance(shapes_[i].complex, out.complex) / (0.5f * (shapes_[i].norm + norm));
    if (d < least) out.nearest = i, least = d;
  }
  out.fits = least <= same_distance;
  return out;
}

Shapes::Added Shapes::add(Look look) {
  ++added_;
  if (!look.fits) {
    const float norm = norm_of(look.complex);
    Shape made{std::move(look.complex), norm, 1, added_};
    if (shapes_.size() < most_shapes) {
      shapes_.push_back(std::move(made));
      return {shapes_.size() - 1, true};
    }
    const auto rarest =
        std::ranges::min_element(shapes_, {}, [](const Shape& s) { return std::pair(s.beats, s.last); });
    *rarest = std::move(made);
    return {static_cast<std::size_t>(rarest - shapes_.begin()), true};
  }
  Shape& shape = shapes_[look.nearest];
  ++shape.beats;
  shape.last = added_;
  const float step = std::max(1 / static_cast<float>(shape.beats), least_step);
  for (std::size_t i = 0; i < look.complex.size(); ++i) {
    shape.complex[i] += step * (look.complex[i] - shape.complex[i]);
  }
  shape.norm = norm_of(shape.complex);
  return {look.nearest, false};
}

}  // namespace galen::ecg
