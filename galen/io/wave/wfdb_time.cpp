#include "galen/io/wave/wfdb_time.h"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <optional>

namespace galen {
namespace {

/// Numbers between separators; nothing if there is anything else, or more than three numbers.
std::optional<std::vector<unsigned>> numbers(std::string_view text, char separator) {
  std::vector<unsigned> out;
  for (;;) {
    unsigned value = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (code != std::errc() || out.size() == 3) return std::nullopt;
    out.push_back(value);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (text.empty()) return out;
    if (text.front() != separator) return std::nullopt;
    text.remove_prefix(1);
  }
}

/// "T01:56:25.894"; hours may be missing, as in "56:25.894".
std::optional<std::string> clock(std::string_view text) {
  const std::size_t point = std::min(text.find('.'), text.size());
  std::string_view fraction = text.substr(point);
  if (fraction.substr(std::min<std::size_t>(1, fraction.size())).find_first_not_of("0123456789") != text.npos) {
    return std::nullopt;
  }
  while (!fraction.empty() && (fraction.back() == '0' || fraction.back() == '.')) fraction.remove_suffix(1);
  auto parts = numbers(text.substr(0, point), ':');
  if (!parts) return std::nullopt;
  while (parts->size() < 3) parts->insert(parts->begin(), 0);
  const auto& [h, m, s] = std::tie((*parts)[0], (*parts)[1], (*parts)[2]);
  if (h > 23 || m > 59 || s > 59) return std::nullopt;
  return fmt::format("T{:02}:{:02}:{:02}{}", h, m, s, fraction);
}

std::optional<std::string> date(std::string_view text) {
  const auto parts = numbers(text, '/');
  if (!parts || parts->size() != 3) return std::nullopt;
  const std::chrono::year_month_day day(std::chrono::year(static_cast<int>((*parts)[2])),
                                        std::chrono::month((*parts)[1]), std::chrono::day((*parts)[0]));
  if (!day.ok() || (*parts)[2] > 9999) return std::nullopt;
  return fmt::format("{:04}-{:02}-{:02}", (*parts)[2], (*parts)[1], (*parts)[0]);
}

}  // namespace

std::string wfdb_start(std::string_view time_and_date, std::vector<std::string>& remarks) {
  if (time_and_date.empty()) return {};
  const std::size_t end = std::min(time_and_date.find_first_of(" \t"), time_and_date.size());
  const std::size_t second = std::min(time_and_date.find_first_not_of(" \t", end), time_and_date.size());
  const std::string_view day = time_and_date.substr(second);
  const auto at = clock(time_and_date.substr(0, end));
  const auto on = day.empty() ? std::optional<std::string>("") : date(day);
  if (at && on) return *on + *at;
  remarks.push_back(fmt::format("the start '{}' is no time that is known, and is not used", time_and_date));
  return {};
}

}  // namespace galen
