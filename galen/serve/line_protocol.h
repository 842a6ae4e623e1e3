#pragma once
// Galen's line protocol: text, one line per message (docs/monitor.md).
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "galen/data/signal.h"

namespace galen::serve {

/// "open PATIENT rate=250 channels=II:mV,V1:mV [start=ISO-8601]"
struct Opening {
  std::string patient;
  double rate_hz = 0;
  std::vector<Channel> channels;
  std::string started_at;  ///< empty: not stated

  bool same_layout(const Opening& other) const;
};
/// "s INDEX FRAME..." or "t SECONDS FRAME...". A frame has one value per channel, separated by commas; "-": missing.
struct Samples {
  std::optional<std::int64_t> index;       ///< of the first frame, counted from the opening
  std::optional<double> time_seconds;      ///< of the first frame, on the sender's clock
  std::vector<std::vector<float>> values;  ///< [channel][i], NaN for missing; equally many per channel
};
/// "gap SECONDS": nothing was recorded for this long.
struct Missing {
  double seconds = 0;
};
/// "off CHANNEL", "on CHANNEL": the sender's own report on an electrode.
struct Lead {
  std::string channel;
  bool off = false;
};
/// "ack RULE [PATIENT]", "ack * [PATIENT]": for this stream, or for another patient's.
struct Acknowledgement {
  std::string rule, patient;
};
/// "close": the patient's stream ends.
struct Closing {};

using Message = std::variant<Opening, Samples, Missing, Lead, Acknowledgement, Closing>;
/// The message says what is recorded, or that nothing is: a stream without such messages is silent.
inline bool of_the_signal(const Message& message) {
  return std::holds_alternative<Samples>(message) || std::holds_alternative<Missing>(message) ||
         std::holds_alternative<Lead>(message);
}

constexpr std::size_t longest_line = 64 << 10;  // bytes
constexpr std::size_t most_channels = 64;
constexpr double longest_live_gap_seconds = 600;  // in a file: a day
constexpr double lowest_rate_hz = 1, highest_rate_hz = 10'000;

/// Parses a line without its newline. None for an empty line or one that begins with "#". Errors: an invalid line; the
/// error does not repeat it, since it may be long or binary.
std::optional<Message> parse_line(std::string_view line);
/// The line of an opening or of samples by index, as a sender writes it.
std::string line_of(const Opening& opening);
std::string line_of(const Samples& samples);

}  // namespace galen::serve
