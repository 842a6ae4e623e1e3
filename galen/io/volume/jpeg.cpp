// JPEG (ITU T.81) through libjpeg. Not through ITK, whose reader fills in truncated data and may end the process.
#include <fmt/format.h>

#include <csetjmp>
#include <cstdio>
#include <cstdlib>
// after cstdio, which it needs but does not include
#include <jpeglib.h>

#include "galen/base/error.h"
#include "galen/io/volume/raster.h"

namespace galen {
namespace {

constexpr std::string_view magic = "\xff\xd8\xff";

/// libjpeg reports errors by longjmp, so no object in the frames it leaves may have a destructor. Its warnings mean
/// that data were made up, and count as errors.
struct Handler {
  jpeg_error_mgr base{};
  std::jmp_buf place{};
  std::array<char, JMSG_LENGTH_MAX> message{};
};

[[noreturn]] void on_error(j_common_ptr info) {
  auto* handler = reinterpret_cast<Handler*>(info->err);
  info->err->format_message(info, handler->message.data());
  std::longjmp(handler->place, 1);
}
void on_message(j_common_ptr info, int level) {
  if (level < 0) on_error(info);
}
void on_output(j_common_ptr) {}

void prepare(Handler& handler) {
  jpeg_std_error(&handler.base);
  handler.base.error_exit = on_error;
  handler.base.emit_message = on_message;
  handler.base.output_message = on_output;
}

template <class F>
bool guarded(Handler& handler, F&& f) {
  if (setjmp(handler.place) != 0) return false;
  f();
  return true;
}

class Reader {
 public:
  Reader(std::span<const std::byte> file, std::string where) : file_(file), where_(std::move(where)) {
    prepare(handler_);
    info_.err = &handler_.base;
    jpeg_create_decompress(&info_);
  }
  ~Reader() { jpeg_destroy_decompress(&info_); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  /// Must be called first.
  RasterShape header() {
    run([this] {
      jpeg_mem_src(&info_, reinterpret_cast<const unsigned char*>(file_.data()), file_.size());
      jpeg_read_header(&info_, TRUE);
    });
    if (info_.num_components != 1 && info_.num_components != 3) {
      refuse_raster(where_, fmt::format("it has {} components, 1 and 3 are read", info_.num_components));
    }
    return {.width = info_.image_width, .height = info_.image_height, .components = info_.num_components};
  }

  void pixels(std::span<std::byte> out) {
    const std::size_t stride =
        static_cast<std::size_t>(info_.image_width) * static_cast<std::size_t>(info_.num_components);
    run([this, out, stride] {
      jpeg_start_decompress(&info_);
      while (info_.output_scanline < info_.output_height) {
        auto* row = reinterpret_cast<JSAMPROW>(out.data() + info_.output_scanline * stride);
        jpeg_read_scanlines(&info_, &row, 1);
      }
      jpeg_finish_decompress(&info_);
    });
  }

 private:
  template <class F>
  void run(F f) {
    if (guarded(handler_, f)) return;
    const std::string message = handler_.message.data();
    refuse_raster(where_, message);
  }

  std::span<const std::byte> file_;
  std::string where_;
  Handler handler_;
  jpeg_decompress_struct info_{};
};

OpenedVolume open(const fs::path& path, const Limits& limits) {
  const std::string where = path.string();
  const auto file = std::make_shared<const Bytes>(read_bytes(path, limits));
  OpenedVolume out{.format = "JPEG", .volume = {}, .load = {}};
  out.volume = raster_volume(Reader(*file, where).header(), file->size(), limits, where);
  out.load = [=](Volume& volume) {
    volume.voxels.resize(static_cast<std::size_t>(volume.value_count()));
    Reader reader(*file, where);
    reader.header();
    reader.pixels(volume.voxels);
  };
  return out;
}

bool tells(std::span<const std::byte> head) {
  return as_text(head).starts_with(magic);
}

void write(const Volume& volume, const fs::path& path) {
  require_held(volume, {.types = {Scalar::u8}, .components = {1, 3}}, path);
  constexpr int quality = 95;
  Handler handler;
  prepare(handler);
  jpeg_compress_struct info{};
  info.err = &handler.base;
  unsigned char* buffer = nullptr;
  unsigned long size = 0;
  const std::size_t stride = static_cast<std::size_t>(volume.grid.size[0] * volume.components);
  const bool done = guarded(handler, [&] {
    jpeg_create_compress(&info);
    jpeg_mem_dest(&info, &buffer, &size);
    info.image_width = static_cast<JDIMENSION>(volume.grid.size[0]);
    info.image_height = static_cast<JDIMENSION>(volume.grid.size[1]);
    info.input_components = volume.components;
    info.in_color_space = volume.components == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_set_defaults(&info);
    jpeg_set_quality(&info, quality, TRUE);
    jpeg_start_compress(&info, TRUE);
    while (info.next_scanline < info.image_height) {
      const auto* row = reinterpret_cast<const JSAMPLE*>(volume.voxels.data() + info.next_scanline * stride);
      auto* writable = const_cast<JSAMPROW>(row);  // libjpeg's interface lacks const
      jpeg_write_scanlines(&info, &writable, 1);
    }
    jpeg_finish_compress(&info);
  });
  jpeg_destroy_compress(&info);
  const std::unique_ptr<unsigned char, decltype(&std::free)> owner(buffer, &std::free);
  if (!done) throw Error(path.string(), "cannot be written", handler.message.data());
  write_file(path, std::as_bytes(std::span(buffer, size)));
}

}  // namespace

VolumeFormat jpeg_format() {
  return {"JPEG", {".jpg", ".jpeg"}, tells, open, write};
}

}  // namespace galen
