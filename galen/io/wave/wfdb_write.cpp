#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "galen/base/error.h"
#include "galen/io/wave/wave_io.h"
#include "galen/io/wave/wfdb_samples.h"
#include "galen/io/wave/wfdb_segment.h"

namespace galen {
namespace {

/// "1994-08-15T17:27:45" as " 17:27:45 15/08/1994", and "T17:27" as " 17:27:00": WFDB reads two numbers as minutes and
/// seconds. Empty if there is no time.
std::string base_time(const std::string& started_at) {
  const std::size_t t = started_at.find('T');
  if (t == started_at.npos) return {};
  std::string out =
      fmt::format(" {}", started_at.substr(t + 1, started_at.find_first_not_of("0123456789:.", t + 1) - t - 1));
  for (auto colons = std::ranges::count(out, ':'); colons < 2; ++colons) out += ":00";
  if (t == 10) {
    out += fmt::format(" {}/{}/{}", started_at.substr(8, 2), started_at.substr(5, 2), started_at.substr(0, 4));
  }
  return out;
}

std::string checked_record(const fs::path& header) {
  const std::string record = header.stem().string();
  const auto allowed = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
  };
  if (header.extension() != ".hea" || !std::ranges::all_of(record, allowed) || record.empty()) {
    throw Error(header.string(), "is no name of a WFDB header", {},
                "use letters, digits, '_' and '-', and end in .hea");
  }
  return record;
}

void check_words(const Channel& channel, const std::string& where) {
  const auto control = [](char c) { return static_cast<unsigned char>(c) < ' '; };
  const auto blank = [&](char c) { return c == ' ' || control(c); };
  if (std::ranges::any_of(channel.unit, blank) || std::ranges::any_of(channel.name, control)) {
    throw Error(where, fmt::format("cannot hold the channel '{}'", channel.name),
                fmt::format("its name or its unit '{}' has characters that WFDB forbids", channel.unit));
  }
}

std::vector<std::int32_t> digital_of(const Signal& signal, std::size_t c, const WfdbOptions& options,
                                     const std::string& where) {
  const Channel& channel = signal.channels[c];
  const WfdbFormat& format = wfdb_format(options.format, where);
  const std::vector<float> values = signal.source->read(c, 0, signal.length * channel.samples_per_frame);
  std::vector<std::int32_t> out(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double value = std::nearbyint(static_cast<double>(values[i]) * options.gain);
    if (std::isnan(value)) {
      out[i] = *format.missing;
      continue;
    }
    if (!(value >= format.lowest && value <= format.highest)) {
      throw Error(where, fmt::format("cannot hold {} {} of '{}'", values[i], channel.unit, channel.name),
                  fmt::format("format {} with a gain of {} reaches from {} to {}", options.format, options.gain,
                              format.lowest / options.gain, format.highest / options.gain),
                  "write it with a smaller gain");
    }
    out[i] = static_cast<std::int32_t>(value);
  }
  return out;
}

}  // namespace

void write_signal(const Signal& signal, const fs::path& header, const WfdbOptions& options) {
  const std::string where = header.string(), record = checked_record(header), data = record + ".dat";
  if (options.format != 16 && options.format != 212) {
    throw Error(where, fmt::format("cannot be written in format {}", options.format), "16 and 212 are written");
  }
  if (!std::isnormal(options.gain) || options.gain < 0) throw Error(where, "cannot have this gain");
  if (signal.channels.empty() || signal.length < 1) throw Error(where, "cannot be written", "it has no samples");
  std::string text = fmt::format("{} {} {} {}{}\n", record, signal.channels.size(), signal.rate_hz, signal.length,
                                 base_time(signal.started_at));
  std::vector<std::vector<std::int32_t>> samples;
  std::size_t frame = 0;
  for (std::size_t c = 0; c < signal.channels.size(); ++c) {
    const Channel& channel = signal.channels[c];
    check_words(channel, where);
    samples.push_back(digital_of(signal, c, options, where));
    const std::string each = channel.samples_per_frame > 1 ? fmt::format("x{}", channel.samples_per_frame) : "";
    const std::string unit = channel.unit.empty() || channel.unit == "1" ? "NU" : channel.unit;  // empty would mean mV
    text += fmt::format("{} {}{} {}(0)/{} {} 0 {} {} 0 {}\n", data, options.format, each, options.gain, unit,
                        options.format == 16 ? 16 : 12, samples[c].front(),
                        static_cast<std::int16_t>(wfdb_checksum(samples[c])), channel.name);
    frame += static_cast<std::size_t>(channel.samples_per_frame);
  }
  std::vector<std::int32_t> frames;
  frames.reserve(frame * static_cast<std::size_t>(signal.length));
  for (std::int64_t i = 0; i < signal.length; ++i) {
    for (std::size_t c = 0; c < samples.size(); ++c) {
      const int each = signal.channels[c].samples_per_frame;
      frames.insert(frames.end(), samples[c].begin() + i * each, samples[c].begin() + (i + 1) * each);
    }
  }
  write_file(header.parent_path() / data, pack_wfdb(frames, options.format));
  write_file(header, text);
}

}  // namespace galen
