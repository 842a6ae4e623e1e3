#include "galen/prep/contours.h"

#include <fmt/format.h>

#include "galen/base/error.h"

namespace galen {
namespace {

// A slice as a binary plane with a margin of one voxel outside the class.
struct Plane {
  std::int64_t width, height;  // including the margin
  std::vector<char> inside;

  bool at(std::int64_t u, std::int64_t v) const { return inside[static_cast<std::size_t>(v * width + u)] != 0; }
};

Plane plane_of(const Labels& labels, int class_value, std::size_t axis, std::int64_t slice) {
  const Index3& size = labels.grid.size;
  const Index3 stride{1, size[0], size[0] * size[1]};
  const std::size_t u_axis = axis == 0 ? 1 : 0, v_axis = axis == 2 ? 1 : 2;
  Plane plane{size[u_axis] + 2, size[v_axis] + 2, {}};
  plane.inside.assign(static_cast<std::size_t>(plane.width * plane.height), 0);
  for (std::int64_t v = 0; v < size[v_axis]; ++v) {
    for (std::int64_t u = 0; u < size[u_axis]; ++u) {
      const std::int64_t voxel = u * stride[u_axis] + v * stride[v_axis] + slice * stride[axis];
      plane.inside[static_cast<std::size_t>((v + 1) * plane.width + u + 1)] =
          labels.values[static_cast<std::size_t>(voxel)] == class_value;
    }
  }
  return plane;
}

// Edges between neighbouring voxels are numbered: 2 i leads from voxel i to the right, 2 i + 1 downwards.
std::array<double, 2> middle_of(std::int64_t edge, std::int64_t width) {
  const std::int64_t voxel = edge / 2;
  const double u = static_cast<double>(voxel % width - 1), v = static_cast<double>(voxel / width - 1);
  return edge % 2 == 0 ? std::array{u + 0.5, v} : std::array{u, v + 0.5};
}

// For each edge that the outline crosses, the one that it crosses next; -1 elsewhere. Around each square of four
// voxels, a segment leads from where the class is entered to where it is next left.
std::vector<std::int64_t> following_edges(const Plane& plane) {
  std::vector<std::int64_t> next(2 * plane.inside.size(), -1);
  for (std::int64_t v = 0; v + 1 < plane.height; ++v) {
    for (std::int64_t u = 0; u + 1 < plane.width; ++u) {
      const std::array<bool, 4> in{plane.at(u, v), plane.at(u + 1, v), plane.at(u + 1, v + 1), plane.at(u, v + 1)};
      const std::int64_t corner = v * plane.width + u;
      const std::array<std::int64_t, 4> edges{2 * corner, 2 * (corner + 1) + 1, 2 * (corner + plane.width),
                                              2 * corner + 1};
      for (std::size_t i = 0; i < 4; ++i) {
        if (in[i] || !in[(i + 1) % 4]) continue;
        std::size_t k = (i + 1) % 4;
        while (in[(k + 1) % 4]) k = (k + 1) % 4;
        next[static_cast<std::size_t>(edges[i])] = edges[k];
      }
    }
  }
  return next;
}

}  // namespace

std::vector<Outline> contours(const Labels& labels, int class_value, int axis, std::int64_t slice) {
  if (axis < 0 || axis > 2 || slice < 0 || slice >= labels.grid.size[static_cast<std::size_t>(axis)]) {
    throw defect("contours", fmt::format("no slice {} along axis {}", slice, axis));
  }
  const Plane plane = plane_of(labels, class_value, static_cast<std::size_t>(axis), slice);
  std::vector<std::int64_t> next = following_edges(plane);
  std::vector<Outline> out;
  for (std::size_t start = 0; start < next.size(); ++start) {
    if (next[start] < 0) continue;
    Outline& outline = out.emplace_back();
    for (std::size_t edge = start; next[edge] >= 0;) {
      outline.push_back(middle_of(static_cast<std::int64_t>(edge), plane.width));
      const auto following = static_cast<std::size_t>(next[edge]);
      next[edge] = -1;
      edge = following;
    }
  }
  return out;
}

}  // namespace galen
