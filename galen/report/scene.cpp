#include "galen/report/scene.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "galen/base/error.h"

namespace galen {
namespace {

struct Box {
  Index3 begin, size;
};

/// The labels of the first frame as 1 + position in classes; 0 for values without a class.
std::vector<std::uint8_t> positions(const Volume& labels, const std::vector<ClassLabel>& classes) {
  std::map<double, std::uint8_t> position;
  for (std::size_t i = 0; i < classes.size(); ++i) position[classes[i].value] = static_cast<std::uint8_t>(i + 1);
  const std::vector<float> values = labels.as_f32();
  std::vector<std::uint8_t> out(static_cast<std::size_t>(labels.grid.voxel_count()));
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto found = position.find(values[i]);
    out[i] = found == position.end() ? std::uint8_t{0} : found->second;
  }
  return out;
}

/// Brightness of the first frame; NaN for values that are not finite.
std::vector<float> brightness(const Volume& image) {
  const std::vector<float> values = image.as_f32();
  const auto components = static_cast<std::size_t>(image.components);
  std::vector<float> out(static_cast<std::size_t>(image.grid.voxel_count()));
  for (std::size_t i = 0; i < out.size(); ++i) {
    const float* v = values.data() + i * components;
    // ITU-R BT.601 luma for RGB and RGBA; otherwise the first component.
    out[i] = components == 3 || components == 4 ? 0.299f * v[0] + 0.587f * v[1] + 0.114f * v[2] : v[0];
    if (!std::isfinite(out[i])) out[i] = NAN;
  }
  return out;
}

/// The bounding box of all labels plus a margin; the whole grid if there are none.
Box region_of(const Grid& grid, const std::vector<std::uint8_t>& labels, double margin_mm) {
  Index3 low = grid.size, high{-1, -1, -1};
  std::size_t i = 0;
  for (std::int64_t z = 0; z < grid.size[2] && !labels.empty(); ++z) {
    for (std::int64_t y = 0; y < grid.size[1]; ++y) {
      for (std::int64_t x = 0; x < grid.size[0]; ++x) {
        if (labels[i++] == 0) continue;
        const Index3 here{x, y, z};
        for (std::size_t a = 0; a < 3; ++a) low[a] = std::min(low[a], here[a]), high[a] = std::max(high[a], here[a]);
      }
    }
  }
  if (high[0] < 0) return {{0, 0, 0}, grid.size};
  Box box;
  for (std::size_t a = 0; a < 3; ++a) {
    const auto margin = static_cast<std::int64_t>(std::ceil(margin_mm / grid.spacing_mm[a]));
    box.begin[a] = std::max<std::int64_t>(0, low[a] - margin);
    box.size[a] = std::min(grid.size[a], high[a] + 1 + margin) - box.begin[a];
  }
  return box;
}

/// Block size per axis that keeps within max_voxels; the axis with the smallest spacing is downsampled first.
Index3 thinning(const Box& box, const Vec3& spacing, std::int64_t max_voxels) {
  Index3 step{1, 1, 1};
  const auto extent = [&](std::size_t a) { return (box.size[a] + step[a] - 1) / step[a]; };
  while (extent(0) * extent(1) * extent(2) > max_voxels) {
    std::size_t finest = 0;
    for (std::size_t a = 1; a < 3; ++a) {
      const double now = spacing[a] * static_cast<double>(step[a]);
      if (extent(a) > 1 && now < spacing[finest] * static_cast<double>(step[finest])) finest = a;
    }
    ++step[finest];
  }
  return step;
}

/// The block of grid voxels that one voxel of the scene represents.
Box block_of(const Box& region, const Index3& step, const Index3& shown) {
  Box block;
  for (std::size_t a = 0; a < 3; ++a) {
    block.begin[a] = region.begin[a] + shown[a] * step[a];
    block.size[a] = std::min(step[a], region.begin[a] + region.size[a] - block.begin[a]);
  }
  return block;
}

std::size_t middle_of(const Index3& grid, const Box& block) {
  Index3 at;
  for (std::size_t a = 0; a < 3; ++a) at[a] = block.begin[a] + block.size[a] / 2;
  return static_cast<std::size_t>((at[2] * grid[1] + at[1]) * grid[0] + at[0]);
}

/// The mean of the values of a block that are not NaN; NaN if all are.
float mean_of(const std::vector<float>& values, const Index3& grid, const Box& block) {
  double sum = 0;
  int count = 0;
  for (std::int64_t z = block.begin[2]; z < block.begin[2] + block.size[2]; ++z) {
    for (std::int64_t y = block.begin[1]; y < block.begin[1] + block.size[1]; ++y) {
      for (std::int64_t x = block.begin[0]; x < block.begin[0] + block.size[0]; ++x) {
        const float value = values[static_cast<std::size_t>((z * grid[1] + y) * grid[0] + x)];
        if (std::isnan(value)) continue;
        sum += value;
        ++count;
      }
    }
  }
  return count ? static_cast<float>(sum / count) : NAN;
}

/// Maps the 1st to the 99th percentile to 0 to 255.
std::vector<std::uint8_t> windowed(const std::vector<float>& values) {
  std::vector<float> finite;
  std::copy_if(values.begin(), values.end(), std::back_inserter(finite), [](float v) { return !std::isnan(v); });
  if (finite.empty()) return std::vector<std::uint8_t>(values.size());
  const auto percentile = [&](double p) {
    const auto at = finite.begin() + static_cast<std::ptrdiff_t>(p * static_cast<double>(finite.size() - 1));
    std::nth_element(finite.begin(), at, finite.end());
    return *at;
  };
  const float low = percentile(0.01), high = percentile(0.99);
  const float scale = high > low ? 255.0f / (high - low) : 0.0f;
  std::vector<std::uint8_t> out(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const float v = std::isnan(values[i]) ? 0.0f : std::clamp((values[i] - low) * scale, 0.0f, 255.0f);
    out[i] = static_cast<std::uint8_t>(std::lround(v));
  }
  return out;
}

/// Per axis, the slice with the most labelled voxels; the middle if there are none.
Index3 fullest_slices(const Scene& scene) {
  std::array<std::vector<std::int64_t>, 3> counts;
  for (std::size_t a = 0; a < 3; ++a) counts[a].assign(static_cast<std::size_t>(scene.size[a]), 0);
  std::size_t i = 0;
  for (std::int64_t z = 0; z < scene.size[2] && !scene.labels.empty(); ++z) {
    for (std::int64_t y = 0; y < scene.size[1]; ++y) {
      for (std::int64_t x = 0; x < scene.size[0]; ++x) {
        if (scene.labels[i++] == 0) continue;
        const Index3 here{x, y, z};
        for (std::size_t a = 0; a < 3; ++a) ++counts[a][static_cast<std::size_t>(here[a])];
      }
    }
  }
  Index3 start;
  for (std::size_t a = 0; a < 3; ++a) {
    const auto most = std::max_element(counts[a].begin(), counts[a].end());
    start[a] = *most > 0 ? most - counts[a].begin() : scene.size[a] / 2;
  }
  return start;
}

}  // namespace

