#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <map>
#include <optional>

#include "galen/base/error.h"
#include "galen/io/wave/wave_text.h"
#include "galen/io/wave/wfdb.h"
#include "galen/io/wave/wfdb_header.h"

namespace galen {
namespace {

constexpr int skip = 59, num = 60, sub = 61, chn = 62, aux = 63, last_code = 49, note = 22;

/// One annotation as stored in the file.
struct Raw {
  std::int64_t time = 0;
  int code = 0, channel = 0, subtype = 0, number = 0;
  std::string text;
};

/// Reads the annotations of a file in MIT's format, including those with code 0 (no annotation, only a time).
class Reader {
 public:
  Reader(std::span<const std::byte> bytes, std::string where) : bytes_(bytes), where_(std::move(where)) {}

  std::vector<Raw> read() {
    for (;;) {
      const std::uint32_t word = take_word();
      const auto value = static_cast<int>(word & 1023), code = static_cast<int>(word >> 10);
      if (word == 0) break;
      if (code == skip) {  // the high word comes first, as on a PDP-11
        const std::uint32_t high = take_word(), low = take_word();
        time_ += static_cast<std::int32_t>(high << 16 | low);
      } else if (code <= last_code) {
        time_ += value;
        out_.push_back({.time = time_, .code = code, .channel = channel_, .number = number_, .text = {}});
      } else {
        add_field(code, value);
      }
    }
    for (const std::byte rest : bytes_.subspan(at_)) {
      if (rest != std::byte{0}) throw Error(where_, "is no WFDB annotation file", "bytes follow its end");
    }
    return std::move(out_);
  }

 private:
  std::uint32_t take_word() {
    if (bytes_.size() - at_ < 2) {
      throw Error(where_, "is truncated, or no WFDB annotation file",
                  fmt::format("it has no end mark after {} bytes", bytes_.size()), "copy or export it again");
    }
    at_ += 2;
    return std::to_integer<std::uint32_t>(bytes_[at_ - 2]) | std::to_integer<std::uint32_t>(bytes_[at_ - 1]) << 8;
  }

  void add_field(int code, int value) {
    if (out_.empty() || code < skip) {
      throw Error(where_, "is no WFDB annotation file", fmt::format("it has the code {} at byte {}", code, at_ - 2),
                  "name a file such as 100.atr");
    }
    Raw& mark = out_.back();
    if (code == num) mark.number = number_ = static_cast<std::int8_t>(value);
    if (code == sub) mark.subtype = static_cast<std::int8_t>(value);
    if (code == chn) mark.channel = channel_ = static_cast<std::uint8_t>(value);
    if (code != aux) return;
    const auto length = static_cast<std::size_t>(value & 255), padded = length + length % 2;
    if (bytes_.size() - at_ < padded) throw Error(where_, "is truncated", "a text goes on behind its end");
    mark.text = as_text(bytes_.subspan(at_, length));
    mark.text.resize(std::min(mark.text.find('\0'), mark.text.size()));  // MIT-BIH's texts end with a zero byte
    at_ += padded;
  }

  std::span<const std::byte> bytes_;
  std::string where_;
  std::vector<Raw> out_;
  std::size_t at_ = 0;
  std::int64_t time_ = 0;
  int channel_ = 0, number_ = 0;
};

/// What the notes at the start of a file state.
struct Notes {
  double rate_hz = 0;
  std::map<int, std::string> mnemonics;
  std::size_t count = 0;  ///< number of annotations that are such notes
};

/// "23 = description"
void define(std::string_view text, Notes& notes, const std::string& where) {
  int code = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), code);
  std::string_view rest = text.substr(static_cast<std::size_t>(end - text.data()));
  rest = rest.substr(std::min(rest.find_first_not_of(' '), rest.size()));
  const std::string_view mnemonic = rest.substr(0, rest.find_first_of(" \n"));
  if (error != std::errc() || code < 0 || code > last_code || mnemonic.empty()) {
    throw Error(where, fmt::format("defines an annotation that cannot be: '{}'", as_utf8(text)));
  }
  notes.mnemonics[code] = as_utf8(mnemonic);
}

