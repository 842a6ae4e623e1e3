#pragma once
// Shared parts of pictures: text, numbers, times and compact paths.
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace galen {

/// Text for SVG and HTML: escaped; what XML 1.0 forbids or is not UTF-8 becomes U+FFFD; cut after `most` code points,
/// with an ellipsis.
std::string svg_text(std::string_view text, std::size_t most = 200);

/// The number of code points that svg_text makes of the text if it cuts nothing off.
std::size_t code_points_of(std::string_view text);

/// A coordinate with at most two decimals: "12.5".
std::string svg_number(double value);

/// A duration: "1:05:09", or "1:05" without seconds. Not finite: "not known".
std::string duration_text(double seconds, bool with_seconds = true);

/// The time of day `seconds` after a recording's start ("23:59:58", "00:00:03 (day 2)"); empty if started_at (ISO 8601)
/// has no time of day.
std::string time_of_day(std::string_view started_at, double seconds);

struct Point {
  double x = 0, y = 0;
};

/// The data of a path through points, in relative whole numbers. NaN breaks the path; an isolated point is a dot (give
/// the path round caps). More than four consecutive points within one column of the given width are reduced to their
/// first, lowest, highest and last, which looks the same if a column is a device pixel. Coordinates are clipped to a
/// million either way.
std::string polyline(std::span<const Point> points, double column);

/// The data of a path of dots; give the path round caps.
std::string dots(std::span<const Point> points);

}  // namespace galen
