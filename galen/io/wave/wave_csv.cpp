#include "galen/io/wave/wave_csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "galen/base/error.h"
#include "galen/base/mapped_file.h"
#include "galen/base/text.h"
#include "galen/data/memory_source.h"
#include "galen/io/wave/wave_text.h"

namespace galen {
namespace {

constexpr std::string_view blanks = " \t";

class Reader {
 public:
  Reader(std::string_view text, const std::string& where, const Limits& limits)
      : text_(text), where_(where), limits_(limits) {
    if (text_.starts_with("\xEF\xBB\xBF")) text_.remove_prefix(3);
    names();
    while (!text_.empty()) samples();
    if (first.empty()) throw Error(where_, "has no samples");
  }

  std::vector<Channel> channels;            ///< of all columns
  std::vector<std::vector<float>> columns;  ///< NaN: missing
  std::vector<double> first;                ///< the first column, which may be times
  int decimals = 0;                         ///< most digits after the decimal point in it

 private:
  std::string_view line() {
    ++number_;
    const std::size_t end = std::min(text_.find('\n'), text_.size());
    std::string_view line = text_.substr(0, end);
    text_.remove_prefix(std::min(end + 1, text_.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
  }
  [[noreturn]] void fail(std::string problem, std::string why = {}, std::string remedy = {}) const {
    throw Error(fmt::format("{}: line {}", where_, number_), std::move(problem), std::move(why), std::move(remedy));
  }

  /// The next cell; line is advanced past it and its comma. last: whether no comma followed.
  std::string cell(std::string_view& line, bool& last) const {
    line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
    std::string out;
    if (line.starts_with('"')) {
      for (line.remove_prefix(1);; line.remove_prefix(1)) {
        if (line.empty()) fail("has a quote that is never closed");
        if (line.starts_with("\"\"")) {
          line.remove_prefix(1);
        } else if (line.starts_with('"')) {
          break;
        }
        out += line.front();
      }
      line.remove_prefix(1);
      line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
      if (!line.empty() && line.front() != ',') fail("has text after a closing quote", {}, "quote the whole name");
    } else {
      out = trimmed(line.substr(0, line.find(',')), blanks);
      line.remove_prefix(std::min(line.find(','), line.size()));
    }
    last = line.empty();
    if (!last) line.remove_prefix(1);
    return out;
  }

  void names() {
    std::string_view rest = line();
    if (!is_utf8(rest)) fail("is not UTF-8", {}, "save it as UTF-8");
    if (std::ranges::any_of(rest, [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\t'; })) {
      fail("has a control character");
    }
    std::set<std::string> seen;
    for (bool last = false; !last;) {
      Channel channel{.name = cell(rest, last), .unit = {}};
      const std::size_t bracket = channel.name.find('[');
      if (bracket != channel.name.npos && channel.name.ends_with(']')) {
        channel.unit = channel.name.substr(bracket + 1, channel.name.size() - bracket - 2);
        channel.name = trimmed(channel.name.substr(0, bracket), blanks);
      }
      if (channel.name.empty()) fail("has a column without a name", {}, "its first line names the channels");
      if (!seen.insert(channel.name).second) fail(fmt::format("has the channel '{}' twice", channel.name));
      if (finite_number(channel.name)) {
        fail(fmt::format("has '{}' for a name", channel.name), {}, "its first line names the channels");
      }
      channels.push_back(std::move(channel));
    }
    columns.resize(channels.size());
  }

  /// Digits after the decimal point of a number, with its exponent taken into account.
  static int decimals_of(std::string_view text) {
    const std::size_t exponent = text.find_first_of("eE");
    const std::string_view mantissa = text.substr(0, exponent);
    const std::size_t point = mantissa.find('.');
    double decimals = point == mantissa.npos ? 0 : static_cast<double>(mantissa.size() - point - 1);
    if (exponent != text.npos) decimals -= finite_number(text.substr(exponent + 1)).value_or(0);
    return static_cast<int>(std::clamp(decimals, 0.0, 300.0));
  }

  double number(std::string_view text, std::size_t column) const {
    const auto value = finite_number(text);
    if (value && std::abs(*value) <= std::numeric_limits<float>::max()) return *value;
    fail(fmt::format("has no number for '{}'", channels[column].name), fmt::format("it says '{}'", shown(text)));
  }

  void samples() {
    std::string_view rest = line();
    if (rest.empty() && text_.empty() && columns.size() > 1) return;  // an extra line break at the end
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const std::size_t comma = rest.find(',');
      if ((comma == rest.npos) != (i + 1 == columns.size())) {
        fail("has another number of cells than the first line has names", fmt::format("{} names", columns.size()));
      }
      const std::string_view text = trimmed(rest.substr(0, comma), blanks);
      const double value = text.empty() ? std::numeric_limits<double>::quiet_NaN() : number(text, i);
      if (i == 0) {
        decimals = std::max(decimals, decimals_of(text));
        first.push_back(value);
      }
      columns[i].push_back(static_cast<float>(value));
      if (comma != rest.npos) rest.remove_prefix(comma + 1);
    }
    if (first.size() > limits_.max_elements / columns.size()) {
      throw Error(where_, "has too many samples", fmt::format("the limit is {}", limits_.max_elements));
    }
  }

  std::string_view text_;
  const std::string& where_;
  const Limits& limits_;
  std::size_t number_ = 0;
};

/// The times of samples in seconds, which must be evenly spaced.
class Times {
 public:
  /// resolution: of the times as written, in seconds.
  Times(const std::vector<double>& times, double resolution, const std::string& where)
      : times_(times), resolution_(resolution), where_(where) {}

  double rate(std::vector<std::string>& remarks) const {
    for (std::size_t i = 0; i < times_.size(); ++i) {
      if (std::isnan(times_[i])) fail(i, "has no time", {}, "leave the time column out and give the rate");
    }
    const double span = times_.back() - times_.front(), steps = static_cast<double>(times_.size()) - 1;
    if (!(span > 0)) {
      throw Error(where_, "has times that do not say its rate", "they do not grow", "leave them out and give the rate");
    }
    double rate = steps / span;
    // If times are rounded and a whole rate fits them as well, that rate is meant.
    const double whole = std::round(rate);
    if (worst(rate).second > 0.01 * resolution_ && std::abs(steps / whole - span) <= resolution_) {
      remarks.push_back(fmt::format("its times are rounded: they are taken for {} Hz", whole));
      rate = whole;
    }
    // A missing or extra step moves some time by at least half a step.
    const auto [index, off] = worst(rate);
    if (off > std::min(0.25 / rate + 0.5 * resolution_, 0.45 / rate)) {
      fail(index, "has a time that is not even with the others",
           fmt::format("{} s, {:.6f} s beside even steps", times_[index], off),
           "resample it to one rate, and leave cells empty where nothing was recorded");
    }
    return rate;
  }

 private:
  /// The time farthest from even steps, and its distance.
  std::pair<std::size_t, double> worst(double rate) const {
    std::pair<std::size_t, double> out{0, 0};
    for (std::size_t i = 0; i < times_.size(); ++i) {
      const double off = std::abs(times_[i] - times_.front() - static_cast<double>(i) / rate);
      if (off > out.second) out = {i, off};
    }
    return out;
  }
  [[noreturn]] void fail(std::size_t i, std::string problem, std::string why, std::string remedy) const {
    throw Error(fmt::format("{}: line {}", where_, i + 2), std::move(problem), std::move(why), std::move(remedy));
  }

  const std::vector<double>& times_;
  double resolution_;
  const std::string& where_;
};

/// Whether the first column holds times. Errors: it may, but in an unknown unit.
bool is_time(const Channel& channel, const std::string& where) {
  std::string name = lowered(channel.name);
  for (const std::string_view unit : {"(s)", "(sec)", "(seconds)"}) {
    if (name.ends_with(unit)) name = trimmed(name.substr(0, name.size() - unit.size()), blanks);
  }
  if (name != "t" && name != "time" && name != "time_s" && name != "seconds") {
    if (!name.starts_with("time")) return false;
    throw Error(where, fmt::format("has the first column '{}', which may hold times", channel.name), {},
                "write seconds and name it 'time', or leave it out");
  }
  if (!channel.unit.empty() && channel.unit != "s") {
    throw Error(where, fmt::format("has its times in '{}'", channel.unit), {}, "write them in seconds");
  }
  return true;
}

}  // namespace

Signal read_wave_csv(const fs::path& path, const SignalOptions& options) {
  const std::string where = path.string();
  const MappedFile file(path, options.limits);
  if (file.size() == 0) throw Error(where, "is empty", {}, "its first line names the channels");
  Reader reader(as_text(file.bytes(0, file.size())), where, options.limits);
  Signal signal;
  signal.length = static_cast<std::int64_t>(reader.first.size());
  signal.rate_hz = options.rate_hz;
  const int first = is_time(reader.channels.front(), where) ? 1 : 0;
  if (reader.channels.size() == 1 && first == 1) throw Error(where, "has times and no channels");
  if (first == 1) {
    signal.rate_hz = Times(reader.first, std::pow(10.0, -reader.decimals), where).rate(signal.remarks);
    if (options.rate_hz > 0 && std::abs(options.rate_hz - signal.rate_hz) > 1e-3 * signal.rate_hz) {
      throw Error(where, fmt::format("has times at {} Hz, but {} Hz is given", signal.rate_hz, options.rate_hz), {},
                  "give the rate only where the file does not state it");
    }
    if (reader.first.front() != 0) {
      signal.remarks.push_back(fmt::format("its first time is {} s", reader.first.front()));
    }
  }
  if (!(signal.rate_hz > 0)) {
    throw Error(where, "does not state its rate", {},
                "add a first column 'time' in seconds, or give the rate in hertz");
  }
  signal.channels.assign(reader.channels.begin() + first, reader.channels.end());
  std::vector<std::vector<float>> samples(std::make_move_iterator(reader.columns.begin() + first),
                                          std::make_move_iterator(reader.columns.end()));
  signal.source = std::make_shared<MemorySource>(where, std::move(samples));
  return signal;
}

}  // namespace galen
