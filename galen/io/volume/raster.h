#pragma once
// What PNG, JPEG and TIFF share: pictures of one slice or several pages, without a position in space.
#include <initializer_list>
#include <string>

#include "galen/io/volume/format.h"

namespace galen {

/// A picture's shape and type as a header states them.
struct RasterShape {
  std::int64_t width = 0, height = 0, pages = 1;
  int components = 1;
  Scalar type = Scalar::u8;
};

/// A volume with a spacing of 1 mm, without voxels yet, and with a remark on the spacing.
/// Errors: no pixels, above the limits, more than file_bytes could ever unpack to.
Volume raster_volume(const RasterShape& shape, std::uint64_t file_bytes, const Limits& limits,
                     const std::string& where);

/// What a format can hold.
struct RasterHolds {
  std::initializer_list<Scalar> types;
  std::initializer_list<int> components;
  bool pages = false;
};
/// Errors: the volume is none of these, or has frames or a slope.
void require_held(const Volume& volume, const RasterHolds& holds, const fs::path& path);

/// Throws the error of a library that could not decode.
[[noreturn]] void refuse_raster(const std::string& where, const std::string& why);

}  // namespace galen
