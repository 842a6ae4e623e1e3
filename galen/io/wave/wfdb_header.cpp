#include "galen/io/wave/wfdb_header.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "galen/base/error.h"
#include "galen/base/text.h"
#include "galen/io/wave/wfdb_time.h"

namespace galen {
namespace {

constexpr std::string_view blanks = " \t";

std::string_view without_blanks(std::string_view text) {
  return trimmed(text.substr(0, text.find_last_not_of(" \t\r") + 1), blanks);  // a line may end in CR LF
}

/// Takes the first word from the text, with the blanks after it.
std::string_view take_word(std::string_view& text) {
  const std::size_t end = std::min(text.find_first_of(blanks), text.size());
  const std::string_view word = text.substr(0, end);
  text = without_blanks(text.substr(end));
  return word;
}

/// Lines that are neither empty nor comments.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}
  int number() const { return number_; }
  std::optional<std::string_view> next() {
    while (!rest_.empty()) {
      const std::size_t end = std::min(rest_.find('\n'), rest_.size());
      const std::string_view line = without_blanks(rest_.substr(0, end));
      rest_.remove_prefix(std::min(end + 1, rest_.size()));
      ++number_;
      if (!line.empty() && line.front() != '#') return line;
    }
    return std::nullopt;
  }

 private:
  std::string_view rest_;
  int number_ = 0;
};

/// One word of a header, whose parts are taken from left to right.
class Word {
 public:
  Word(std::string_view word, std::string where) : whole_(word), rest_(word), where_(std::move(where)) {}

  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  template <class T>
  T number(std::string_view what) {
    T value{};
    if (rest_.starts_with('+')) rest_.remove_prefix(1);
    const auto [end, code] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (code != std::errc()) throw wrong(what);
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return value;
  }
  std::string_view rest() const { return rest_; }
  void end(std::string_view what) const {
    if (!rest_.empty()) throw wrong(what);
  }
  Error wrong(std::string_view what) const {
    return Error(where_, fmt::format("has a {} that cannot be: '{}'", what, whole_.substr(0, 100)), {},
                 "compare it with header(5) of the WFDB Applications Guide");
  }

 private:
  std::string_view whole_, rest_;
  std::string where_;
};

template <class T>
T whole_number(std::string_view word, std::string_view what, const std::string& where) {
  Word parts(word, where);
  const T value = parts.number<T>(what);
  parts.end(what);
  return value;
}

/// "212x4:3+24"
void parse_format(std::string_view word, WfdbSignal& signal, const std::string& where) {
  constexpr std::string_view what = "format";
  Word parts(word, where);
  signal.format = parts.number<int>(what);
  if (parts.take('x')) signal.samples_per_frame = parts.number<int>(what);
  if (parts.take(':')) signal.skew = parts.number<int>(what);
  if (parts.take('+')) signal.offset = parts.number<std::uint64_t>(what);
  parts.end(what);
  constexpr int most = 1 << 24;
  if (signal.samples_per_frame < 1 || signal.samples_per_frame > most || signal.skew < 0 || signal.skew > most) {
    throw parts.wrong(what);
  }
}

/// "200(1024)/mV"; returns whether it states the baseline.
bool parse_gain(std::string_view word, WfdbSignal& signal, bool& calibrated, const std::string& where) {
  constexpr std::string_view what = "gain";
  bool has_baseline = false;
  Word parts(word, where);
  const double gain = parts.number<double>(what);
  if (!std::isfinite(gain)) throw parts.wrong(what);
  if (parts.take('(')) {
    has_baseline = true;
    const double baseline = parts.number<double>(what);
    if (!(std::abs(baseline) < 0x1p53) || baseline != std::floor(baseline) || !parts.take(')')) throw parts.wrong(what);
    signal.baseline = static_cast<std::int64_t>(baseline);
  }
  if (parts.take('/')) {
    signal.unit = parts.rest();
  } else {
    parts.end(what);
  }
  if (gain != 0 && !std::isnormal(gain)) throw parts.wrong(what);
  calibrated = gain != 0;
  if (calibrated) signal.gain = gain;
  return has_baseline;
}

WfdbSignal parse_signal(std::string_view line, std::size_t index, std::vector<std::string>& remarks,
                        const std::string& where) {
  WfdbSignal signal;
  signal.file = take_word(line);
  parse_format(take_word(line), signal, where);
  bool calibrated = false, has_baseline = false;
  if (!line.empty()) has_baseline = parse_gain(take_word(line), signal, calibrated, where);
  if (!line.empty()) whole_number<int>(take_word(line), "resolution", where);
  if (!line.empty()) {
    const auto zero = whole_number<std::int64_t>(take_word(line), "ADC zero", where);
    signal.initial = zero;
    if (!has_baseline) signal.baseline = zero;
  }
  if (!line.empty()) signal.initial = whole_number<std::int64_t>(take_word(line), "initial value", where);
  if (!line.empty()) {
    const auto sum = static_cast<std::uint16_t>(whole_number<std::int64_t>(take_word(line), "checksum", where));
    if (sum != 0) signal.checksum = sum;  // writers that compute none write 0
  }
  if (!line.empty()) whole_number<std::int64_t>(take_word(line), "block size", where);
  signal.name = line.empty() ? fmt::format("signal {}", index) : std::string(line);
  if (!calibrated) {
    remarks.push_back(
        fmt::format("the gain of '{}' is not stated: 200 per {} is assumed, as WFDB does", signal.name, signal.unit));
  }
  return signal;
}

void parse_record_line(std::string_view line, WfdbHeader& header, std::size_t& segments, const std::string& where) {
  const std::string_view first = take_word(line);
  const std::size_t slash = first.find('/');
  header.record = first.substr(0, slash);
  if (slash != first.npos) {
    segments = whole_number<std::uint32_t>(first.substr(slash + 1), "number of segments", where);
    if (segments == 0) throw Error(where, "has no segments");
  }
  if (line.empty()) throw Error(where, "is no WFDB header", "its record line states no number of signals");
  header.signal_count = whole_number<std::uint32_t>(take_word(line), "number of signals", where);
  if (line.empty()) {
    header.remarks.emplace_back("the rate is not stated: 250 Hz is assumed, as WFDB does");
    return;
  }
  const std::string_view rate = take_word(line);
  Word parts(rate, where);
  header.rate_hz = parts.number<double>("rate");
  if (parts.take('/')) {  // a counter's rate and base value, which no sample depends on
    parts.number<double>("counter's rate");
    if (parts.take('(')) {
      parts.number<double>("counter's base value");
      if (!parts.take(')')) throw parts.wrong("counter");
    }
  }
  parts.end("rate");
  if (!std::isnormal(header.rate_hz) || header.rate_hz < 0) throw parts.wrong("rate");
  if (line.empty()) return;
  header.length = whole_number<std::int64_t>(take_word(line), "length", where);
  if (header.length < 0) throw Error(where, fmt::format("states a length of {}", header.length));
  header.started_at = wfdb_start(line, header.remarks);
}

Error missing_lines(const std::string& where, std::string_view what, std::size_t stated, std::size_t there) {
  return Error(where, "is inconsistent", fmt::format("it states {} {} and describes {}", stated, what, there),
               "copy or export it again");
}

}  // namespace

