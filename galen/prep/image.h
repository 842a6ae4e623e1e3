#pragma once
// Inputs and targets of networks on a grid: real numbers per channel, and one class per voxel.
#include <cstdint>
#include <span>
#include <vector>

#include "galen/data/volume.h"

namespace galen {

/// Values [channel, z, y, x], x fastest, channels slowest; finite.
struct Image {
  Grid grid;
  int channels = 1;
  std::vector<float> values;

  std::span<float> channel(int c) { return std::span(values).subspan(offset(c), voxels()); }
  std::span<const float> channel(int c) const { return std::span(values).subspan(offset(c), voxels()); }

 private:
  std::size_t voxels() const { return static_cast<std::size_t>(grid.voxel_count()); }
  std::size_t offset(int c) const { return static_cast<std::size_t>(c) * voxels(); }
};

/// One class per voxel [z, y, x]; 0 is background.
struct Labels {
  Grid grid;
  std::vector<std::uint8_t> values;
};

/// An image of zeros.
Image blank_image(const Grid& grid, int channels);
/// Labels of background only.
Labels blank_labels(const Grid& grid);

/// A 3D (or 2D) volume as an image; its components become channels.
/// Errors: several frames (4D), voxels that are NaN or infinite (their count and the first one's position).
Image image_of(const Volume& volume);

/// A mask as classes. Files often store classes as floats or scaled: a value within 0.001 of a class is read as that
/// class. Errors: several frames or components; a value not in `allowed` (the message gives it, the count and the first
/// position).
Labels labels_of(const Volume& volume, const std::vector<int>& allowed);

/// The labels as a volume of u8.
Volume volume_of(const Labels& labels);

}  // namespace galen
