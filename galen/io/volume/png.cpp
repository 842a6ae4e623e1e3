// PNG (ISO 15948) through libpng. Not through ITK, whose reader ends the process on a damaged header.
#include <fmt/format.h>
#include <png.h>

#include <bit>
#include <csetjmp>
#include <cstring>

#include "galen/base/error.h"
#include "galen/io/volume/raster.h"

namespace galen {
namespace {

constexpr std::string_view magic = "\x89PNG\r\n\x1a\n";

/// State of libpng's callbacks. libpng reports errors by longjmp, so no object in the frames it leaves may have a
/// destructor.
struct Context {
  std::span<const std::byte> input;
  Bytes* output = nullptr;
  std::array<char, 128> message{};
};

[[noreturn]] void on_error(png_structp png, png_const_charp text) {
  auto* context = static_cast<Context*>(png_get_error_ptr(png));
  std::strncpy(context->message.data(), text, context->message.size() - 1);
  png_longjmp(png, 1);
}
void on_warning(png_structp, png_const_charp) {}

void on_read(png_structp png, png_bytep out, std::size_t count) {
  auto* context = static_cast<Context*>(png_get_io_ptr(png));
  if (count > context->input.size()) png_error(png, "it ends too early");
  std::memcpy(out, context->input.data(), count);
  context->input = context->input.subspan(count);
}
void on_write(png_structp png, png_bytep data, std::size_t count) {
  Bytes& out = *static_cast<Context*>(png_get_io_ptr(png))->output;
  const auto* bytes = reinterpret_cast<const std::byte*>(data);
  out.insert(out.end(), bytes, bytes + count);
}
void on_flush(png_structp) {}

/// Runs f, which libpng may leave by longjmp; returns whether f ran to its end.
template <class F>
bool guarded(png_structp png, F&& f) {
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  f();
  return true;
}

class Reader {
 public:
  Reader(std::span<const std::byte> file, std::string where) : where_(std::move(where)) {
    context_.input = file;
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, &context_, on_error, on_warning);
    info_ = png_ != nullptr ? png_create_info_struct(png_) : nullptr;
    if (info_ == nullptr) throw defect("libpng", "cannot be started");
  }
  ~Reader() { png_destroy_read_struct(&png_, &info_, nullptr); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  /// Palettes become colours, grey of less than 8 bits becomes 8 bits, transparency becomes a component.
  RasterShape header() {
    run([this] {
      png_set_read_fn(png_, &context_, on_read);
      png_read_info(png_, info_);
      png_set_expand(png_);
      if (png_get_bit_depth(png_, info_) == 16 && std::endian::native == std::endian::little) png_set_swap(png_);
      png_set_interlace_handling(png_);
      png_read_update_info(png_, info_);
    });
    return {.width = png_get_image_width(png_, info_),
            .height = png_get_image_height(png_, info_),
            .components = png_get_channels(png_, info_),
            .type = png_get_bit_depth(png_, info_) == 16 ? Scalar::u16 : Scalar::u8};
  }

  void pixels(std::span<std::byte> out) {
    const std::size_t height = png_get_image_height(png_, info_), stride = png_get_rowbytes(png_, info_);
    if (height * stride != out.size()) throw defect(where_, "libpng counts other bytes");
    std::vector<png_bytep> rows(height);
    for (std::size_t y = 0; y < height; ++y) rows[y] = reinterpret_cast<png_bytep>(&out[y * stride]);
    run([this, all = rows.data()] {
      png_read_image(png_, all);
      png_read_end(png_, nullptr);
    });
  }

 private:
  template <class F>
  void run(F f) {
    if (!guarded(png_, f)) refuse_raster(where_, context_.message.data());
  }

  std::string where_;
  Context context_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
};

OpenedVolume open(const fs::path& path, const Limits& limits) {
  const std::string where = path.string();
  const auto file = std::make_shared<const Bytes>(read_bytes(path, limits));
  OpenedVolume out{.format = "PNG", .volume = {}, .load = {}};
  out.volume = raster_volume(Reader(*file, where).header(), file->size(), limits, where);
  out.load = [=](Volume& volume) {
    Reader reader(*file, where);
    reader.header();
    volume.voxels.resize(static_cast<std::size_t>(volume.value_count()) * size_of(volume.type));
    reader.pixels(volume.voxels);
  };
  return out;
}

bool tells(std::span<const std::byte> head) {
  return as_text(head).starts_with(magic);
}

void write(const Volume& volume, const fs::path& path) {
  require_held(volume, {.types = {Scalar::u8, Scalar::u16}, .components = {1, 2, 3, 4}}, path);
  Bytes out;
  Context context{.input = {}, .output = &out};
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &context, on_error, on_warning);
  png_infop info = png != nullptr ? png_create_info_struct(png) : nullptr;
  if (info == nullptr) throw defect("libpng", "cannot be started");
  const auto width = static_cast<png_uint_32>(volume.grid.size[0]),
             height = static_cast<png_uint_32>(volume.grid.size[1]);
  const int depth = static_cast<int>(8 * size_of(volume.type));
  constexpr std::array colours = {PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA, PNG_COLOR_TYPE_RGB,
                                  PNG_COLOR_TYPE_RGB_ALPHA};
  const int colour = colours.at(static_cast<std::size_t>(volume.components - 1));
  const std::size_t stride = volume.voxels.size() / height;
  const auto* pixels = reinterpret_cast<png_const_bytep>(volume.voxels.data());
  const bool done = guarded(png, [&] {
    png_set_write_fn(png, &context, on_write, on_flush);
    png_set_IHDR(png, info, width, height, depth, colour, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    if (depth == 16 && std::endian::native == std::endian::little) png_set_swap(png);
    for (std::size_t y = 0; y < height; ++y) png_write_row(png, pixels + y * stride);
    png_write_end(png, info);
  });
  png_destroy_write_struct(&png, &info);
  if (!done) throw Error(path.string(), "cannot be written", context.message.data());
  write_file(path, out);
}

}  // namespace

VolumeFormat png_format() {
  return {"PNG", {".png"}, tells, open, write};
}

}  // namespace galen
