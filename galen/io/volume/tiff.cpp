// TIFF 6.0 through libtiff: grey and colour, strips and tiles, pages of the same shape as slices.
#include <fmt/format.h>
#include <tiffio.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstring>

#include "galen/base/error.h"
#include "galen/io/volume/raster.h"

namespace galen {
namespace {

/// A file in memory for libtiff's callbacks, and libtiff's first error message.
struct Memory {
  std::span<const std::byte> input;  ///< when reading
  Bytes output;                      ///< when writing
  bool writing = false;
  std::uint64_t at = 0;
  std::string message;

  std::uint64_t size() const { return writing ? output.size() : input.size(); }
};

tmsize_t on_read(thandle_t handle, void* out, tmsize_t count) {
  auto* memory = static_cast<Memory*>(handle);
  const std::span<const std::byte> all = memory->writing ? std::span<const std::byte>(memory->output) : memory->input;
  if (memory->at >= all.size() || count <= 0) return 0;
  const auto n = std::min<std::size_t>(static_cast<std::size_t>(count), all.size() - memory->at);
  std::memcpy(out, &all[memory->at], n);
  memory->at += n;
  return static_cast<tmsize_t>(n);
}
tmsize_t on_write(thandle_t handle, void* data, tmsize_t count) {
  auto* memory = static_cast<Memory*>(handle);
  if (!memory->writing || count < 0) return -1;
  const auto n = static_cast<std::size_t>(count);
  if (memory->at + n > memory->output.size()) memory->output.resize(memory->at + n);
  std::memcpy(&memory->output[memory->at], data, n);
  memory->at += n;
  return count;
}
toff_t on_seek(thandle_t handle, toff_t offset, int whence) {
  auto* memory = static_cast<Memory*>(handle);
  memory->at = offset + (whence == SEEK_CUR ? memory->at : whence == SEEK_END ? memory->size() : 0);
  return memory->at;
}
int on_close(thandle_t) {
  return 0;
}
toff_t on_size(thandle_t handle) {
  return static_cast<Memory*>(handle)->size();
}
int on_error(TIFF*, void* user, const char*, const char* format, va_list arguments) {
  std::array<char, 256> text{};
  std::vsnprintf(text.data(), text.size(), format, arguments);
  auto* memory = static_cast<Memory*>(user);
  if (memory->message.empty()) memory->message = text.data();
  return 1;
}
int on_warning(TIFF*, void*, const char*, const char*, va_list) {
  return 1;
}

using Handle = std::unique_ptr<TIFF, decltype(&TIFFClose)>;

Handle open_memory(Memory& memory, const char* mode, const std::string& where) {
  const std::unique_ptr<TIFFOpenOptions, decltype(&TIFFOpenOptionsFree)> options(TIFFOpenOptionsAlloc(),
                                                                                 &TIFFOpenOptionsFree);
  TIFFOpenOptionsSetErrorHandlerExtR(options.get(), on_error, &memory);
  TIFFOpenOptionsSetWarningHandlerExtR(options.get(), on_warning, &memory);
  Handle tiff(TIFFClientOpenExt(where.c_str(), mode, &memory, on_read, on_write, on_seek, on_close, on_size, nullptr,
                                nullptr, options.get()),
              &TIFFClose);
  if (tiff == nullptr) refuse_raster(where, memory.message);
  return tiff;
}

template <class T>
T field(TIFF* tiff, std::uint32_t tag, T otherwise) {
  T value = otherwise;
  return TIFFGetFieldDefaulted(tiff, tag, &value) == 1 ? value : otherwise;
}

struct Page {
  RasterShape shape;
  bool planar = false;
  std::uint16_t photometric = PHOTOMETRIC_MINISBLACK, orientation = ORIENTATION_TOPLEFT;

