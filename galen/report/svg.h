#pragma once
// Parts that pictures share: text, numbers, times and paths that stay small.
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace galen {

/// Text as it may stand in SVG and HTML: escaped; what XML 1.0 forbids or is not UTF-8 becomes U+FFFD; cut after `most`
/// code points, with an ellipsis.
std::string svg_text(std::string_view text, std::size_t most = 200);

/// A coordinate with at most two decimals: "12.5".
std::string svg_number(double value);

/// A length of time: "1:05:09", or "1:05" without seconds. Not finite: "not told".
std::string duration_text(double seconds, bool with_seconds = true);

/// The time of day of a moment of a recording ("23:59:58", "00:00:03 (day 2)"); empty when started_at (ISO 8601) holds
/// no time of day.
std::string time_of_day(std::string_view started_at, double seconds);

struct Point {
  double x = 0, y = 0;
};

/// The data of a path through points, in whole numbers relative to each other. NaN breaks it; a point alone is a dot
/// (give the path round caps). More than four points in a row within one column are drawn by their first, lowest,
/// highest and last: at a column of a device's pixel the picture is the same. Coordinates beyond a million are held
/// there.
std::string polyline(std::span<const Point> points, double column);

/// Dots, for a path with round caps.
std::string dots(std::span<const Point> points);

}  // namespace galen
