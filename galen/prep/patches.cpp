#include "galen/prep/patches.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace galen {

ClassLocations class_locations(const Labels& labels, std::size_t most_per_class) {
  std::array<std::size_t, 256> counts{};
  for (const std::uint8_t value : labels.values) ++counts[value];
  std::array<std::size_t, 256> slot{}, seen{};
  ClassLocations out;
  for (std::size_t c = 1; c < counts.size(); ++c) {
    if (counts[c] == 0) continue;
    slot[c] = out.classes.size();
    out.classes.push_back(static_cast<int>(c));
    out.voxels.emplace_back().reserve(std::min(counts[c], most_per_class));
  }
  for (std::size_t i = 0; i < labels.values.size(); ++i) {
    const std::size_t c = labels.values[i];
    if (c == 0) continue;
    // The k-th voxel is kept when (k + 1) * kept / counts[c] reaches the next whole number, which spreads the kept ones
    // evenly.
    const std::size_t k = seen[c]++, kept = std::min(counts[c], most_per_class);
    if ((k + 1) * kept / counts[c] > k * kept / counts[c]) {
      out.voxels[slot[c]].push_back(static_cast<std::int64_t>(i));
    }
  }
  return out;
}

bool forces_foreground(int item, int batch, double fraction) {
  return item >= batch - static_cast<int>(std::lround(batch * fraction));
}

Box sample_patch(const Grid& grid, const Index3& patch, const ClassLocations& locations, bool force_foreground,
                 Random& random) {
  Box box{{0, 0, 0}, patch};
  Index3 centre{0, 0, 0};
  const bool centred = force_foreground && !locations.classes.empty();
  if (centred) {
    const auto& voxels = locations.voxels[random.below(locations.voxels.size())];
    const std::int64_t voxel = voxels[random.below(voxels.size())];
    centre = {voxel % grid.size[0], voxel / grid.size[0] % grid.size[1], voxel / (grid.size[0] * grid.size[1])};
  }
  for (std::size_t a = 0; a < 3; ++a) {
    const std::int64_t room = grid.size[a] - patch[a];
    if (room <= 0) {
      box.begin[a] = -(-room / 2);
    } else if (centred) {
      box.begin[a] = std::clamp<std::int64_t>(centre[a] - patch[a] / 2, 0, room);
    } else {
      box.begin[a] = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(room + 1)));
    }
  }
  return box;
}

}  // namespace galen
