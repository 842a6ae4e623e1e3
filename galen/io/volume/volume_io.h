#pragma once
// Image files <-> Volume: NIfTI-1 and -2, Analyze 7.5, NRRD, MetaImage, PNG, JPEG, TIFF.
// Where existing readers disagree, docs/formats/volumes.md says what is done here.
#include <string>
#include <vector>

#include "galen/base/error.h"
#include "galen/data/volume.h"

namespace galen {

/// What a file states about itself, without its voxels.
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

/// The file's content matches no format of images.
class NotAnImage : public Error {
 public:
  using Error::Error;
};

/// Reads the whole image. The format is recognised by content, not by name; the data files of a detached header must
/// lie in its folder. Voxels are as stored (NaN and infinities included); colours, complex numbers and vectors become
/// components. Errors: NotAnImage, damaged, truncated, an inconsistent header, an impossible grid (zero or NaN
/// spacing, singular matrix), above the limits. Nothing is repaired silently: the volume's remarks say what the file
/// left open.
Volume read_volume(const fs::path& path, const Limits& limits = {});

/// Errors: as read_volume, except for damage to the voxels, which are not read.
VolumeInfo inspect_volume(const fs::path& path, const Limits& limits = {});

/// The file and those that belong to it: data files of a detached header, the other half of a pair. Errors: as
/// inspect_volume().
std::vector<fs::path> volume_files(const fs::path& path, const Limits& limits = {});

/// Writes under a temporary name and renames. The ending gives the format: .nii .nii.gz .nrrd .nhdr .mha .mhd .png .tif
/// .tiff .jpg .jpeg; .nhdr and .mhd put the voxels in a .raw file beside them. Errors: another ending; an image that
/// the format cannot hold (the message says why, and which format can).
void write_volume(const Volume& volume, const fs::path& path);

/// The formats with the endings that are written, for messages: "NIfTI (.nii, .nii.gz)".
std::vector<std::string> volume_formats();

}  // namespace galen
