#include "tasks/image_segment/phantom.h"

#include <algorithm>
#include <cmath>

#include "galen/base/random.h"

namespace galen::segment {
namespace {

struct Ellipsoid {
  Vec3 centre, radius;  // in voxels
  double level;
};

}  // namespace

Case phantom(const SegmentPlan& plan, std::uint64_t seed) {
  Grid grid;
  grid.size = plan.patch;
  grid.spacing_mm = plan.spacing_mm;
  Random random(seed, 0, 0, "phantom");
  std::vector<Ellipsoid> bodies;
  for (int i = 0; i < 6; ++i) {
    Ellipsoid body{};
    for (std::size_t a = 0; a < 3; ++a) {
      const auto extent = static_cast<double>(grid.size[a]);
      body.centre[a] = random.uniform(0.3, 0.7) * extent;
      body.radius[a] = std::max(1.0, random.uniform(0.1, 0.35) * extent);
    }
    body.level = random.uniform(-400, 400);
    bodies.push_back(body);
  }
  Volume image(grid, Scalar::i16, static_cast<int>(plan.network.in_channels));
  image.modality = "MR";
  auto values = image.values<std::int16_t>();
  std::size_t at = 0;
  for (std::int64_t z = 0; z < grid.size[2]; ++z) {
    for (std::int64_t y = 0; y < grid.size[1]; ++y) {
      for (std::int64_t x = 0; x < grid.size[0]; ++x) {
        const Vec3 p = {static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)};
        double value = 1000;
        for (const Ellipsoid& body : bodies) {
          double r = 0;
          for (std::size_t a = 0; a < 3; ++a) r += std::pow((p[a] - body.centre[a]) / body.radius[a], 2);
          value += body.level / (1 + std::exp(6 * (r - 1)));
        }
        for (int c = 0; c < image.components; ++c) {
          values[at++] = static_cast<std::int16_t>(std::lround(value + 40 * random.normal()));
        }
      }
    }
  }
  Case out;
  out.id = "phantom";
  out.inputs.emplace("image", std::move(image));
  return out;
}

}  // namespace galen::segment
