#include "galen/metric/overlap.h"

#include <fmt/format.h>

#include <limits>
#include <type_traits>
#include <utility>

#include "galen/base/error.h"

namespace galen {
namespace {

double ratio(double above, double below) {
  return below > 0 ? above / below : std::numeric_limits<double>::quiet_NaN();
}

template <class T>
Overlap count(std::span<const T> predicted, std::span<const T> truth, int label) {
  if (predicted.size() != truth.size()) throw defect("overlap", "the label maps differ in length");
  Overlap result;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    const bool p = static_cast<int>(predicted[i]) == label, t = static_cast<int>(truth[i]) == label;
    result.both += p && t;
    result.predicted += p;
    result.truth += t;
  }
  return result;
}

}  // namespace

double Overlap::dice() const {
  return ratio(2.0 * static_cast<double>(both), static_cast<double>(predicted + truth));
}
double Overlap::iou() const {
  return ratio(static_cast<double>(both), static_cast<double>(predicted + truth - both));
}
double Overlap::sensitivity() const {
  return ratio(static_cast<double>(both), static_cast<double>(truth));
}
double Overlap::precision() const {
  return ratio(static_cast<double>(both), static_cast<double>(predicted));
}
double Overlap::volume_error_ml(double voxel_volume_ml) const {
  return static_cast<double>(predicted - truth) * voxel_volume_ml;
}

Overlap overlap(std::span<const std::uint8_t> predicted, std::span<const std::uint8_t> truth, int label) {
  return count(predicted, truth, label);
}

Overlap overlap(std::span<const std::uint16_t> predicted, std::span<const std::uint16_t> truth, int label) {
  return count(predicted, truth, label);
}

Overlap overlap(const Volume& predicted, const Volume& truth, int label) {
  require_same_grid(predicted, truth);
  return count<std::uint8_t>(mask_of(predicted, label), mask_of(truth, label), 1);
}

void require_same_grid(const Volume& predicted, const Volume& truth) {
  if (predicted.grid.matches(truth.grid)) return;
  const Index3 &p = predicted.grid.size, &t = truth.grid.size;
  throw Error("mask", "lies on another grid than the truth",
              fmt::format("{} x {} x {} voxels against {} x {} x {}", p[0], p[1], p[2], t[0], t[1], t[2]),
              "resample one to the other's grid");
}

std::vector<std::uint8_t> mask_of(const Volume& labels, int label) {
  if (is_float(labels.type) || labels.slope != 1 || labels.intercept != 0) {
    throw Error("mask", "holds no labels", fmt::format("its voxels are {} or scaled", name_of(labels.type)),
                "store labels as integers");
  }
  if (labels.frames != 1 || labels.components != 1) {
    throw Error("mask", "has several frames or components", {}, "give one label per voxel");
  }
  std::vector<std::uint8_t> mask(static_cast<std::size_t>(labels.value_count()));
  visit_scalar(labels.type, [&](auto type) {
    using T = decltype(type);
    if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
      const auto values = labels.values<T>();
      for (std::size_t i = 0; i < mask.size(); ++i) mask[i] = std::cmp_equal(values[i], label);
    }
  });
  return mask;
}

}  // namespace galen
