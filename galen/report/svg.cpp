#include "galen/report/svg.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "galen/base/clock_text.h"
#include "galen/base/text.h"
#include "galen/report/page.h"

namespace galen {
namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";

/// The length in bytes of the code point at the start; 0 if it is malformed or not allowed in XML 1.0 (section 2.2).
std::size_t length_of_code_point(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  const bool control = first < 0x20 && first != '\t' && first != '\n' && first != '\r';
  const bool none = text.starts_with("\xef\xbf\xbe") || text.starts_with("\xef\xbf\xbf");  // U+FFFE, U+FFFF
  return control || none ? 0 : utf8_length(text);
}

/// Path data in whole numbers; no space is written before a minus sign.
class Path {
 public:
  void move(const Point& to) {
    const auto [x, y] = whole(to);
    text_ += fmt::format("M{}", pair(x, y));
    set(x, y);
    command_ = 0;
  }
  void line(const Point& to) {
    const auto [x, y] = whole(to);
    if (x == x_ && y == y_) return;
    if (command_ != 'l') text_ += 'l';
    text_ += command_ == 'l' && x >= x_ ? " " : "";
    text_ += pair(x - x_, y - y_);
    set(x, y);
    command_ = 'l';
  }
  void dot() {
    text_ += "h0";
    command_ = 0;
  }
  bool moved() const { return command_ != 0; }
  std::string take() { return std::move(text_); }

 private:
  static std::pair<int, int> whole(const Point& p) {
    constexpr double most = 1e6;
    return {static_cast<int>(std::lround(std::clamp(p.x, -most, most))),
            static_cast<int>(std::lround(std::clamp(p.y, -most, most)))};
  }
  static std::string pair(int x, int y) { return fmt::format("{}{}{}", x, y < 0 ? "" : " ", y); }
  void set(int x, int y) { x_ = x, y_ = y; }

  std::string text_;
  int x_ = 0, y_ = 0;
  char command_ = 0;
};

bool drawn(const Point& p) {
  return std::isfinite(p.x) && std::isfinite(p.y);
}

/// Adds the points of one column, in order.
void add_run(Path& path, std::span<const Point> run) {
  if (run.size() <= 4) {
    for (const Point& p : run) path.line(p);
    return;
  }
  const auto [low, high] = std::minmax_element(run.begin(), run.end(), [](auto& a, auto& b) { return a.y < b.y; });
  path.line(run.front());
  path.line(*std::min(low, high));
  path.line(*std::max(low, high));
  path.line(run.back());
}

}  // namespace

std::string svg_text(std::string_view text, std::size_t most) {
  std::string clean;
  for (std::size_t count = 0; !text.empty(); ++count) {
    if (count == most) {
      clean += "…";
      break;
    }
    const std::size_t length = length_of_code_point(text);
    clean += length ? text.substr(0, length) : replacement;
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return escape_html(clean);
}

std::size_t code_points_of(std::string_view text) {
  std::size_t count = 0;
  for (; !text.empty(); ++count) text.remove_prefix(std::max<std::size_t>(length_of_code_point(text), 1));
  return count;
}

std::string svg_number(double value) {
  return fmt::format("{:g}", std::round(value * 100) / 100 + 0.0);
}

std::string duration_text(double seconds, bool with_seconds) {
  const std::string text = clock_text(std::copysign(std::floor(std::abs(seconds) + 1e-9), seconds));
  return with_seconds ? text : text.substr(0, text.rfind(':'));
}

std::string time_of_day(std::string_view started_at, double seconds) {
  const auto two = [&](std::size_t at) {
    const auto digit = [&](std::size_t i) { return started_at[i] >= '0' && started_at[i] <= '9'; };
    return digit(at) && digit(at + 1) ? (started_at[at] - '0') * 10 + started_at[at + 1] - '0' : -1;
  };
  const std::size_t t = started_at.starts_with('T') ? 0 : 10;  // "T08:26:04" if there is no date
  if (started_at.size() < t + 9 || started_at[t] != 'T' || started_at[t + 3] != ':' || started_at[t + 6] != ':') {
    return {};
  }
  const int hour = two(t + 1), minute = two(t + 4), second = two(t + 7);
  if (hour < 0 || minute < 0 || second < 0 || !(std::abs(seconds) < 1e12)) return {};
  double fraction = 0, digit = 0.1;
  for (std::size_t i = t + 10; i < started_at.size() && started_at[t + 9] == '.'; ++i, digit /= 10) {
    if (started_at[i] < '0' || started_at[i] > '9') break;
    fraction += digit * (started_at[i] - '0');
  }
  const double begin = hour * 3600 + minute * 60 + second + fraction;
  const auto total = static_cast<std::int64_t>(std::floor(begin + seconds + 1e-6));
  const std::int64_t day = (total >= 0 ? total : total - 86399) / 86400, rest = total - day * 86400;
  std::string text = fmt::format("{:02}:{:02}:{:02}", rest / 3600, rest / 60 % 60, rest % 60);
  if (day != 0) text += fmt::format(" (day {})", day + 1);
  return text;
}

std::string polyline(std::span<const Point> points, double column) {
  Path path;
  for (std::size_t begin = 0; begin < points.size();) {
    if (!drawn(points[begin])) {
      ++begin;
      continue;
    }
    path.move(points[begin]);
    while (begin < points.size() && drawn(points[begin])) {
      const double here = std::floor(points[begin].x / column);
      std::size_t end = begin;
      while (end < points.size() && drawn(points[end]) && std::floor(points[end].x / column) == here) ++end;
      add_run(path, points.subspan(begin, end - begin));
      begin = end;
    }
    if (!path.moved()) path.dot();
  }
  return path.take();
}

std::string dots(std::span<const Point> points) {
  Path path;
  for (const Point& p : points) {
    if (!drawn(p)) continue;
    path.move(p);
    path.dot();
  }
  return path.take();
}

}  // namespace galen
