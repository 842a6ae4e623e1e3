#pragma once
// An image: voxels on a grid in the patient's space.
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "galen/base/files.h"
#include "galen/base/scalar.h"

namespace galen {

using Vec3 = std::array<double, 3>;
using Index3 = std::array<std::int64_t, 3>;
using Mat3 = std::array<Vec3, 3>;  ///< rows

inline constexpr Mat3 identity3 = {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};

/// Voxel geometry. The world is LPS (left, posterior, superior positive), in millimetres, as in DICOM and ITK.
struct Grid {
  Index3 size{1, 1, 1};        ///< x, y, z; a 2D image has z = 1
  Vec3 spacing_mm{1, 1, 1};    ///< along the voxel axes, positive
  Vec3 origin_mm{0, 0, 0};     ///< centre of voxel (0, 0, 0)
  Mat3 direction = identity3;  ///< column k is the unit vector of voxel axis k

  std::int64_t voxel_count() const { return size[0] * size[1] * size[2]; }
  double voxel_volume_ml() const;  ///< includes |determinant|, so it holds for sheared grids
  Vec3 to_world(const Vec3& voxel) const;
  Vec3 to_voxel(const Vec3& world_mm) const;
  /// The largest distance, along any axis and in voxels of this grid, between a corner and the same corner of another
  /// grid of this size; infinite if it cannot be computed.
  double farthest_corner(const Grid& other) const;
  /// True if sizes are equal and every corner agrees within the tolerance.
  bool matches(const Grid& other, double tolerance_voxels = 1e-3) const;
  /// Three letters for the world directions nearest to the voxel axes: "LPS", "RAS", ...
  std::string orientation() const;
};

/// Voxels with x fastest, then y, z, time; components (colour, vectors) fastest of all. Values are as stored;
/// the quantity is stored * slope + intercept.
struct Volume {
  Grid grid;
  std::int64_t frames = 1;   ///< extent of time (or of another fourth axis)
  double frame_seconds = 0;  ///< 0: not stated
  int components = 1;
  Scalar type = Scalar::f32;  ///< not f16, bf16 or boolean
  Bytes voxels;
  double slope = 1, intercept = 0;
  std::string modality;              ///< DICOM modality ("MR", "CT"); empty: not stated
  std::vector<std::string> remarks;  ///< what the file leaves open and how it was interpreted, for the Finding

  Volume() = default;
  /// Zeros.
  Volume(Grid grid, Scalar type, int components = 1, std::int64_t frames = 1);

  std::int64_t value_count() const { return grid.voxel_count() * frames * components; }
  /// Errors (defect): T is not the stored type.
  template <class T>
  std::span<T> values() {
    require(scalar_of<T>());
    return {reinterpret_cast<T*>(voxels.data()), static_cast<std::size_t>(value_count())};
  }
  template <class T>
  std::span<const T> values() const {
    require(scalar_of<T>());
    return {reinterpret_cast<const T*>(voxels.data()), static_cast<std::size_t>(value_count())};
  }
  /// The quantity (slope and intercept applied), converted.
  std::vector<float> as_f32() const;
  std::vector<double> as_f64() const;

 private:
  void require(Scalar type) const;
};

/// The volume with voxels reordered so that its axes point as nearly as possible along the given letters ("LPS");
/// voxels keep their world positions.
Volume reoriented(const Volume& volume, const std::string& letters);
/// The voxels of a box [begin, begin + size), which may extend beyond the border (filled with fill).
Volume cropped(const Volume& volume, const Index3& begin, const Index3& size, double fill = 0);

}  // namespace galen
