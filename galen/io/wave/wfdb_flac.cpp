#include "galen/io/wave/wfdb_flac.h"

#include <FLAC/stream_decoder.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "galen/base/error.h"
#include "galen/base/mapped_file.h"

namespace galen {
namespace {

struct Close {
  void operator()(FLAC__StreamDecoder* decoder) const { FLAC__stream_decoder_delete(decoder); }
};

/// Decodes a stream in memory, once. libFLAC works by callbacks, through which nothing may be thrown.
class Decoding {
 public:
  Decoding(std::span<const std::byte> stream, std::string where)
      : stream_(stream), where_(std::move(where)), decoder_(FLAC__stream_decoder_new()) {
    if (!decoder_) throw std::bad_alloc();
    const auto status = FLAC__stream_decoder_init_stream(decoder_.get(), on_read, on_seek, on_tell, on_length, on_end,
                                                         on_write, on_metadata, on_error, this);
    if (status != FLAC__STREAM_DECODER_INIT_STATUS_OK) throw defect(where_, "libFLAC does not start");
    if (!FLAC__stream_decoder_process_until_end_of_metadata(decoder_.get()) || !has_info_) damaged("no header");
  }

  const FLAC__StreamMetadata_StreamInfo& info() const { return info_; }

  /// Reads samples of one channel.
  void read(std::size_t channel, std::uint64_t begin, std::span<std::int32_t> out) {
    if (out.empty()) return;
    channel_ = channel;
    begin_ = begin;
    out_ = out;
    if (begin > 0) {  // no seek to the start: a stream that does not state its length may not support it
      seeking_ = true;
      if (!FLAC__stream_decoder_seek_absolute(decoder_.get(), begin)) damaged("a place is not found in it");
      seeking_ = false;
    }
    while (filled_ < out_.size()) {
      const bool went_on = FLAC__stream_decoder_process_single(decoder_.get());
      if (!error_.empty() || !went_on) damaged(error_);
      if (FLAC__stream_decoder_get_state(decoder_.get()) == FLAC__STREAM_DECODER_END_OF_STREAM) break;
    }
    if (filled_ < out_.size()) damaged("it ends before the samples that are wanted");
  }

 private:
  [[noreturn]] void damaged(const std::string& why) const {
    throw Error(where_, "is a damaged FLAC stream", error_.empty() ? why : error_, "copy or export it again");
  }

  static Decoding& self(void* data) { return *static_cast<Decoding*>(data); }