  bool fits(const Page& other) const {
    return shape.width == other.shape.width && shape.height == other.shape.height &&
           shape.components == other.shape.components && shape.type == other.shape.type;
  }
};

Scalar scalar_of_page(std::uint16_t bits, std::uint16_t format, const std::string& where) {
  struct Known {
    std::uint16_t bits, format;
    Scalar type;
  };
  constexpr std::array<Known, 8> known = {{{8, SAMPLEFORMAT_UINT, Scalar::u8},
                                           {8, SAMPLEFORMAT_INT, Scalar::i8},
                                           {16, SAMPLEFORMAT_UINT, Scalar::u16},
                                           {16, SAMPLEFORMAT_INT, Scalar::i16},
                                           {32, SAMPLEFORMAT_UINT, Scalar::u32},
                                           {32, SAMPLEFORMAT_INT, Scalar::i32},
                                           {32, SAMPLEFORMAT_IEEEFP, Scalar::f32},
                                           {64, SAMPLEFORMAT_IEEEFP, Scalar::f64}}};
  for (const Known& one : known) {
    if (one.bits == bits && one.format == format) return one.type;
  }
  throw Error(where, "has pixels of a type that is not read", fmt::format("{} bits, sample format {}", bits, format),
              "save it with 8 or 16 bits");
}

Page page_of(TIFF* tiff, const std::string& where) {
  Page page;
  page.shape.width = field<std::uint32_t>(tiff, TIFFTAG_IMAGEWIDTH, 0);
  page.shape.height = field<std::uint32_t>(tiff, TIFFTAG_IMAGELENGTH, 0);
  page.shape.components = field<std::uint16_t>(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
  page.shape.type = scalar_of_page(field<std::uint16_t>(tiff, TIFFTAG_BITSPERSAMPLE, 1),
                                   field<std::uint16_t>(tiff, TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_UINT), where);
  page.planar = field<std::uint16_t>(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG) == PLANARCONFIG_SEPARATE;
  page.photometric = field<std::uint16_t>(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
  page.orientation = field<std::uint16_t>(tiff, TIFFTAG_ORIENTATION, ORIENTATION_TOPLEFT);
  if (page.photometric == PHOTOMETRIC_YCBCR &&
      field<std::uint16_t>(tiff, TIFFTAG_COMPRESSION, COMPRESSION_NONE) == COMPRESSION_JPEG) {
    TIFFSetField(tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
    page.photometric = PHOTOMETRIC_RGB;
  }
  constexpr std::array read = {PHOTOMETRIC_MINISBLACK, PHOTOMETRIC_MINISWHITE, PHOTOMETRIC_RGB};
  if (std::ranges::find(read, page.photometric) == read.end()) {
    throw Error(where, "has colours of a kind that is not read", fmt::format("photometric {}", page.photometric),
                "save it as grey or RGB");
  }
  return page;
}

bool is_thumbnail(TIFF* tiff) {
  return (field<std::uint32_t>(tiff, TIFFTAG_SUBFILETYPE, 0) & FILETYPE_REDUCEDIMAGE) != 0;
}

/// The shape of all pages that are not thumbnails. Errors: they differ.
Page survey(TIFF* tiff, const std::string& where) {
  constexpr std::int64_t most_pages = 100000;
  Page all;
  all.shape.pages = 0;
  do {
    if (is_thumbnail(tiff)) continue;
    const Page page = page_of(tiff, where);
    if (all.shape.pages > 0 && !page.fits(all)) {
      throw Error(where, "has pages of different shapes", {}, "save them as files of their own");
    }
    const std::int64_t pages = all.shape.pages + 1;
    if (pages == 1) all = page;
    all.shape.pages = pages;
    if (pages > most_pages) throw Error(where, "has too many pages");
  } while (TIFFReadDirectory(tiff) == 1);
  if (all.shape.pages == 0) throw Error(where, "has no page");
  return all;
}

/// Reads one page, plane after plane, from strips or tiles.
class PageReader {
 public:
  PageReader(TIFF* tiff, const Page& page, const Memory& memory, const std::string& where)
      : tiff_(tiff), page_(page), memory_(memory), where_(where) {}

  void read(std::span<std::byte> out) const {
    const std::size_t planes = page_.planar ? static_cast<std::size_t>(page_.shape.components) : 1;
    const std::size_t plane = out.size() / planes;
    for (std::size_t s = 0; s < planes; ++s) {
      const auto part = out.subspan(s * plane, plane);
      TIFFIsTiled(tiff_) != 0 ? read_tiles(part, static_cast<std::uint16_t>(s))
                              : read_rows(part, static_cast<std::uint16_t>(s));
    }
  }

 private:
  std::size_t pixel() const {
    return size_of(page_.shape.type) * (page_.planar ? 1 : static_cast<std::size_t>(page_.shape.components));
  }

  void read_rows(std::span<std::byte> out, std::uint16_t plane) const {
    const std::size_t stride = static_cast<std::size_t>(page_.shape.width) * pixel();
    if (TIFFScanlineSize64(tiff_) != stride) refuse_raster(where_, "its rows do not fit its width");
    for (std::uint32_t y = 0; y < static_cast<std::uint32_t>(page_.shape.height); ++y) {
      if (TIFFReadScanline(tiff_, &out[y * stride], y, plane) != 1) refuse_raster(where_, memory_.message);
    }
  }

  void read_tiles(std::span<std::byte> out, std::uint16_t plane) const {
    const auto tile_width = field<std::uint32_t>(tiff_, TIFFTAG_TILEWIDTH, 0);
    const auto tile_height = field<std::uint32_t>(tiff_, TIFFTAG_TILELENGTH, 0);
    const std::uint64_t bytes = static_cast<std::uint64_t>(tile_width) * tile_height * pixel();
    constexpr std::uint64_t largest = 1 << 28;
    if (bytes == 0 || bytes > largest || TIFFTileSize64(tiff_) != bytes) refuse_raster(where_, "its tiles cannot be");
    Bytes tile(bytes);
    const auto width = static_cast<std::uint32_t>(page_.shape.width),
               height = static_cast<std::uint32_t>(page_.shape.height);
    for (std::uint32_t y = 0; y < height; y += std::min(tile_height, height - y)) {
      for (std::uint32_t x = 0; x < width; x += std::min(tile_width, width - x)) {
        if (TIFFReadTile(tiff_, tile.data(), x, y, 0, plane) < 0) refuse_raster(where_, memory_.message);
        const std::size_t copied = std::min(tile_width, width - x) * pixel();
        for (std::uint32_t row = 0; row < std::min(tile_height, height - y); ++row) {
          std::memcpy(&out[(static_cast<std::size_t>(y + row) * width + x) * pixel()],
                      &tile[static_cast<std::size_t>(row) * tile_width * pixel()], copied);
        }
      }
    }
  }

  TIFF* tiff_;
  const Page& page_;
  const Memory& memory_;
  const std::string& where_;
};

void load(Volume& volume, std::span<const std::byte> file, const std::string& where) {
  Memory memory{.input = file, .output = {}, .message = {}};
  const Handle tiff = open_memory(memory, "rm", where);
  volume.voxels.resize(static_cast<std::size_t>(volume.value_count()) * size_of(volume.type));
  const std::size_t bytes = volume.voxels.size() / static_cast<std::size_t>(volume.grid.size[2]);
  std::size_t at = 0;
  do {
    if (is_thumbnail(tiff.get())) continue;
    const Page page = page_of(tiff.get(), where);
    const std::span<std::byte> out = std::span(volume.voxels).subspan(at, bytes);
    PageReader(tiff.get(), page, memory, where).read(out);
    if (page.planar && page.shape.components > 1) {
      const std::int64_t pixels = page.shape.width * page.shape.height;
      std::ranges::copy(interleaved(out, pixels, page.shape.components, size_of(page.shape.type)), out.begin());
    }
    at += bytes;
  } while (at < volume.voxels.size() && TIFFReadDirectory(tiff.get()) == 1);
  if (at != volume.voxels.size()) refuse_raster(where, memory.message);
}

OpenedVolume open(const fs::path& path, const Limits& limits) {
  const std::string where = path.string();
  const auto file = std::make_shared<const Bytes>(read_bytes(path, limits));
  Memory memory{.input = *file, .output = {}, .message = {}};
  const Page page = survey(open_memory(memory, "rm", where).get(), where);
  if (!memory.message.empty()) refuse_raster(where, memory.message);
  OpenedVolume out{.format = "TIFF", .volume = raster_volume(page.shape, file->size(), limits, where), .load = {}};
  if (page.photometric == PHOTOMETRIC_MINISWHITE) out.volume.remarks.emplace_back("0 is white in this file");
  if (page.orientation != ORIENTATION_TOPLEFT) out.volume.remarks.emplace_back("its orientation tag was not applied");
  out.load = [=](Volume& volume) { load(volume, *file, where); };
  return out;
}

bool tells(std::span<const std::byte> head) {
  const std::string_view start = as_text(head).substr(0, 4);
  return start == std::string_view("II*\0", 4) || start == std::string_view("MM\0*", 4);
}

void write_page(TIFF* tiff, const Volume& volume, std::int64_t z, const fs::path& path) {
  const auto width = static_cast<std::uint32_t>(volume.grid.size[0]),
             height = static_cast<std::uint32_t>(volume.grid.size[1]);
  const auto bits = static_cast<std::uint16_t>(8 * size_of(volume.type));
  const bool real = is_float(volume.type),
             is_signed = volume.type == Scalar::i8 || volume.type == Scalar::i16 || volume.type == Scalar::i32;
  TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, width);
  TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, height);
  TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, bits);
  TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, static_cast<std::uint16_t>(volume.components));
  TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT,
               real        ? SAMPLEFORMAT_IEEEFP
               : is_signed ? SAMPLEFORMAT_INT
                           : SAMPLEFORMAT_UINT);
  TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
  TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, volume.components >= 3 ? PHOTOMETRIC_RGB : PHOTOMETRIC_MINISBLACK);
  TIFFSetField(tiff, TIFFTAG_COMPRESSION, COMPRESSION_ADOBE_DEFLATE);
  TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, TIFFDefaultStripSize(tiff, 0));
  if (volume.components == 4) {
    const std::uint16_t alpha = EXTRASAMPLE_UNASSALPHA;
    TIFFSetField(tiff, TIFFTAG_EXTRASAMPLES, 1, &alpha);
  }
  const std::size_t stride = width * static_cast<std::size_t>(volume.components) * size_of(volume.type);
  for (std::uint32_t y = 0; y < height; ++y) {
    Bytes row(stride);  // a copy: libtiff may change what it is given
    std::memcpy(row.data(), &volume.voxels[(static_cast<std::size_t>(z) * height + y) * stride], stride);
    if (TIFFWriteScanline(tiff, row.data(), y, 0) != 1) throw Error(path.string(), "cannot be written");
  }
  if (TIFFWriteDirectory(tiff) != 1) throw Error(path.string(), "cannot be written");
}

void write(const Volume& volume, const fs::path& path) {
  require_held(
      volume,
      {.types = {Scalar::u8, Scalar::i8, Scalar::u16, Scalar::i16, Scalar::u32, Scalar::i32, Scalar::f32, Scalar::f64},
       .components = {1, 3, 4},
       .pages = true},
      path);
  Memory memory{.input = {}, .output = {}, .writing = true, .message = {}};
  {
    const Handle tiff = open_memory(memory, "w", path.string());
    for (std::int64_t z = 0; z < volume.grid.size[2]; ++z) write_page(tiff.get(), volume, z, path);
  }
  write_file(path, memory.output);
}

}  // namespace

VolumeFormat tiff_format() {
  return {"TIFF", {".tif", ".tiff"}, tells, open, write};
}

}  // namespace galen
