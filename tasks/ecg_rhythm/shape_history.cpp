#include "tasks/ecg_rhythm/shape_history.h"

#include <algorithm>
#include <utility>

namespace galen::ecg {
namespace {

constexpr double kept_changes = 30;
constexpr double half_changes = 2;  // a mean over this many counts half

float& of(std::span<float> features, Feature which) {
  return features[static_cast<std::size_t>(which)];
}

}  // namespace

void ShapeHistory::Mean::add(double one) {
  count = std::min(count + 1, kept_changes);
  value += (one - value) / count;
}

double ShapeHistory::Mean::known() const {
  return value * count / (count + half_changes);
}

void ShapeHistory::follow(std::span<const float> crop, std::span<float> features, bool teaches) {
  Shapes::Look look = shapes_.look(crop);
  const Past past = look.fits ? pasts_[look.nearest] : Past{};
  of(features, Feature::onset) = static_cast<float>(past.onset.known());
  of(features, Feature::offset) = static_cast<float>(past.offset.known());
  if (teaches) learn(shapes_.add(std::move(look)), of(features, Feature::before));
}

void ShapeHistory::learn(Shapes::Added added, double before) {
  pasts_.resize(shapes_.count());
  if (added.is_new) pasts_[added.shape] = {};
  if (last_ && (added.is_new || *last_ != added.shape)) {
    if (*last_ != added.shape) pasts_[*last_].offset.add(before);
    pasts_[added.shape].onset.add(before);
  }
  last_ = added.shape;
}

}  // namespace galen::ecg
