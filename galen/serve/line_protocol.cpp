#include "galen/serve/line_protocol.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "galen/base/error.h"
#include "galen/base/text.h"

namespace galen::serve {
namespace {

constexpr std::size_t longest_name = 64;
constexpr double longest_gap_seconds = 86'400;

Error refusal(const std::string& word, const std::string& problem, const std::string& remedy = {}) {
  return Error(word, problem, {}, remedy);
}

// Removes the next word, up to a space, from the text.
std::string_view next_word(std::string_view& text) {
  const std::size_t begin = std::min(text.find_first_not_of(' '), text.size());
  const std::size_t end = std::min(text.find(' ', begin), text.size());
  const std::string_view word = text.substr(begin, end - begin);
  text.remove_prefix(end);
  return word;
}

std::string_view next_piece(std::string_view& text, char separator) {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view piece = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return piece;
}

template <class T>
bool number(std::string_view text, T& value) {
  const std::optional<T> read = number_in<T>(text);
  value = read.value_or(value);
  if constexpr (std::is_floating_point_v<T>) return read && std::isfinite(value);
  return read.has_value();
}

bool plain_name(std::string_view text) {
  const auto plain = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '.' || c == '_' ||
           c == '-';
  };
  return !text.empty() && text.size() <= longest_name && std::all_of(text.begin(), text.end(), plain);
}

// A channel's name or unit: printable, without separators.
bool printable(std::string_view text) {
  const auto fits = [](char c) { return c > ' ' && c < 127 && c != ',' && c != ':' && c != '"'; };
  return text.size() <= longest_name && std::all_of(text.begin(), text.end(), fits);
}

std::vector<Channel> channels_of(std::string_view text) {
  std::vector<Channel> channels;
  std::set<std::string> names;
  while (!text.empty()) {
    std::string_view unit = next_piece(text, ',');
    const std::string_view name = next_piece(unit, ':');
    if (name.empty() || !printable(name) || !printable(unit)) {
      throw refusal("channels", "are no names with units", "write channels=II:mV,V1:mV");
    }
    channels.push_back({std::string(name), std::string(unit)});
    if (!names.insert(channels.back().name).second) throw refusal("channels", "have a name twice");
    if (channels.size() > most_channels) throw refusal("channels", fmt::format("are more than {}", most_channels));
  }
  return channels;
}

Opening opening_of(std::string_view text) {
  Opening opening;
  const std::string_view patient = next_word(text);
  if (!plain_name(patient)) {
    throw refusal("patient", "is no id of 1 to 64 letters, digits, '.', '_' and '-'", "write open PATIENT rate=...");
  }
  opening.patient = patient;
  for (std::string_view word = next_word(text); !word.empty(); word = next_word(text)) {
    const std::string_view key = next_piece(word, '=');
    if (key == "rate") {
      if (!number(word, opening.rate_hz)) throw refusal("rate", "is no number");
    } else if (key == "channels") {
      opening.channels = channels_of(word);
    } else if (key == "start") {
      if (word.size() < 10 || !std::all_of(word.begin(), word.end(), [](char c) {
            return (c >= '0' && c <= '9') || std::string_view("-+:.TZ").find(c) != std::string_view::npos;
          })) {
        throw refusal("start", "is no time like 2026-01-02T03:04:05Z");
      }
      opening.started_at = word;
    } else {
      throw refusal("open", "has a word that is none of rate=, channels= and start=");
    }
  }
  if (!(opening.rate_hz >= lowest_rate_hz && opening.rate_hz <= highest_rate_hz)) {
    throw refusal("rate", fmt::format("is not from {} to {} Hz", lowest_rate_hz, highest_rate_hz), "write rate=250");
  }
  if (opening.channels.empty()) throw refusal("open", "lacks channels", "write channels=II:mV,V1:mV");
  return opening;
}

Error uneven() {
  return refusal("samples", fmt::format("have frames of different numbers of channels, or of over {}", most_channels));
}

void read_frames(std::string_view text, Samples& samples) {
  for (std::string_view frame = next_word(text); !frame.empty(); frame = next_word(text)) {
    const bool first = samples.values.empty();
    std::size_t channel = 0;
    for (bool more = true; more; ++channel) {
      more = frame.find(',') != std::string_view::npos;
      const std::string_view word = next_piece(frame, ',');
      float value = std::nanf("");
      if (word != "-" && !number(word, value)) throw refusal("samples", "hold what is neither a number nor '-'");
      if (first) samples.values.emplace_back();
      if (channel >= samples.values.size() || channel >= most_channels) throw uneven();
      samples.values[channel].push_back(value);
    }
    if (channel != samples.values.size()) throw uneven();
  }
  if (samples.values.empty()) throw refusal("samples", "hold no frame");
}

Samples samples_of(std::string_view text, bool by_index) {
  Samples samples;
  const std::string_view where = next_word(text);
  std::int64_t index = 0;
  double time = 0;
  if (by_index) {
    if (!number(where, index) || index < 0 || index > (std::int64_t{1} << 53)) {
      throw refusal("samples", "lack the index of their first frame");
    }
    samples.index = index;
  } else {
    if (!number(where, time) || std::abs(time) > 1e11) throw refusal("samples", "lack the time of their first frame");
    samples.time_seconds = time;
  }
  read_frames(text, samples);
  return samples;
}

Acknowledgement acknowledgement_of(std::string_view text) {
  const std::string_view rule = next_word(text), patient = next_word(text);
  if (rule.empty() || !next_word(text).empty() || (!patient.empty() && !plain_name(patient))) {
    throw refusal("ack", "needs the name of a rule or '*', and may name a patient", "write ack vt");
  }
  return {std::string(rule), std::string(patient)};
}

std::string only_word(std::string_view text, const std::string& command) {
  const std::string_view word = next_word(text);
  if (word.empty() || !next_word(text).empty()) throw refusal(command, "needs one word");
  return std::string(word);
}

std::string channel_of(std::string_view text, const std::string& command) {
  std::string channel = only_word(text, command);
  if (!printable(channel)) throw refusal(command, "names what is no channel");  // checked because errors repeat it
  return channel;
}

}  // namespace

