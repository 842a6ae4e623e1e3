#pragma once
// The two halves of augmented(), spatial and intensity. Internal to prep.
#include "galen/prep/augment.h"

namespace galen {

/// Whether a draw applies, and its strength. The stream advances equally in both cases.
struct Strength {
  bool happens = false;
  double value = 0;
};
Strength draw(const Draw& what, Random& random);
/// The same for factors: below and above 1 equally often.
Strength draw_factor(const Draw& what, Random& random);

/// A smooth random field on a grid: cubic B-splines whose knots are `spacing` voxels apart, with standard normal
/// coefficients, scaled to a standard deviation of 1; constant along axes of one voxel.
class SmoothField {
 public:
  SmoothField(const Index3& size, double spacing, Random& random);
  /// The field along row (y, z).
  void row(std::int64_t y, std::int64_t z, std::span<float> out);

 private:
  struct Axis {
    std::int64_t knots = 4;
    std::vector<std::int64_t> first;
    std::vector<std::array<float, 4>> weights;
  };
  std::array<Axis, 3> axes_;
  std::vector<float> coefficients_, line_;
};

/// For each voxel of a patch [z, y, x], the position in the image that it shows, in voxels relative to block.begin.
struct Positions {
  bool moved = false;                    ///< false: the patch is not deformed, and `at` is empty
  std::vector<std::array<float, 3>> at;  ///< x, y, z
  Box block;                             ///< contains every voxel that interpolation reads
};
Positions draw_positions(const Grid& grid, const Box& patch, const Augmentation& augmentation, Random& random);

Image at_positions(const Image& image, const Box& patch, const Positions& positions, bool cubic);
Labels at_positions(const Labels& labels, const Box& patch, const Positions& positions);

/// In place, along the axes that are true.
void flip(Image& image, const std::array<bool, 3>& axes);
void flip(Labels& labels, const std::array<bool, 3>& axes);

/// Applies all intensity augmentations, in place.
void vary_intensities(Image& patch, const Augmentation& augmentation, Random& random);

}  // namespace galen