Scene scene_of(const Volume& image, const MaskArtefact* mask, const SceneOptions& options) {
  if (mask && !mask->labels.grid.matches(image.grid)) {
    throw Error("mask", "cannot be drawn on the image", "their grids differ");
  }
  const Volume upright = reoriented(image, "LPS");
  Scene scene;
  std::vector<std::uint8_t> labels;
  if (mask) {
    std::copy_if(mask->classes.begin(), mask->classes.end(), std::back_inserter(scene.classes),
                 [](const ClassLabel& label) { return label.value != 0; });
    if (scene.classes.size() > 255) throw Error("mask", "has over 255 classes", {}, "draw fewer of them");
    labels = positions(reoriented(mask->labels, "LPS"), scene.classes);
  }
  const Box box = region_of(upright.grid, labels, options.margin_mm);
  const Index3 step = thinning(box, upright.grid.spacing_mm, options.max_voxels);
  const std::vector<float> bright = brightness(upright);
  for (std::size_t a = 0; a < 3; ++a) {
    scene.size[a] = (box.size[a] + step[a] - 1) / step[a];
    scene.spacing_mm[a] = upright.grid.spacing_mm[a] * static_cast<double>(step[a]);
  }
  std::vector<float> shown;
  for (std::int64_t z = 0; z < scene.size[2]; ++z) {
    for (std::int64_t y = 0; y < scene.size[1]; ++y) {
      for (std::int64_t x = 0; x < scene.size[0]; ++x) {
        const Box block = block_of(box, step, {x, y, z});
        shown.push_back(mean_of(bright, upright.grid.size, block));
        if (mask) scene.labels.push_back(labels[middle_of(upright.grid.size, block)]);
      }
    }
  }
  scene.image = windowed(shown);
  scene.start = fullest_slices(scene);
  if (step != Index3{1, 1, 1})
    scene.note = fmt::format("shown by the mean of every {} x {} x {} voxels", step[0], step[1], step[2]);
  if (box.size != upright.grid.size) scene.note += (scene.note.empty() ? "" : ", ") + std::string("cut to the mask");
  return scene;
}

double scale_bar_mm(double width_mm) {
  const double limit = width_mm / 3;
  const double power = std::pow(10.0, std::floor(std::log10(limit)));
  for (const double factor : {5.0, 2.0}) {
    if (factor * power <= limit) return factor * power;
  }
  return power;
}

}  // namespace galen
