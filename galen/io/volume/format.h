#pragma once
// The interface of every image format, and the checks and steps that they share.
#include <array>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "galen/data/volume.h"
#include "galen/io/volume/byte_stream.h"

namespace galen {

/// An image whose header has been read and is consistent.
struct OpenedVolume {
  std::string format;
  Volume volume;                      ///< all but the voxels
  std::function<void(Volume&)> load;  ///< reads the voxels into it, and adds remarks; called once
  std::vector<fs::path> others = {};  ///< files besides the given one
};

/// Where the voxels, or an equal share of them, lie in a file.
struct DataPart {
  fs::path path;
  Packing packing = Packing::none;
  std::uint64_t offset = 0;  ///< in the file
  std::uint64_t length = ByteStream::to_the_end;
  std::uint64_t skip = 0;  ///< bytes to skip after unpacking
  bool at_end = false;     ///< the voxels are the last bytes; skip is ignored
};

/// How values are arranged in the parts.
struct DataLayout {
  bool big_endian = false;
  /// Components are stored one after another in blocks of this many values; 0: within each voxel.
  std::int64_t component_block = 0;
  /// Unpacked bytes that may follow the voxels, with a remark; uncompressed files may have any number.
  std::uint64_t spare_bytes = 0;
};

/// Size of the voxels in bytes. Errors: an extent below 1, above the limits.
std::uint64_t checked_size(const Volume& volume, const Limits& limits, const std::string& where);

/// Sets spacing and direction from the columns of a matrix (millimetres per voxel step), and the origin.
/// Errors: not finite, a column of length 0, columns that lie in a plane.
void set_affine(Grid& grid, const std::array<Vec3, 3>& columns, const Vec3& origin, const std::string& where);
/// Column k of the grid's matrix: the step in the world, in millimetres, of one voxel along axis k.
Vec3 column(const Grid& grid, std::size_t k);
/// Whether the axes are at right angles, within 1e-4.
bool is_orthogonal(const Grid& grid);
double dot(const Vec3& a, const Vec3& b);
Vec3 cross(const Vec3& a, const Vec3& b);

/// Reads the voxels of a volume whose header is known. Errors: a part is missing, truncated, damaged or too long.
void load_parts(Volume& volume, const std::vector<DataPart>& parts, const DataLayout& layout, const Limits& limits);

/// Swaps the byte order of values of width bytes.
void swap_bytes(std::span<std::byte> values, std::size_t width);
/// Rearranges component blocks of count values each into components within each voxel (interleaved), and back (planar).
Bytes interleaved(std::span<const std::byte> values, std::int64_t count, int components, std::size_t width);
Bytes planar(std::span<const std::byte> values, std::int64_t count, int components, std::size_t width);

/// For formats without a slope: the volume itself if it has none, else one whose stored values are the quantity (f64).
Volume without_slope(const Volume& volume);

/// The path of a data file that a header names. Errors: it leads out of the header's folder, or does not exist.
fs::path data_file(const fs::path& header, std::string_view name);
/// The files of a printf-like pattern with one integer (%d, %03d), from first to last by step. Errors: not such a
/// pattern.
std::vector<fs::path> data_files(const fs::path& header, std::string_view pattern, std::int64_t first,
                                 std::int64_t last, std::int64_t step);

/// The first count bytes of a file, unpacked if it is a gzip stream; fewer if it is shorter.
Bytes file_head(const fs::path& path, const Limits& limits, std::size_t count);
bool ends_with_any(const fs::path& path, std::initializer_list<std::string_view> endings);

/// One format: how it is recognised, read and written.
struct VolumeFormat {
  std::string_view name;
  std::vector<std::string_view> endings;  ///< of files that it writes
  bool (*tells)(std::span<const std::byte> head);
  OpenedVolume (*open)(const fs::path& path, const Limits& limits);
  void (*write)(const Volume& volume, const fs::path& path);
};
VolumeFormat nifti_format();
VolumeFormat nrrd_format();
VolumeFormat metaimage_format();
VolumeFormat png_format();
VolumeFormat jpeg_format();
VolumeFormat tiff_format();

}  // namespace galen
