// PNG, JPEG and TIFF through ITK, behind checks of the file's structure: the libraries fill what was cut off.
#include <fmt/format.h>
#include <itkJPEGImageIO.h>
#include <itkPNGImageIO.h>
#include <itkTIFFImageIO.h>

#include <algorithm>
#include <cstring>

#include "galen/base/error.h"
#include "galen/io/volume/format.h"

namespace galen {
namespace {

constexpr std::string_view png_magic = "\x89PNG\r\n\x1a\n";
constexpr std::string_view jpeg_magic = "\xff\xd8\xff";

std::uint32_t big_endian_32(std::span<const std::byte> bytes) {
  std::uint32_t out = 0;
  for (std::size_t i = 0; i < 4; ++i) out = out << 8 | std::to_integer<std::uint32_t>(bytes[i]);
  return out;
}

[[noreturn]] void truncated(const std::string& where, std::string why) {
  throw Error(where, "is truncated", std::move(why), "copy or export it again");
}

/// PNG (ISO 15948, 5.3): chunks follow each other without a gap up to IEND. Checksums are libpng's.
void check_png(std::span<const std::byte> file, const std::string& where) {
  constexpr std::size_t frame = 12;  // length, type and checksum of a chunk
  std::size_t at = png_magic.size();
  while (file.size() - at >= frame) {
    const std::uint64_t length = big_endian_32(file.subspan(at, 4));
    const std::string_view type = as_text(file.subspan(at + 4, 4));
    if (length > file.size() - at - frame) truncated(where, fmt::format("its chunk {} is cut off", type));
    if (type == "IEND") return;
    at += frame + length;
  }
  truncated(where, "it has no IEND chunk");
}

/// JPEG (ITU T.81, B.1.1.3): the end of image marker is the last thing, but for padding.
void check_jpeg(std::span<const std::byte> file, const std::string& where) {
  while (!file.empty() && (file.back() == std::byte{0} || file.back() == std::byte{'\n'})) {
    file = file.first(file.size() - 1);
  }
  if (file.size() < 4 || as_text(file.last(2)) != "\xff\xd9") truncated(where, "it has no end of image marker");
}

class TiffReader {
 public:
  TiffReader(std::span<const std::byte> file, const std::string& where)
      : file_(file), where_(where), big_(file[0] == std::byte{'M'}) {}

  /// TIFF 6.0, section 2: every directory, and every strip or tile that it names, lies in the file.
  void check() const {
    constexpr std::size_t most_pages = 100000;
    std::uint64_t at = get(4, 4);
    for (std::size_t page = 0; at != 0; ++page) {
      if (page == most_pages) throw Error(where_, "has directories that go in a circle");
      const std::uint64_t entries = get(at, 2);
      check_blocks(at + 2, entries);
      at = get(at + 2 + entries * entry_size, 4);
    }
  }

 private:
  static constexpr std::uint64_t entry_size = 12;
  enum Tag : std::uint64_t { strip_offsets = 273, strip_counts = 279, tile_offsets = 324, tile_counts = 325 };
  struct List {
    std::uint64_t at = 0, count = 0, width = 0;
  };

  std::uint64_t get(std::uint64_t at, std::uint64_t width) const {
    if (at > file_.size() || width > file_.size() - at) truncated(where_, "a directory lies behind its end");
    std::uint64_t out = 0;
    for (std::uint64_t i = 0; i < width; ++i) {
      out |= std::to_integer<std::uint64_t>(file_[at + i]) << 8 * (big_ ? width - 1 - i : i);
    }
    return out;
  }

