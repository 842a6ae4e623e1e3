#include "galen/io/volume/raster.h"

#include <fmt/format.h>

#include <algorithm>

#include "galen/base/error.h"

namespace galen {

Volume raster_volume(const RasterShape& shape, std::uint64_t file_bytes, const Limits& limits,
                     const std::string& where) {
  Volume volume;
  volume.grid.size = {shape.width, shape.height, shape.pages};
  volume.components = shape.components;
  volume.type = shape.type;
  volume.remarks = {"no spacing in the file: 1 mm; no place and orientation: x to the left, y to the back"};
  const std::uint64_t bytes = checked_size(volume, limits, where);
  constexpr std::uint64_t highest_ratio = 4096;  // above what deflate, LZW and JPEG reach
  if (bytes / highest_ratio > file_bytes) {
    throw Error(where, "is truncated", fmt::format("its pixels take {} bytes, the file has {}", bytes, file_bytes),
                "copy or export it again");
  }
  return volume;
}

void require_held(const Volume& volume, const RasterHolds& holds, const fs::path& path) {
  const auto listed = [](auto list, auto value) { return std::ranges::find(list, value) != list.end(); };
  constexpr std::int64_t widest = 65500;  // of JPEG; none of the three holds more than 2^31
  const auto& size = volume.grid.size;
  const bool held = listed(holds.types, volume.type) && listed(holds.components, volume.components) &&
                    volume.frames == 1 && (size[2] == 1 || holds.pages) && volume.slope == 1 && volume.intercept == 0 &&
                    std::max(size[0], size[1]) <= widest;
  if (held) return;
  throw Error(path.string(), "cannot be written: the format does not hold such an image",
              fmt::format("{} x {} x {}, {} frames, {} components of {}, slope {}", size[0], size[1], size[2],
                          volume.frames, volume.components, name_of(volume.type), volume.slope),
              "write .nii.gz or .nrrd");
}

void refuse_raster(const std::string& where, const std::string& why) {
  throw Error(where, "is damaged or not read", why, "open it in another program and save it again");
}

}  // namespace galen
