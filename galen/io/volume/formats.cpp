// The table of formats, and the public functions that choose from it.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <new>

#include "galen/base/error.h"
#include "galen/io/volume/format.h"
#include "galen/io/volume/volume_io.h"

namespace galen {
namespace {

/// Every format, the most reliably recognised first. A new one is a file with its functions, a line here and one in
/// format.h.
const std::vector<VolumeFormat>& formats() {
  static const std::vector<VolumeFormat> all = {nrrd_format(), png_format(),   tiff_format(),
                                                jpeg_format(), nifti_format(), metaimage_format()};
  return all;
}

/// Common formats that are not read, and what to do with them.
struct Stranger {
  std::string_view name, remedy;
  std::size_t at;
  std::string_view magic;
};
constexpr std::array strangers = {
    Stranger{"a DICOM file", "convert its folder with dcm2niix", 128, "DICM"},
    Stranger{"MINC 1 (netCDF)", "convert it with mnc2nii", 0, "CDF\x01"},
    Stranger{"MINC 2 or another HDF5 file", "convert it with mnc2nii", 0, "\x89HDF\r\n\x1a\n"},
    Stranger{"FreeSurfer's MGH", "convert it with mri_convert to .nii.gz", 0, std::string_view("\0\0\0\1", 4)},
    Stranger{"a VTK file", "convert it to .nrrd", 0, "# vtk DataFile"},
    Stranger{"a zip archive", "unpack it", 0, "PK\3\4"},
    Stranger{"a bzip2 file", "unpack it", 0, "BZh"},
    Stranger{"an xz file", "unpack it", 0, "\xfd\x37zXZ"},
    Stranger{"ECAT", "convert it to .nii.gz", 0, "MATRIX"},
    Stranger{"BigTIFF", "save it as TIFF", 0, std::string_view("II+\0", 4)},
};

[[noreturn]] void refuse_stranger(std::span<const std::byte> head, const fs::path& path) {
  for (const Stranger& known : strangers) {
    if (head.size() > known.at && as_text(head.subspan(known.at)).starts_with(known.magic)) {
      throw Error(path.string(), fmt::format("is {}, which is not read", known.name), {}, std::string(known.remedy));
    }
  }
  constexpr std::size_t nifti_header = 348;
  if (head.size() >= 4 && head.size() < nifti_header && as_text(head).starts_with(std::string_view("\x5c\1\0\0", 4))) {
    throw Error(path.string(), "is truncated", fmt::format("{} bytes of a header of {}", head.size(), nifti_header),
                "copy or export it again");
  }
  if (head.empty()) throw Error(path.string(), "is empty", "0 bytes", "copy or export it again");
  throw NotAnImage(path.string(), "is not an image in a known format", "its content matches none",
                   fmt::format("give one of {}; of a pair, the header", fmt::join(volume_formats(), ", ")));
}

OpenedVolume open_volume(const fs::path& path, const Limits& limits) {
  if (ends_with_any(path, {".img", ".img.gz"})) return nifti_format().open(path, limits);  // recognised by its header
  constexpr std::size_t enough = 4096;
  const Bytes head = file_head(path, limits, enough);
  const auto found = std::ranges::find_if(formats(), [&](const VolumeFormat& format) { return format.tells(head); });
  if (found == formats().end()) refuse_stranger(head, path);
  if (found->name != "NIfTI" && is_gzip_file(path, limits)) {
    throw Error(path.string(), fmt::format("is {} inside a gzip file, which is not read", found->name), {},
                "unpack it with gunzip");
  }
  return found->open(path, limits);
}

}  // namespace

std::string VolumeInfo::affine_ras() const {
  std::string out;
  for (std::size_t row = 0; row < 3; ++row) {
    const double sign = row < 2 ? -1 : 1;
    const auto value = [&](std::size_t k) { return sign * grid.direction[row][k] * grid.spacing_mm[k] + 0.0; };
    out += fmt::format("{:.7g} {:.7g} {:.7g} {:.7g}\n", value(0), value(1), value(2), sign * grid.origin_mm[row] + 0.0);
  }
  return out + "0 0 0 1";
}

std::string VolumeInfo::shape() const {
  std::string out = fmt::format("{}x{}x{}", grid.size[0], grid.size[1], grid.size[2]);
  if (frames > 1) out += fmt::format(", {} frames", frames);
  if (components > 1) out += fmt::format(", {} components", components);
  return out;
}

Volume read_volume(const fs::path& path, const Limits& limits) {
  OpenedVolume opened = open_volume(path, limits);
  try {
    opened.load(opened.volume);
  } catch (const std::bad_alloc&) {
    throw Error(path.string(), "does not fit into memory",
                fmt::format("{} values of {}", opened.volume.value_count(), name_of(opened.volume.type)));
  }
  return std::move(opened.volume);
}

VolumeInfo inspect_volume(const fs::path& path, const Limits& limits) {
  const OpenedVolume opened = open_volume(path, limits);
  const Volume& v = opened.volume;
  return {opened.format, v.grid, v.frames, v.frame_seconds, v.components, v.type, v.slope, v.intercept, v.remarks};
}

std::vector<fs::path> volume_files(const fs::path& path, const Limits& limits) {
  std::vector<fs::path> files{path};
  std::ranges::copy(open_volume(path, limits).others, std::back_inserter(files));
  return files;
}

void write_volume(const Volume& volume, const fs::path& path) {
  if (static_cast<std::uint64_t>(volume.value_count()) * size_of(volume.type) != volume.voxels.size()) {
    throw defect(path.string(), "the volume's voxels do not fill its grid");
  }
  for (const VolumeFormat& format : formats()) {
    for (const std::string_view ending : format.endings) {
      if (ends_with_any(path, {ending})) return format.write(volume, path);
    }
  }
  throw Error(path.string(), "has no ending of an image that can be written", {}, "write .nii.gz, .nrrd or .mha",
              Fault::usage);
}

std::vector<std::string> volume_formats() {
  std::vector<std::string> out;
  for (const VolumeFormat& format : formats())
    out.push_back(fmt::format("{} ({})", format.name, fmt::join(format.endings, ", ")));
  return out;
}

}  // namespace galen
