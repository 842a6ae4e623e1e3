#include "galen/prep/components.h"

#include <algorithm>
#include <cstdlib>

namespace galen {
namespace {

// Union-find over provisional numbers; a root is the least number of its set.
class Sets {
 public:
  std::int32_t make() {
    parent_.push_back(static_cast<std::int32_t>(parent_.size()));
    return parent_.back();
  }
  std::int32_t root(std::int32_t a) {
    while (parent_[static_cast<std::size_t>(a)] != a) {
      auto& up = parent_[static_cast<std::size_t>(a)];
      up = parent_[static_cast<std::size_t>(up)];
      a = up;
    }
    return a;
  }
  void unite(std::int32_t a, std::int32_t b) {
    a = root(a), b = root(b);
    parent_[static_cast<std::size_t>(std::max(a, b))] = std::min(a, b);
  }
  std::size_t size() const { return parent_.size(); }

 private:
  std::vector<std::int32_t> parent_;
};

// The neighbours that precede a voxel in memory.
std::vector<Index3> earlier_neighbours(Connectivity connectivity) {
  const int axes = connectivity == Connectivity::faces ? 1 : connectivity == Connectivity::edges ? 2 : 3;
  std::vector<Index3> out;
  for (std::int64_t z = -1; z <= 0; ++z) {
    for (std::int64_t y = -1; y <= 1; ++y) {
      for (std::int64_t x = -1; x <= 1; ++x) {
        const bool earlier = z < 0 || (z == 0 && (y < 0 || (y == 0 && x < 0)));
        if (earlier && std::abs(x) + std::abs(y) + std::abs(z) <= axes) out.push_back({x, y, z});
      }
    }
  }
  return out;
}

// Components of the voxels for which belongs(i) is true.
template <class Belongs>
Components components_of(const Index3& size, Connectivity connectivity, Belongs&& belongs) {
  const auto neighbours = earlier_neighbours(connectivity);
  Components out;
  out.id.assign(static_cast<std::size_t>(size[0] * size[1] * size[2]), 0);
  Sets sets;
  sets.make();  // 0: none
  std::size_t i = 0;
  for (std::int64_t z = 0; z < size[2]; ++z) {
    for (std::int64_t y = 0; y < size[1]; ++y) {
      for (std::int64_t x = 0; x < size[0]; ++x, ++i) {
        if (!belongs(i)) continue;
        for (const auto& [dx, dy, dz] : neighbours) {
          const std::int64_t nx = x + dx, ny = y + dy, nz = z + dz;
          if (nx < 0 || nx >= size[0] || ny < 0 || ny >= size[1] || nz < 0) continue;
          const std::int32_t other = out.id[static_cast<std::size_t>((nz * size[1] + ny) * size[0] + nx)];
          if (other == 0) continue;
          if (out.id[i] == 0) {
            out.id[i] = other;
          } else if (out.id[i] != other) {
            sets.unite(out.id[i], other);
          }
        }
        if (out.id[i] == 0) out.id[i] = sets.make();
      }
    }
  }
  std::vector<std::int32_t> number(sets.size(), 0);
  for (std::int32_t& id : out.id) {
    if (id == 0) continue;
    auto& final_id = number[static_cast<std::size_t>(sets.root(id))];
    if (final_id == 0) {
      out.sizes.push_back(0);
      final_id = static_cast<std::int32_t>(out.sizes.size());
    }
    id = final_id;
    ++out.sizes[static_cast<std::size_t>(id - 1)];
  }
  return out;
}

bool at_border(const Index3& size, std::int64_t x, std::int64_t y, std::int64_t z) {
  return (size[0] > 1 && (x == 0 || x == size[0] - 1)) || (size[1] > 1 && (y == 0 || y == size[1] - 1)) ||
         (size[2] > 1 && (z == 0 || z == size[2] - 1));
}

}  // namespace

Components connected_components(const Labels& labels, int class_value, Connectivity connectivity) {
  return components_of(labels.grid.size, connectivity, [&](std::size_t i) { return labels.values[i] == class_value; });
}

Labels largest_component(const Labels& labels, int class_value, Connectivity connectivity) {
  const Components parts = connected_components(labels, class_value, connectivity);
  Labels out = labels;
  if (parts.sizes.size() < 2) return out;
  const auto largest = std::max_element(parts.sizes.begin(), parts.sizes.end()) - parts.sizes.begin() + 1;
  for (std::size_t i = 0; i < out.values.size(); ++i) {
    if (parts.id[i] != 0 && parts.id[i] != largest) out.values[i] = 0;
  }
  return out;
}

Labels fill_holes(const Labels& labels, int class_value) {
  const Index3& size = labels.grid.size;
  const Components around =
      components_of(size, Connectivity::faces, [&](std::size_t i) { return labels.values[i] != class_value; });
  std::vector<char> open(around.sizes.size() + 1, 0);
  std::size_t i = 0;
  for (std::int64_t z = 0; z < size[2]; ++z) {
    for (std::int64_t y = 0; y < size[1]; ++y) {
      for (std::int64_t x = 0; x < size[0]; ++x, ++i) {
        if (at_border(size, x, y, z)) open[static_cast<std::size_t>(around.id[i])] = 1;
      }
    }
  }
  Labels out = labels;
  for (i = 0; i < out.values.size(); ++i) {
    const bool hole = around.id[i] != 0 && !open[static_cast<std::size_t>(around.id[i])];
    if (hole && out.values[i] == 0) out.values[i] = static_cast<std::uint8_t>(class_value);
  }
  return out;
}

}  // namespace galen
