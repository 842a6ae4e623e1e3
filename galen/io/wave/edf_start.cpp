#include <fmt/format.h>

#include <array>

#include "galen/io/wave/edf_header.h"

namespace galen {
namespace {

using std::chrono::year_month_day;

std::optional<int> digits(std::string_view text) {
  int value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

/// Three two-digit numbers separated by one of the marks: "24.01.20".
std::optional<std::array<int, 3>> triple(std::string_view text, std::string_view marks) {
  if (text.size() != 8 || text[2] != text[5] || marks.find(text[2]) == marks.npos) return std::nullopt;
  const auto a = digits(text.substr(0, 2)), b = digits(text.substr(3, 2)), c = digits(text.substr(6, 2));
  if (!a || !b || !c) return std::nullopt;
  return std::array{*a, *b, *c};
}

std::optional<year_month_day> date_of(int day, int month, int year) {
  const year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                            std::chrono::day(static_cast<unsigned>(day))};
  return date.ok() ? std::optional(date) : std::nullopt;
}

std::optional<year_month_day> header_date(std::string_view text) {
  const auto parts = triple(text, ".");
  if (!parts) return std::nullopt;
  const auto [day, month, year] = *parts;
  return date_of(day, month, year + (year >= 85 ? 1900 : 2000));
}

/// The word after "Startdate" in the recording field of EDF+: "24-JAN-2020" or "X".
std::string_view second_date(std::string_view recording) {
  constexpr std::string_view key = "Startdate ";
  if (!recording.starts_with(key)) return {};
  recording.remove_prefix(key.size());
  return recording.substr(0, recording.find(' '));
}

std::optional<year_month_day> recording_date(std::string_view text) {
  constexpr std::string_view months = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC";
  if (text.size() != 11 || text[2] != '-' || text[6] != '-') return std::nullopt;
  const auto day = digits(text.substr(0, 2)), year = digits(text.substr(7));
  const std::size_t month = months.find(text.substr(3, 3));
  if (!day || !year || month == months.npos || month % 3 != 0) return std::nullopt;
  return date_of(*day, static_cast<int>(month / 3) + 1, *year);
}

std::string iso(const year_month_day& date) {
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

std::optional<year_month_day> day_of(std::string_view date, std::string_view recording, bool plus,
                                     std::vector<std::string>& remarks) {
  const auto first = header_date(date);
  const std::string_view said = plus ? second_date(recording) : std::string_view();
  const auto second = recording_date(said);
  if (first && second && *first != *second) {
    remarks.push_back(
        fmt::format("it states two start dates: {} is used, {} is in its recording field", iso(*first), iso(*second)));
  }
  if (first && said == "X" && iso(*first) == "1985-01-01") {  // how EDF+ writes a date that is withheld
    remarks.emplace_back("its start date is withheld");
    return std::nullopt;
  }
  if (!first && second) {
    if (!date.ends_with(".yy")) {  // how EDF+ writes dates after 2084
      remarks.push_back(
          fmt::format("its start date '{}' is no date: {} in its recording field is used", date, iso(*second)));
    }
    return second;
  }
  if (!first) remarks.push_back(fmt::format("its start date '{}' is no date: when it began is left open", date));
  return first;
}

}  // namespace

EdfStart edf_start(std::string_view date, std::string_view time, std::string_view recording, bool plus) {
  EdfStart out;
  const auto day = day_of(date, recording, plus, out.remarks);
  const auto clock = triple(time, ".:");  // EDF uses dots; some devices write colons
  if (!clock || (*clock)[0] > 23 || (*clock)[1] > 59 || (*clock)[2] > 59) {
    out.remarks.push_back(fmt::format("its start time '{}' is no time: when it began is left open", time));
  } else if (day) {
    out.at = std::chrono::sys_days(*day) + std::chrono::hours((*clock)[0]) + std::chrono::minutes((*clock)[1]) +
             std::chrono::seconds((*clock)[2]);
  }
  return out;
}

}  // namespace galen
