#pragma once
// Codes of the monitor's own events; a session's events of these names are left out, for the monitor knows better.
// value is 1 where it begins and 0 where it ends, unless stated.

namespace galen::serve::code {

constexpr const char* gap = "gap";                ///< value: seconds that are missing
constexpr const char* late_data = "late_data";    ///< value: samples that were dropped
constexpr const char* clock_jump = "clock_jump";  ///< value: seconds, forward or (negative) back
constexpr const char* lead_off = "lead_off";      ///< value: channels without a signal; text: their names
constexpr const char* silence = "silence";        ///< nothing arrives, by this machine's clock
constexpr const char* overflow = "overflow";      ///< value: samples that were dropped, for this machine is too slow
constexpr const char* failed = "failed";          ///< the session gave an error (text), and is over
constexpr const char* closed = "closed";          ///< the end; text: alerts that still stand

}  // namespace galen::serve::code
