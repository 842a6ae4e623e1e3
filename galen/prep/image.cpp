#include "galen/prep/image.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include "galen/base/error.h"

namespace galen {
namespace {

constexpr double class_tolerance = 1e-3;  // scaling rounds: nibabel turns 1 into 1.0000000591

void require_one_frame(const Volume& volume, const char* where) {
  if (volume.frames == 1) return;
  throw Error(where, "has four dimensions where three are wanted", fmt::format("{} frames", volume.frames),
              "give one frame of it");
}

// "(x, y, z)" of the voxel that holds a value.
std::string position(const Volume& volume, std::size_t value) {
  const auto voxel = static_cast<std::int64_t>(value) / volume.components;
  const auto [nx, ny, nz] = volume.grid.size;
  return fmt::format("({}, {}, {})", voxel % nx, voxel / nx % ny, voxel / (nx * ny));
}

void require_finite(const Volume& volume, const std::vector<float>& values) {
  const auto broken = [](float v) { return !std::isfinite(v); };
  const auto count = std::count_if(values.begin(), values.end(), broken);
  if (count == 0) return;
  const auto first = std::find_if(values.begin(), values.end(), broken);
  throw Error("image", "has voxels that are NaN or infinite",
              fmt::format("{} of {}, the first at {}", count, values.size(),
                          position(volume, static_cast<std::size_t>(first - values.begin()))),
              "repair it where it was made");
}

}  // namespace

Image blank_image(const Grid& grid, int channels) {
  return {grid, channels, std::vector<float>(static_cast<std::size_t>(grid.voxel_count() * channels))};
}

Labels blank_labels(const Grid& grid) {
  return {grid, std::vector<std::uint8_t>(static_cast<std::size_t>(grid.voxel_count()))};
}

Image image_of(const Volume& volume) {
  require_one_frame(volume, "image");
  std::vector<float> values = volume.as_f32();
  require_finite(volume, values);
  if (volume.components == 1) return {volume.grid, 1, std::move(values)};
  Image image = blank_image(volume.grid, volume.components);
  const auto components = static_cast<std::size_t>(volume.components);
  for (int c = 0; c < volume.components; ++c) {
    const auto channel = image.channel(c);
    for (std::size_t i = 0; i < channel.size(); ++i) channel[i] = values[i * components + static_cast<std::size_t>(c)];
  }
  return image;
}

Labels labels_of(const Volume& volume, const std::vector<int>& allowed) {
  require_one_frame(volume, "mask");
  if (volume.components != 1) {
    throw Error("mask", "has several values per voxel", fmt::format("{} components", volume.components),
                "give one class per voxel");
  }
  std::array<bool, 256> known{};
  for (const int value : allowed) {
    if (value < 0 || value > 255) throw defect("labels_of", fmt::format("class {} is outside 0 to 255", value));
    known[static_cast<std::size_t>(value)] = true;
  }
  const std::vector<double> values = volume.as_f64();
  const auto fits = [&](double v) {
    const double nearest = std::round(v);
    return nearest >= 0 && nearest <= 255 && std::abs(v - nearest) <= class_tolerance &&
           known[static_cast<std::size_t>(nearest)];
  };
  const auto wrong = std::find_if_not(values.begin(), values.end(), fits);
  if (wrong != values.end()) {
    throw Error("mask", fmt::format("has the value {}, which is no class", *wrong),
                fmt::format("{} such voxels, the first at {}", std::count_if(wrong, values.end(), std::not_fn(fits)),
                            position(volume, static_cast<std::size_t>(wrong - values.begin()))),
                fmt::format("the classes are {}", fmt::join(allowed, ", ")));
  }
  Labels labels = blank_labels(volume.grid);
  std::transform(values.begin(), values.end(), labels.values.begin(),
                 [](double v) { return static_cast<std::uint8_t>(std::round(v)); });
  return labels;
}

Volume volume_of(const Labels& labels) {
  Volume volume(labels.grid, Scalar::u8);
  std::copy(labels.values.begin(), labels.values.end(), volume.values<std::uint8_t>().begin());
  return volume;
}

}  // namespace galen