  static FLAC__StreamDecoderReadStatus on_read(const FLAC__StreamDecoder*, FLAC__byte buffer[], std::size_t* bytes,
                                               void* data) {
    Decoding& d = self(data);
    *bytes = std::min(*bytes, d.stream_.size() - d.at_);
    if (*bytes == 0) return FLAC__STREAM_DECODER_READ_STATUS_END_OF_STREAM;
    std::memcpy(buffer, d.stream_.data() + d.at_, *bytes);
    d.at_ += *bytes;
    return FLAC__STREAM_DECODER_READ_STATUS_CONTINUE;
  }
  static FLAC__StreamDecoderSeekStatus on_seek(const FLAC__StreamDecoder*, FLAC__uint64 at, void* data) {
    Decoding& d = self(data);
    if (at > d.stream_.size()) return FLAC__STREAM_DECODER_SEEK_STATUS_ERROR;
    d.at_ = static_cast<std::size_t>(at);
    return FLAC__STREAM_DECODER_SEEK_STATUS_OK;
  }
  static FLAC__StreamDecoderTellStatus on_tell(const FLAC__StreamDecoder*, FLAC__uint64* at, void* data) {
    *at = self(data).at_;
    return FLAC__STREAM_DECODER_TELL_STATUS_OK;
  }
  static FLAC__StreamDecoderLengthStatus on_length(const FLAC__StreamDecoder*, FLAC__uint64* length, void* data) {
    *length = self(data).stream_.size();
    return FLAC__STREAM_DECODER_LENGTH_STATUS_OK;
  }
  static FLAC__bool on_end(const FLAC__StreamDecoder*, void* data) {
    return self(data).at_ == self(data).stream_.size();
  }
  static void on_metadata(const FLAC__StreamDecoder*, const FLAC__StreamMetadata* metadata, void* data) {
    if (metadata->type != FLAC__METADATA_TYPE_STREAMINFO) return;
    self(data).info_ = metadata->data.stream_info;
    self(data).has_info_ = true;
  }
  static void on_error(const FLAC__StreamDecoder*, FLAC__StreamDecoderErrorStatus status, void* data) {
    // Seeking lands between frames and loses synchronisation; that is not damage.
    if (self(data).seeking_ && status != FLAC__STREAM_DECODER_ERROR_STATUS_FRAME_CRC_MISMATCH) return;
    self(data).error_ = FLAC__StreamDecoderErrorStatusString[status];
  }
  /// Receives a frame of the stream; after a seek it begins with the requested sample.
  static FLAC__StreamDecoderWriteStatus on_write(const FLAC__StreamDecoder*, const FLAC__Frame* frame,
                                                 const FLAC__int32* const buffer[], void* data) {
    Decoding& d = self(data);
    const std::uint64_t first = frame->header.number.sample_number, count = frame->header.blocksize;
    const std::uint64_t wanted = d.begin_ + d.filled_;
    if (d.channel_ >= frame->header.channels || first > wanted) return FLAC__STREAM_DECODER_WRITE_STATUS_ABORT;
    const std::uint64_t skip = std::min(wanted - first, count);
    const auto take = static_cast<std::size_t>(std::min<std::uint64_t>(count - skip, d.out_.size() - d.filled_));
    std::copy_n(buffer[d.channel_] + skip, take, d.out_.begin() + static_cast<std::ptrdiff_t>(d.filled_));
    d.filled_ += take;
    return FLAC__STREAM_DECODER_WRITE_STATUS_CONTINUE;
  }

  std::span<const std::byte> stream_;
  std::string where_;
  std::unique_ptr<FLAC__StreamDecoder, Close> decoder_;
  FLAC__StreamMetadata_StreamInfo info_{};
  bool has_info_ = false, seeking_ = false;
  std::string error_;
  std::size_t at_ = 0;
  std::size_t channel_ = 0, filled_ = 0;
  std::uint64_t begin_ = 0;
  std::span<std::int32_t> out_;
};

class Flac : public WfdbSamples {
 public:
  Flac(const fs::path& path, int format, std::uint64_t offset, const std::vector<WfdbPlace>& places,
       const Limits& limits)
      : file_(path, limits), offset_(offset), each_(places.front().count) {
    if (file_.size() < offset) throw Error(path.string(), "is shorter than the bytes that its header skips");
    const FLAC__StreamMetadata_StreamInfo info = Decoding(stream(), where()).info();
    const auto bits = static_cast<unsigned>(format - 500);
    if (info.channels != places.size() || info.bits_per_sample != bits) {
      throw Error(where(), "does not hold what its header says",
                  fmt::format("{} channels of {} bits, the header says {} of {}", info.channels, info.bits_per_sample,
                              places.size(), bits));
    }
    if (!std::ranges::all_of(places, [&](const WfdbPlace& place) { return place.count == each_; })) {
      throw Error(where(), "has signals of several rates in one FLAC stream", "a stream has one rate",
                  "write a file for each rate");
    }
    if (info.total_samples > 0) frames_ = static_cast<std::int64_t>(info.total_samples) / each_;
  }

  std::int64_t frames() const override { return frames_; }

  void read(std::size_t signal, std::int64_t begin, std::span<std::int32_t> out) const override {
    Decoding(stream(), where()).read(signal, static_cast<std::uint64_t>(begin * each_), out);
  }

 private:
  std::span<const std::byte> stream() const { return file_.bytes(offset_, file_.size() - offset_); }
  std::string where() const { return file_.path().string(); }

  MappedFile file_;
  std::uint64_t offset_;
  std::int64_t frames_ = -1;
  int each_;
};

}  // namespace

std::unique_ptr<WfdbSamples> open_wfdb_flac(const fs::path& path, int format, std::uint64_t offset,
                                            const std::vector<WfdbPlace>& places, const Limits& limits) {
  return std::make_unique<Flac>(path, format, offset, places, limits);
}

}  // namespace galen
