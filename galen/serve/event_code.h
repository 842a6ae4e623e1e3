#pragma once
// Codes of the monitor's own events. A session's events with these codes are dropped: the monitor's take precedence.
// value is 1 at the beginning and 0 at the end, unless stated otherwise.

namespace galen::serve::code {

constexpr const char* gap = "gap";                ///< value: missing seconds
constexpr const char* late_data = "late_data";    ///< value: dropped samples
constexpr const char* clock_jump = "clock_jump";  ///< value: seconds, forward or (negative) back
constexpr const char* lead_off = "lead_off";      ///< value: channels without a signal; text: their names
constexpr const char* silence = "silence";        ///< nothing arrives, by this machine's clock
constexpr const char* overflow = "overflow";      ///< value: samples dropped because this machine is too slow
constexpr const char* failed = "failed";          ///< the session threw an error (text) and has ended
constexpr const char* closed = "closed";          ///< end of the stream; text: alerts that still stand

}  // namespace galen::serve::code
