#include <fmt/format.h>

#include <cmath>

#include "galen/base/error.h"
#include "galen/io/wave/wfdb.h"

namespace galen {
namespace {

constexpr std::uint32_t skip = 59, num = 60, sub = 61, chn = 62, aux = 63, note = 22;

class Writer {
 public:
  void word(std::uint32_t code, std::int64_t value) {
    put(static_cast<std::uint32_t>(code << 10 | (static_cast<std::uint32_t>(value) & 1023)));
  }
  void end() { put(0); }
  /// Intervals beyond 10 bits are written as skips of up to 31 bits each.
  void advance(std::uint32_t code, std::int64_t interval) {
    constexpr std::int64_t most = 0x7fffffff;
    for (; interval > most; interval -= most) skip_by(most);
    if (interval > 1023) {
      skip_by(interval);
      interval = 0;
    }
    word(code, interval);
  }
  void text(std::string_view text) {
    word(aux, static_cast<std::int64_t>(text.size()));
    for (const char c : text) out_.push_back(static_cast<std::byte>(c));
    if (text.size() % 2 == 1) out_.push_back(std::byte{0});
  }
  /// Writes the clock and then returns to time 0, as the WFDB library does.
  void clock(double rate_hz) {
    word(note, 0);
    text(fmt::format("## time resolution: {}", rate_hz));
    skip_by(-1);
    word(0, 1);
  }
  Bytes bytes() { return std::move(out_); }

 private:
  void put(std::uint32_t value) {
    out_.push_back(static_cast<std::byte>(value & 255));
    out_.push_back(static_cast<std::byte>(value >> 8 & 255));
  }
  void skip_by(std::int64_t interval) {
    word(skip, 0);
    put(static_cast<std::uint32_t>(interval) >> 16);
    put(static_cast<std::uint32_t>(interval) & 0xffff);
  }
  Bytes out_;
};

void check(const Mark& mark, const std::string& where) {
  const auto fits = [](int value, int low, int high) { return value >= low && value <= high; };
  if (wfdb_code(mark.code) < 0) {
    throw Error(where, fmt::format("cannot hold the code '{}'", mark.code), "WFDB does not have it",
                "write it as the text of a note (code '\"')");
  }
  if (mark.text.size() > 255 || mark.text.find('\0') != mark.text.npos) {
    throw Error(where, "cannot hold a text", fmt::format("{} bytes, WFDB takes 255 and no zero", mark.text.size()));
  }
  if (!fits(mark.channel, 0, 255) || !fits(mark.subtype, -128, 127) || !fits(mark.number, -128, 127)) {
    throw Error(where, "cannot hold an annotation",
                fmt::format("channel {}, subtype {}, number {} do not fit into 8 bits", mark.channel, mark.subtype,
                            mark.number));
  }
}

}  // namespace

Bytes encode_wfdb_annotations(const Annotations& annotations, bool with_clock, const std::string& where) {
  if (!std::isnormal(annotations.rate_hz) || annotations.rate_hz < 0) {
    throw Error(where, "cannot hold annotations without a clock", fmt::format("{} Hz", annotations.rate_hz));
  }
  Writer writer;
  if (with_clock) writer.clock(annotations.rate_hz);
  std::int64_t time = 0;
  int channel = 0, number = 0;
  for (const Mark& mark : annotations.marks) {
    check(mark, where);
    const double at = mark.at_seconds * annotations.rate_hz;
    if (!(std::abs(at) < 0x1p52)) throw Error(where, fmt::format("cannot hold the time {} s", mark.at_seconds));
    const std::int64_t sample = std::llround(at);
    if (sample < time) {
      throw Error(where, "cannot hold annotations that go back in time",
                  fmt::format("sample {} follows {}", sample, time));
    }
    writer.advance(static_cast<std::uint32_t>(wfdb_code(mark.code)), sample - time);
    if (mark.subtype != 0) writer.word(sub, mark.subtype);
    if (mark.channel != channel) writer.word(chn, mark.channel);
    if (mark.number != number) writer.word(num, mark.number);
    if (!mark.text.empty()) writer.text(mark.text);
    time = sample;
    channel = mark.channel;
    number = mark.number;
  }
  writer.end();
  return writer.bytes();
}

void write_annotations(const Annotations& annotations, const fs::path& path) {
  write_file(path, encode_wfdb_annotations(annotations, true, path.string()));
}

}  // namespace galen