bool Opening::same_layout(const Opening& other) const {
  const auto same = [](const Channel& a, const Channel& b) { return a.name == b.name && a.unit == b.unit; };
  return rate_hz == other.rate_hz &&
         std::equal(channels.begin(), channels.end(), other.channels.begin(), other.channels.end(), same);
}

std::optional<Message> parse_line(std::string_view line) {
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  if (line.empty() || line.front() == '#') return std::nullopt;
  if (line.size() > longest_line) throw refusal("line", fmt::format("is longer than {} bytes", longest_line));
  const std::string_view command = next_word(line);
  if (command == "s" || command == "t") return samples_of(line, command == "s");
  if (command == "open") return opening_of(line);
  if (command == "gap") {
    Missing missing;
    if (!number(only_word(line, "gap"), missing.seconds) ||
        !(missing.seconds >= 0 && missing.seconds <= longest_gap_seconds)) {
      throw refusal("gap", "is no time from 0 s to a day");
    }
    return missing;
  }
  if (command == "off" || command == "on") return Lead{channel_of(line, std::string(command)), command == "off"};
  if (command == "ack") return acknowledgement_of(line);
  if (command == "close" && next_word(line).empty()) return Closing{};
  throw refusal("line", "is no message", "known: open, s, t, gap, off, on, ack, close");
}

std::string line_of(const Opening& opening) {
  std::string text = fmt::format("open {} rate={} channels=", opening.patient, opening.rate_hz);
  for (std::size_t c = 0; c < opening.channels.size(); ++c) {
    const Channel& channel = opening.channels[c];
    text += fmt::format("{}{}{}{}", c > 0 ? "," : "", channel.name, channel.unit.empty() ? "" : ":", channel.unit);
  }
  if (!opening.started_at.empty()) text += " start=" + opening.started_at;
  return text;
}

std::string line_of(const Samples& samples) {
  std::string text = fmt::format("s {}", samples.index.value_or(0));
  for (std::size_t i = 0; i < samples.values.front().size(); ++i) {
    for (std::size_t c = 0; c < samples.values.size(); ++c) {
      const float value = samples.values[c][i];
      text += c > 0 ? ',' : ' ';
      text += std::isnan(value) ? "-" : fmt::format("{}", value);
    }
  }
  return text;
}

}  // namespace galen::serve
