#include "galen/metric/surface_area.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <utility>
#include <vector>

namespace galen {
namespace {

using Edge = std::pair<unsigned, unsigned>;  // two corners of the cube, the smaller first
using Polygon = std::vector<Vec3>;           // in units of voxels

Edge edge(unsigned a, unsigned b) {
  return {std::min(a, b), std::max(a, b)};
}
bool inside(unsigned code, unsigned corner) {
  return code >> corner & 1;
}

Vec3 middle(const Edge& e) {
  Vec3 point{};
  for (unsigned axis = 0; axis < 3; ++axis) {
    point[axis] = ((e.first >> axis & 1) + (e.second >> axis & 1)) / 2.0;
  }
  return point;
}

// Which crossed edges the surface connects across each face of the cube.
std::map<Edge, std::vector<Edge>> joined_edges(unsigned code) {
  std::map<Edge, std::vector<Edge>> joined;
  const auto join = [&](const Edge& a, const Edge& b) {
    joined[a].push_back(b);
    joined[b].push_back(a);
  };
  const bool rarer = std::popcount(code) <= 4;
  for (unsigned axis = 0; axis < 3; ++axis) {
    const unsigned u = 1u << (axis + 1) % 3, v = 1u << (axis + 2) % 3;
    for (const unsigned side : {0u, 1u << axis}) {
      const unsigned around[4] = {side, side | u, side | u | v, side | v};
      std::vector<Edge> crossed;
      for (unsigned i = 0; i < 4; ++i) {
        const unsigned a = around[i], b = around[(i + 1) % 4];
        if (inside(code, a) != inside(code, b)) crossed.push_back(edge(a, b));
      }
      if (crossed.size() == 2) join(crossed[0], crossed[1]);
      if (crossed.size() != 4) continue;
      for (unsigned i = 0; i < 4; ++i) {
        if (inside(code, around[i]) != rarer) continue;
        join(edge(around[(i + 3) % 4], around[i]), edge(around[i], around[(i + 1) % 4]));
      }
    }
  }
  return joined;
}

std::vector<Polygon> polygons(unsigned code) {
  auto joined = joined_edges(code);
  std::vector<Polygon> result;
  while (!joined.empty()) {
    Polygon polygon;
    Edge at = joined.begin()->first;
    while (joined.contains(at)) {
      polygon.push_back(middle(at));
      const std::vector<Edge> next = joined.extract(at).mapped();
      at = joined.contains(next[0]) ? next[0] : next[1];
    }
    result.push_back(std::move(polygon));
  }
  return result;
}

double triangle_area(const Vec3& a, const Vec3& b, const Vec3& c, const Vec3& spacing) {
  Vec3 p{}, q{};
  for (std::size_t i = 0; i < 3; ++i) p[i] = (b[i] - a[i]) * spacing[i], q[i] = (c[i] - a[i]) * spacing[i];
  return std::hypot(p[1] * q[2] - p[2] * q[1], p[2] * q[0] - p[0] * q[2], p[0] * q[1] - p[1] * q[0]) / 2;
}

struct Area {
  double of_cube = 0;  // with unit spacing: decides how the polygon is cut, independently of spacing
  double real = 0;
};

// The area of the polygon between corners i and j, cut into triangles so that it is largest.
Area cut(const Polygon& polygon, std::size_t i, std::size_t j, const Vec3& spacing) {
  Area best;
  for (std::size_t k = i + 1; k < j; ++k) {
    const Area left = cut(polygon, i, k, spacing), right = cut(polygon, k, j, spacing);
    const double unit = left.of_cube + right.of_cube + triangle_area(polygon[i], polygon[k], polygon[j], Vec3{1, 1, 1});
    if (unit <= best.of_cube + 1e-12) continue;
    best = {unit, left.real + right.real + triangle_area(polygon[i], polygon[k], polygon[j], spacing)};
  }
  return best;
}

}  // namespace

std::array<double, 256> surface_areas_mm2(const Vec3& spacing_mm) {
  std::array<double, 256> areas{};
  for (unsigned code = 1; code < 255; ++code) {
    for (const Polygon& polygon : polygons(code)) {
      areas[code] += cut(polygon, 0, polygon.size() - 1, spacing_mm).real;
    }
  }
  return areas;
}

std::array<double, 16> contour_lengths_mm(double spacing_x_mm, double spacing_y_mm) {
  const double corner = std::hypot(spacing_x_mm, spacing_y_mm) / 2;
  std::array<double, 16> lengths{};
  for (const unsigned code : {1u, 2u, 4u, 8u, 7u, 11u, 13u, 14u}) lengths[code] = corner;
  lengths[3] = lengths[12] = spacing_x_mm;  // neighbours along x: the contour runs along x
  lengths[5] = lengths[10] = spacing_y_mm;
  lengths[6] = lengths[9] = 2 * corner;  // diagonal
  return lengths;
}

}  // namespace galen
