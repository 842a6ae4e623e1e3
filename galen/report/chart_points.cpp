#include "galen/report/chart_points.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>

namespace galen {
namespace {

constexpr double pixel = chart_scale;

bool has_point(const ChartArtefact::Series& series, std::size_t i) {
  return drawable(series.x[i]) && drawable(series.y[i]);
}

std::string path_svg(const SeriesLook& look, std::string_view attributes, const std::string& data) {
  if (data.empty()) return {};
  return fmt::format("<path class=\"{}\" d=\"{}\" fill=\"none\" stroke=\"{}\" {}/>", look.name, data, look.colour,
                     attributes);
}

/// Cells of 4 pixels, in five shades by the logarithm of their number of points.
std::string shades_svg(const ChartFrame& frame, const ChartArtefact::Series& series, const SeriesLook& look) {
  constexpr double cell = 4 * pixel;
  constexpr std::array opacities = {0.22, 0.4, 0.6, 0.8, 1.0};
  std::map<std::pair<int, int>, int> counts;  // row, column
  int most = 1;
  for (std::size_t i = 0; i < series.y.size(); ++i) {
    if (!has_point(series, i)) continue;
    const Point p = frame.at(series.x[i], series.y[i]);
    const int count = ++counts[{static_cast<int>(std::floor(p.y / cell)), static_cast<int>(std::floor(p.x / cell))}];
    most = std::max(most, count);
  }
  std::array<std::string, opacities.size()> paths;
  for (auto it = counts.begin(); it != counts.end();) {
    const auto shade = [&](int count) {
      const double share = most > 1 ? std::log(count) / std::log(most) : 1;
      return std::min<std::size_t>(static_cast<std::size_t>(share * opacities.size()), opacities.size() - 1);
    };
    const auto [row, first] = it->first;
    const std::size_t level = shade(it->second);
    int last = first;  // adjacent cells of the same shade form one stroke
    for (++it; it != counts.end() && it->first == std::pair{row, last + 1} && shade(it->second) == level; ++it) ++last;
    paths[level] += fmt::format("M{} {}h{}", first * static_cast<int>(cell), row * static_cast<int>(cell) + 20,
                                (last - first + 1) * static_cast<int>(cell));
  }
  std::string out;
  for (std::size_t level = 0; level < paths.size(); ++level) {
    out += path_svg(look, fmt::format("stroke-width=\"{:g}\" stroke-opacity=\"{}\"", cell, opacities[level]),
                    paths[level]);
  }
  return out;
}

/// Four fifths of the smallest distance between neighbours, divided among the series; in tenths of a pixel.
double bar_width(const ChartFrame& frame, const ChartArtefact& chart) {
  double least = std::numeric_limits<double>::infinity();
  for (const ChartArtefact::Series& series : chart.series) {
    std::vector<double> x;
    std::ranges::copy_if(series.x, std::back_inserter(x), [](double v) { return drawable(v); });
    std::ranges::sort(x);
    for (std::size_t i = 1; i < x.size(); ++i) {
      if (x[i] > x[i - 1]) least = std::min(least, x[i] - x[i - 1]);
    }
  }
  const double room = std::isfinite(least) ? frame.at(frame.x.low + least, 0).x - frame.at(frame.x.low, 0).x
                                           : frame.width * chart_scale / 4;
  return std::clamp(0.8 * room / static_cast<double>(chart.series.size()), pixel / 2, 60 * pixel);
}

}  // namespace

std::string line_svg(const ChartFrame& frame, const ChartArtefact::Series& series, const SeriesLook& look, bool steps) {
  constexpr double missing = std::numeric_limits<double>::quiet_NaN();
  std::vector<Point> points;
  for (std::size_t i = 0; i < series.y.size(); ++i) {
    if (!has_point(series, i)) {
      points.push_back({missing, missing});
      continue;
    }
    const Point p = frame.at(series.x[i], series.y[i]);
    if (steps && !points.empty() && std::isfinite(points.back().y)) points.push_back({p.x, points.back().y});
    points.push_back(p);
  }
  std::string attributes = "stroke-width=\"16\" stroke-linejoin=\"round\" stroke-linecap=\"round\"";
  if (!look.dash.empty()) attributes += fmt::format(" stroke-dasharray=\"{}\"", look.dash);
  return path_svg(look, attributes, polyline(points, pixel / 2));
}

std::string scatter_svg(const ChartFrame& frame, const ChartArtefact::Series& series, const SeriesLook& look) {
  if (series.y.size() > most_dots) return shades_svg(frame, series, look);
  std::vector<Point> points;
  for (std::size_t i = 0; i < series.y.size(); ++i) {
    if (has_point(series, i)) points.push_back(frame.at(series.x[i], series.y[i]));
  }
  return path_svg(look, "stroke-width=\"40\" stroke-linecap=\"round\" stroke-opacity=\".55\"", dots(points));
}

std::string bars_svg(const ChartFrame& frame, const ChartArtefact& chart, std::size_t index, const SeriesLook& look) {
  const ChartArtefact::Series& series = chart.series[index];
  const double width = bar_width(frame, chart);
  const double shift = (static_cast<double>(index) - static_cast<double>(chart.series.size() - 1) / 2) * width;
  const auto rounded = [](double v) { return static_cast<int>(std::lround(v)); };
  const int ground = rounded(frame.at(0, 0).y);
  std::map<int, std::pair<int, int>> columns;  // half a pixel wide; of overlapping bars the longest is visible
  for (std::size_t i = 0; i < series.y.size(); ++i) {
    if (!has_point(series, i)) continue;
    const Point p = frame.at(series.x[i], series.y[i]);
    const int x = rounded((p.x + shift) / 5) * 5, end = rounded(p.y);
    auto& [high, low] = columns.try_emplace(x, ground, ground).first->second;
    high = std::min(high, end);
    low = std::max(low, end);
  }
  std::string data;
  for (const auto& [x, ends] : columns) {
    if (ends.first < ends.second) data += fmt::format("M{} {}V{}", x, ends.second, ends.first);
  }
  return path_svg(look, fmt::format("stroke-width=\"{:g}\"", std::round(width)), data);
}

}  // namespace galen
