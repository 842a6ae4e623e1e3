#include "galen/io/wave/hl7_time.h"

#include <fmt/format.h>

#include <chrono>

namespace galen {
namespace {

/// Takes a number of `count` digits from the start of text.
std::optional<int> take_digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return std::nullopt;
  int value = 0;
  for (const char c : text.substr(0, count)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(count);
  return value;
}

/// Takes a zone, "+0100", from the start of text; true also if there is none.
bool take_zone(std::string_view& text, Hl7Time& time, std::string& iso) {
  if (text.empty()) return true;
  const char sign = text.front();
  if (sign != '+' && sign != '-') return false;
  text.remove_prefix(1);
  const auto hours = take_digits(text, 2), minutes = take_digits(text, 2);
  if (!hours || !minutes || *hours > 14 || *minutes > 59 || !text.empty()) return false;
  time.zone_minutes = (sign == '-' ? -1 : 1) * (*hours * 60 + *minutes);
  iso = fmt::format("{}{:02}:{:02}", sign, *hours, *minutes);
  return true;
}

/// Takes a fraction, ".122", from the start of text, in nanoseconds; further digits are dropped.
std::optional<std::int64_t> take_fraction(std::string_view& text) {
  if (!text.starts_with('.')) return 0;
  const std::size_t length = std::min(text.find_first_not_of("0123456789", 1), text.size());
  if (length == 1) return std::nullopt;
  std::string digits(text.substr(1, length - 1));
  digits.resize(9, '0');
  std::string_view whole = digits;
  text.remove_prefix(length);
  return take_digits(whole, 9);
}

}  // namespace

std::optional<Hl7Time> hl7_time(std::string_view text) {
  Hl7Time time;
  const auto year = take_digits(text, 4);
  if (!year || *year < 1700 || *year > 2200) return std::nullopt;
  time.iso = fmt::format("{:04}", *year);
  int parts[] = {1, 1, 0, 0, 0};  // month, day, hour, minute, second
  constexpr int highest[] = {12, 31, 23, 59, 59};
  constexpr char before[] = {'-', '-', 'T', ':', ':'};
  for (std::size_t i = 0; i < 5 && !text.empty() && text.front() >= '0' && text.front() <= '9'; ++i) {
    const auto part = take_digits(text, 2);
    if (!part || *part > highest[i]) return std::nullopt;
    parts[i] = *part;
    time.iso += fmt::format("{}{:02}", before[i], *part);
    time.to_the_second = i == 4;
  }
  if (time.iso.size() == 13) time.iso += ":00";  // readers of ISO 8601 do not accept an hour alone
  const std::string_view fraction_text = text;
  const auto fraction = take_fraction(text);
  if (!fraction || (fraction_text.size() != text.size() && !time.to_the_second)) return std::nullopt;
  time.iso += fraction_text.substr(0, fraction_text.size() - text.size());
  std::string zone;
  if (!take_zone(text, time, zone)) return std::nullopt;
  time.iso += zone;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(parts[0])),
                                         std::chrono::day(static_cast<unsigned>(parts[1]))};
  if (!date.ok()) return std::nullopt;
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  time.nanoseconds = (((days * 24 + parts[2]) * 60 + parts[3]) * 60 + parts[4]) * 1'000'000'000 + *fraction;
  return time;
}

double seconds_between(const Hl7Time& from, const Hl7Time& to) {
  std::int64_t nanoseconds = to.nanoseconds - from.nanoseconds;
  if (from.zone_minutes && to.zone_minutes) {
    nanoseconds -= (*to.zone_minutes - *from.zone_minutes) * 60'000'000'000;
  }
  return static_cast<double>(nanoseconds) * 1e-9;
}

}  // namespace galen
