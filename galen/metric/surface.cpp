#include "galen/metric/surface.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "galen/base/error.h"
#include "galen/metric/distance_transform.h"
#include "galen/metric/overlap.h"
#include "galen/metric/surface_area.h"

namespace galen {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

struct Box {
  Index3 begin{}, end{};  // end is one past the last voxel
  bool empty() const { return end[0] <= begin[0]; }
};

// The smallest box that contains all voxels of both masks: nothing outside matters.
Box box_of(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b, const Index3& size) {
  Box box{size, {0, 0, 0}};
  std::size_t i = 0;
  for (std::int64_t z = 0; z < size[2]; ++z) {
    for (std::int64_t y = 0; y < size[1]; ++y) {
      for (std::int64_t x = 0; x < size[0]; ++x, ++i) {
        if (!a[i] && !b[i]) continue;
        const Index3 at{x, y, z};
        for (std::size_t k = 0; k < 3; ++k) {
          box.begin[k] = std::min(box.begin[k], at[k]);
          box.end[k] = std::max(box.end[k], at[k] + 1);
        }
      }
    }
  }
  return box;
}

// Codes of the corners between voxels: along x, corner (x, y, z) of the box lies between voxels x - 1 and x; likewise
// along y and z. In a flat image the corners lie in its plane, and only the lower four bits are used.
struct Corners {
  Index3 size{};
  std::vector<std::uint8_t> codes;
};

Corners corners_of(std::span<const std::uint8_t> mask, const Index3& size, const Box& box, bool flat) {
  Corners corners;
  for (std::size_t k = 0; k < 3; ++k) corners.size[k] = box.end[k] - box.begin[k] + 1;
  if (flat) corners.size[2] = 1;
  const auto [cx, cy, cz] = corners.size;
  corners.codes.resize(static_cast<std::size_t>(cx * cy * cz));
  for (std::int64_t z = box.begin[2]; z < box.end[2]; ++z) {
    for (std::int64_t y = box.begin[1]; y < box.end[1]; ++y) {
      for (std::int64_t x = box.begin[0]; x < box.end[0]; ++x) {
        if (!mask[static_cast<std::size_t>((z * size[1] + y) * size[0] + x)]) continue;
        for (std::int64_t corner = 0; corner < (flat ? 4 : 8); ++corner) {
          const std::int64_t dx = corner & 1, dy = corner >> 1 & 1, dz = corner >> 2;
          const std::int64_t at = ((z - box.begin[2] + dz) * cy + y - box.begin[1] + dy) * cx + x - box.begin[0] + dx;
          // Seen from its far corner, the voxel is the near one of the eight, and vice versa.
          corners.codes[static_cast<std::size_t>(at)] |= static_cast<std::uint8_t>(1u << ((flat ? 3 : 7) - corner));
        }
      }
    }
  }
  return corners;
}

std::vector<SurfaceElement> elements(const Corners& surface, const std::vector<double>& squared_distance,
                                     std::span<const double> areas) {
  std::vector<SurfaceElement> result;
  for (std::size_t i = 0; i < surface.codes.size(); ++i) {
    const double area = areas[surface.codes[i]];
    if (area > 0) result.push_back({std::sqrt(squared_distance[i]), area});
  }
  std::stable_sort(result.begin(), result.end(),
                   [](const SurfaceElement& a, const SurfaceElement& b) { return a.distance_mm < b.distance_mm; });
  return result;
}

std::vector<std::uint8_t> on_surface(const Corners& corners, std::span<const double> areas) {
  std::vector<std::uint8_t> points(corners.codes.size());
  for (std::size_t i = 0; i < points.size(); ++i) points[i] = areas[corners.codes[i]] > 0;
  return points;
}

double total_area(const std::vector<SurfaceElement>& surface) {
  double sum = 0;
  for (const SurfaceElement& element : surface) sum += element.area_mm2;
  return sum;
}

// The distance at which the area, accumulated from the nearest element on, reaches the percentage.
double percentile(const std::vector<SurfaceElement>& surface, double percent) {
  const double needed = total_area(surface) * percent / 100 * (1 - 1e-12);
  double sum = 0;
  for (const SurfaceElement& element : surface) {
    sum += element.area_mm2;
    if (sum >= needed) return element.distance_mm;
  }
  return surface.back().distance_mm;
}

}  // namespace

SurfaceDistances surface_distances(std::span<const std::uint8_t> predicted, std::span<const std::uint8_t> truth,
                                   const Index3& size, const Vec3& spacing_mm) {
  const std::int64_t count = size[0] * size[1] * size[2];
  if (std::cmp_not_equal(predicted.size(), count) || std::cmp_not_equal(truth.size(), count)) {
    throw defect("surface_distances", "a mask does not fill the grid");
  }
  if (!(spacing_mm[0] > 0 && spacing_mm[1] > 0 && spacing_mm[2] > 0)) {
    throw defect("surface_distances", "spacing must be positive");
  }
  const Box box = box_of(predicted, truth, size);
  if (box.empty()) return {};
  const bool flat = size[2] == 1;
  const std::array<double, 16> lengths = contour_lengths_mm(spacing_mm[0], spacing_mm[1]);
  const std::array<double, 256> squares = flat ? std::array<double, 256>{} : surface_areas_mm2(spacing_mm);
  const auto areas = flat ? std::span<const double>(lengths) : std::span<const double>(squares);
  const Corners of_predicted = corners_of(predicted, size, box, flat), of_truth = corners_of(truth, size, box, flat);
  const auto distance_to = [&](const Corners& surface) {
    return squared_distances(on_surface(surface, areas), surface.size, spacing_mm);
  };
  return {elements(of_predicted, distance_to(of_truth), areas), elements(of_truth, distance_to(of_predicted), areas)};
}

SurfaceDistances surface_distances(const Volume& predicted, const Volume& truth, int label) {
  require_same_grid(predicted, truth);
  return surface_distances(mask_of(predicted, label), mask_of(truth, label), truth.grid.size, truth.grid.spacing_mm);
}

double surface_dice(const SurfaceDistances& distances, double tolerance_mm) {
  double within = 0, total = 0;
  for (const auto* surface : {&distances.predicted, &distances.truth}) {
    for (const SurfaceElement& element : *surface) {
      if (element.distance_mm <= tolerance_mm) within += element.area_mm2;
      total += element.area_mm2;
    }
  }
  return total > 0 ? within / total : nan;
}

double hausdorff_mm(const SurfaceDistances& distances, double percent) {
  if (distances.predicted.empty() && distances.truth.empty()) return nan;
  if (distances.predicted.empty() || distances.truth.empty()) return infinity;
  return std::max(percentile(distances.predicted, percent), percentile(distances.truth, percent));
}

}  // namespace galen