std::string_view wfdb_record_name(std::string_view text) {
  Lines lines(text);
  std::string_view line = lines.next().value_or("");
  const std::string_view first = take_word(line);
  return first.substr(0, first.find('/'));
}

bool begins_as_wfdb(std::string_view text) {
  Lines lines(text);
  std::string_view line = lines.next().value_or("");
  const std::string_view name = take_word(line), count = take_word(line);
  const auto in_name = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-'; };
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  const std::size_t slash = std::min(name.find('/'), name.size());
  return slash > 0 && std::ranges::all_of(name.substr(0, slash), in_name) && !count.empty() &&
         std::ranges::all_of(name.substr(std::min(slash + 1, name.size())), digit) && std::ranges::all_of(count, digit);
}

WfdbHeader parse_wfdb_header(std::string_view text, const std::string& where) {
  Lines lines(text);
  WfdbHeader header;
  const auto line = lines.next();
  const auto at = [&] { return fmt::format("{}: line {}", where, lines.number()); };
  if (!line || text.find('\0') != text.npos) throw Error(where, "is no WFDB header", "it has no record line");
  std::size_t segments = 0;
  parse_record_line(*line, header, segments, at());
  while (header.segments.size() < segments) {
    auto next = lines.next();
    if (!next) throw missing_lines(where, "segments", segments, header.segments.size());
    WfdbSegmentLine segment;
    segment.name = take_word(*next);
    segment.length = whole_number<std::int64_t>(take_word(*next), "segment's length", at());
    if (segment.length < 0) throw Error(at(), fmt::format("has a segment of {} samples", segment.length));
    header.segments.push_back(std::move(segment));
  }
  while (segments == 0 && header.signals.size() < header.signal_count) {
    const auto next = lines.next();
    if (!next) throw missing_lines(where, "signals", header.signal_count, header.signals.size());
    header.signals.push_back(parse_signal(*next, header.signals.size(), header.remarks, at()));
  }
  return header;
}

WfdbHeader read_wfdb_header(const fs::path& path, const Limits& limits) {
  Limits small = limits;
  small.max_bytes = std::min<std::uint64_t>(limits.max_bytes, 1 << 24);
  return parse_wfdb_header(read_text(path, small), path.string());
}

fs::path wfdb_file_beside(const fs::path& header, const std::string& name) {
  const fs::path folder = header.has_parent_path() ? header.parent_path() : fs::path(".");
  const fs::path path = folder / name;
  const bool is_name = !name.empty() && name.find('/') == name.npos && name.find('\0') == name.npos;
  if (!is_name || !lies_within(path, folder)) {
    throw Error(header.string(), fmt::format("names a file outside its folder: '{}'", name.substr(0, 100)), {},
                "put the files of a record into one folder");
  }
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored)) {
    throw Error(header.string(), fmt::format("has lost its file '{}'", name.substr(0, 100)), "it is not there",
                "copy it beside the header");
  }
  return path;
}

}  // namespace galen