Notes notes_of(const std::vector<Raw>& marks, const std::string& where) {
  Notes notes;
  bool defines = false;
  for (const Raw& mark : marks) {
    const std::string_view text = mark.text;
    const bool sharp = text.starts_with("## ");
    if (mark.time == 0 && mark.code == 0) {  // the return to time 0 after a note
      ++notes.count;
      continue;
    }
    if (mark.time != 0 || mark.code != note || (!sharp && !defines)) break;
    ++notes.count;
    if (!sharp) define(text, notes, where);
    if (text == "## annotation type definitions") defines = true;
    if (text == "## end of definitions") defines = false;
    for (const std::string_view clock : {"## time resolution: ", "## sampling frequency: "}) {
      if (!text.starts_with(clock)) continue;
      const auto [end, error] = std::from_chars(text.data() + clock.size(), text.data() + text.size(), notes.rate_hz);
      if (error != std::errc() || !std::isnormal(notes.rate_hz) || notes.rate_hz < 0) {
        throw Error(where, fmt::format("has a clock that cannot be: '{}'", as_utf8(text)));
      }
    }
  }
  return notes;
}

/// The header of the record that an annotation file belongs to; nothing: there is none.
std::optional<WfdbHeader> header_beside(const fs::path& path, const Limits& limits) {
  const fs::path header = fs::path(path).replace_extension(".hea");
  std::error_code ignored;
  if (!fs::is_regular_file(header, ignored)) return std::nullopt;
  return read_wfdb_header(header, limits);
}

}  // namespace

Annotations decode_wfdb_annotations(std::span<const std::byte> bytes, double rate_hz, const std::string& where) {
  const std::vector<Raw> raw = Reader(bytes, where).read();
  const Notes notes = notes_of(raw, where);
  Annotations out;
  out.rate_hz = notes.rate_hz > 0 ? notes.rate_hz : rate_hz;
  if (!std::isnormal(out.rate_hz) || out.rate_hz < 0) {
    throw Error(where, "has no clock",
                "it does not state its time resolution, and no header of its record is beside it",
                "put the record's header (.hea) beside it");
  }
  std::int64_t before = 0;
  for (std::size_t i = notes.count; i < raw.size(); ++i) {
    const Raw& mark = raw[i];
    if (mark.code == 0) continue;
    if (mark.time < before) {
      throw Error(where, "is not in the order of time",
                  fmt::format("an annotation at sample {} follows one at {}", mark.time, before),
                  "sort it with sortann of the WFDB package");
    }
    before = mark.time;
    const double at = static_cast<double>(mark.time) / out.rate_hz;
    const auto defined = notes.mnemonics.find(mark.code);
    out.marks.push_back({.at_seconds = at,
                         .until_seconds = at,
                         .code = defined == notes.mnemonics.end() ? wfdb_mnemonic(mark.code) : defined->second,
                         .text = as_utf8(mark.text),
                         .channel = mark.channel,
                         .subtype = mark.subtype,
                         .number = mark.number});
  }
  return out;
}

Annotations read_wfdb_annotations(const fs::path& path, double rate_hz, const Limits& limits) {
  const Bytes bytes = read_bytes(path, limits);
  const auto header = header_beside(path, limits);
  Annotations out = decode_wfdb_annotations(bytes, rate_hz > 0 || !header ? rate_hz : header->rate_hz, path.string());
  if (!header || header->length == 0 || out.marks.empty()) return out;
  const double end = static_cast<double>(header->length) / header->rate_hz, last = out.marks.back().at_seconds;
  if (last > end) {
    throw Error(path.string(), "goes on behind the end of its record",
                fmt::format("its last annotation is at {:.3f} s, the record ends at {:.3f} s", last, end),
                "check that they belong together");
  }
  return out;
}

}  // namespace galen
