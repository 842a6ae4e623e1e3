#pragma once
// Image files <-> Volume: NIfTI-1 and -2, Analyze 7.5, NRRD, MetaImage, PNG, JPEG, TIFF.
// What readers of the field disagree on, and what is done here, is in docs/formats/volumes.md.
#include <string>
#include <vector>

#include "galen/data/volume.h"

namespace galen {

/// What a file says of itself, without its voxels being read.
struct VolumeInfo {
  std::string format;  ///< "NIfTI-1", "NRRD", ...
  Grid grid;           ///< in LPS millimetres
  std::int64_t frames = 1;
  double frame_seconds = 0;  ///< 0: not stated
  int components = 1;
  Scalar type = Scalar::f32;  ///< as stored
  double slope = 1, intercept = 0;
  std::vector<std::string> remarks;

  /// The affine as text, four rows of four numbers: voxel indices to world millimetres, in RAS (as NIfTI).
  std::string affine_ras() const;
  /// Shape as "5x4x3" and, when there are more than one, frames and components: "5x4x3, 20 frames, 3 components".
  std::string shape() const;
};

/// The whole image. The format is recognised by content, not by name; detached headers bring their data files, which
/// must lie in the header's folder. Voxels are as stored (NaN and infinities included); colours, complex numbers and
/// vectors become components. Errors: no image, damaged, truncated, a header that does not hold together, a grid that
/// cannot be (zero or NaN spacing, singular matrix), above the limits. Nothing is repaired silently: what the file left
/// open is in the volume's remarks.
Volume read_volume(const fs::path& path, const Limits& limits = {});

/// Errors: as read_volume, but for damage among the voxels, which are not looked at.
VolumeInfo inspect_volume(const fs::path& path, const Limits& limits = {});

/// The file and those that it brings: data files of a detached header, the other half of a pair. Errors: as
/// inspect_volume().
std::vector<fs::path> volume_files(const fs::path& path, const Limits& limits = {});

/// Writes beside and renames. The name gives the format: .nii .nii.gz .nrrd .nhdr .mha .mhd .png .tif .tiff .jpg .jpeg;
/// .nhdr and .mhd get a .raw beside them. Errors: another ending; something that the format cannot hold (its
/// message says what, and which format can).
void write_volume(const Volume& volume, const fs::path& path);

/// The formats with the endings that are written, for messages: "NIfTI (.nii, .nii.gz)".
std::vector<std::string> volume_formats();

}  // namespace galen