  void check_blocks(std::uint64_t first, std::uint64_t entries) const {
    List offsets, counts;
    for (std::uint64_t i = 0; i < entries; ++i) {
      const std::uint64_t entry = first + i * entry_size, tag = get(entry, 2);
      constexpr std::uint64_t short_type = 3;
      List list{.at = entry + 8, .count = get(entry + 4, 4), .width = get(entry + 2, 2) == short_type ? 2u : 4u};
      if (list.count > file_.size()) truncated(where_, "a list of strips is longer than the file");
      if (list.count * list.width > 4) list.at = get(list.at, 4);
      if (tag == strip_offsets || tag == tile_offsets) offsets = list;
      if (tag == strip_counts || tag == tile_counts) counts = list;
    }
    if (offsets.count != counts.count || offsets.count == 0) {
      throw Error(where_, "has a directory that does not hold together", "strips and their sizes differ in number");
    }
    for (std::uint64_t i = 0; i < offsets.count; ++i) {
      const std::uint64_t begin = get(offsets.at + i * offsets.width, offsets.width);
      const std::uint64_t size = get(counts.at + i * counts.width, counts.width);
      if (size > file_.size() || begin > file_.size() - size) truncated(where_, "a strip lies behind its end");
    }
  }

  std::span<const std::byte> file_;
  const std::string& where_;
  bool big_;
};

void check_tiff(std::span<const std::byte> file, const std::string& where) {
  constexpr std::size_t smallest = 8;
  if (file.size() < smallest) truncated(where, "it has no directory");
  TiffReader(file, where).check();
}

Scalar scalar_of_itk(itk::IOComponentEnum type, const std::string& where) {
  using enum itk::IOComponentEnum;
  switch (type) {
    case UCHAR:
      return Scalar::u8;
    case CHAR:
      return Scalar::i8;
    case USHORT:
      return Scalar::u16;
    case SHORT:
      return Scalar::i16;
    case FLOAT:
      return Scalar::f32;
    default:
      throw Error(where, "has pixels of a type that is not read", itk::ImageIOBase::GetComponentTypeAsString(type),
                  "save it with 8 or 16 bits");
  }
}

/// Runs f; what ITK throws becomes an Error.
template <class F>
void through_itk(const std::string& where, F&& f) {
  try {
    f();
  } catch (const itk::ExceptionObject& e) {
    throw Error(where, "is damaged or not read", e.GetDescription(), "open it in another program and save it again");
  }
}

template <class ImageIO>
OpenedVolume open_raster(const fs::path& path, const Limits& limits, std::string format,
                         void (*check)(std::span<const std::byte>, const std::string&)) {
  const std::string where = path.string();
  const Bytes file = read_bytes(path, limits);
  check(file, where);
  const auto io = ImageIO::New();
  OpenedVolume out{.format = std::move(format), .volume = {}, .load = {}};
  Volume& volume = out.volume;
  through_itk(where, [&] {
    io->SetFileName(where);
    io->ReadImageInformation();
  });
  const unsigned dimensions = io->GetNumberOfDimensions();
  if (dimensions > 3) throw Error(where, fmt::format("has {} dimensions", dimensions));
  for (unsigned k = 0; k < dimensions; ++k) volume.grid.size[k] = static_cast<std::int64_t>(io->GetDimensions(k));
  volume.components = static_cast<int>(io->GetNumberOfComponents());
  volume.type = scalar_of_itk(io->GetComponentType(), where);
  volume.remarks = {"no spacing in the file: 1 mm; no place and orientation: x to the left, y to the back"};
  const std::uint64_t bytes = checked_size(volume, limits, where);
  if (bytes != static_cast<std::uint64_t>(io->GetImageSizeInBytes())) throw defect(where, "ITK counts other bytes");
  out.load = [io, where, bytes, dimensions](Volume& target) {
    target.voxels.resize(bytes);
    itk::ImageIORegion region(dimensions);
    for (unsigned k = 0; k < dimensions; ++k) region.SetSize(k, io->GetDimensions(k));
    through_itk(where, [&] {
      io->SetIORegion(region);
      io->Read(target.voxels.data());
    });
  };
  return out;
}

OpenedVolume open_png(const fs::path& path, const Limits& limits) {
  return open_raster<itk::PNGImageIO>(path, limits, "PNG", check_png);
}
OpenedVolume open_jpeg(const fs::path& path, const Limits& limits) {
  return open_raster<itk::JPEGImageIO>(path, limits, "JPEG", check_jpeg);
}
OpenedVolume open_tiff(const fs::path& path, const Limits& limits) {
  return open_raster<itk::TIFFImageIO>(path, limits, "TIFF", check_tiff);
}

bool tells_png(std::span<const std::byte> head) {
  return as_text(head).starts_with(png_magic);
}
bool tells_jpeg(std::span<const std::byte> head) {
  return as_text(head).starts_with(jpeg_magic);
}
bool tells_tiff(std::span<const std::byte> head) {
  const std::string_view start = as_text(head).substr(0, 4);
  return start == std::string_view("II*\0", 4) || start == std::string_view("MM\0*", 4);
}

itk::IOComponentEnum component_of(Scalar type) {
  return type == Scalar::u8    ? itk::IOComponentEnum::UCHAR
         : type == Scalar::u16 ? itk::IOComponentEnum::USHORT
                               : itk::IOComponentEnum::FLOAT;
}

struct Holds {
  std::initializer_list<Scalar> types;
  std::initializer_list<int> components;
  bool pages;
};

template <class ImageIO>
void write_raster(const Volume& volume, const fs::path& path, const Holds& holds) {
  const auto listed = [](auto list, auto value) { return std::ranges::find(list, value) != list.end(); };
  if (!listed(holds.types, volume.type) || !listed(holds.components, volume.components) || volume.frames > 1 ||
      (volume.grid.size[2] > 1 && !holds.pages) || volume.slope != 1 || volume.intercept != 0) {
    throw Error(path.string(), "cannot be written: the format does not hold such an image",
                fmt::format("{} x {} x {}, {} frames, {} components of {}", volume.grid.size[0], volume.grid.size[1],
                            volume.grid.size[2], volume.frames, volume.components, name_of(volume.type)),
                "write .nii.gz or .nrrd");
  }
  const TemporaryFolder folder;
  const fs::path draft = folder.path() / path.filename();
  const unsigned dimensions = volume.grid.size[2] > 1 ? 3 : 2;
  const auto io = ImageIO::New();
  through_itk(path.string(), [&] {
    io->SetFileName(draft.string());
    io->SetNumberOfDimensions(dimensions);
    itk::ImageIORegion region(dimensions);
    for (unsigned k = 0; k < dimensions; ++k) {
      io->SetDimensions(k, static_cast<unsigned>(volume.grid.size[k]));
      region.SetSize(k, static_cast<itk::SizeValueType>(volume.grid.size[k]));
    }
    using enum itk::IOPixelEnum;
    constexpr std::array pixels = {SCALAR, SCALAR, VECTOR, RGB, RGBA};
    io->SetPixelType(pixels.at(static_cast<std::size_t>(volume.components)));
    io->SetNumberOfComponents(static_cast<unsigned>(volume.components));
    io->SetComponentType(component_of(volume.type));
    io->SetIORegion(region);
    io->UseCompressionOn();
    io->Write(volume.voxels.data());
  });
  write_file(path, read_bytes(draft));
}

void write_png(const Volume& volume, const fs::path& path) {
  write_raster<itk::PNGImageIO>(volume, path, {{Scalar::u8, Scalar::u16}, {1, 3, 4}, false});
}
void write_jpeg(const Volume& volume, const fs::path& path) {
  write_raster<itk::JPEGImageIO>(volume, path, {{Scalar::u8}, {1, 3}, false});
}
void write_tiff(const Volume& volume, const fs::path& path) {
  write_raster<itk::TIFFImageIO>(volume, path, {{Scalar::u8, Scalar::u16, Scalar::f32}, {1, 3, 4}, true});
}

}  // namespace

VolumeFormat png_format() {
  return {"PNG", {".png"}, tells_png, open_png, write_png};
}
VolumeFormat jpeg_format() {
  return {"JPEG", {".jpg", ".jpeg"}, tells_jpeg, open_jpeg, write_jpeg};
}
VolumeFormat tiff_format() {
  return {"TIFF", {".tif", ".tiff"}, tells_tiff, open_tiff, write_tiff};
}

}  // namespace galen
