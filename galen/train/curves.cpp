#include "galen/train/curves.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "galen/report/page.h"

namespace galen {
namespace {

constexpr double width = 640, height = 260, left = 56, right = 12, top = 10, bottom = 34;
constexpr std::size_t colours = 8;

// The step of 1, 2 or 5 times a power of ten that gives about five ticks.
double tick_step(double range) {
  const double raw = range / 5, power = std::pow(10.0, std::floor(std::log10(raw))), ratio = raw / power;
  return power * (ratio < 1.5 ? 1 : ratio < 3.5 ? 2 : ratio < 7.5 ? 5 : 10);
}

struct Axis {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  double from = 0, to = 1;  ///< in the drawing

  void include(double value) { low = std::min(low, value), high = std::max(high, value); }
  void widen() {
    if (high > low) return;
    const double margin = low == 0 ? 1 : std::abs(low) * 0.1;
    low -= margin, high += margin;
  }
  double place(double value) const { return from + (to - from) * (value - low) / (high - low); }
};

std::string grid(const Axis& x, const Axis& y, const std::string& x_label) {
  std::string out;
  const double y_step = tick_step(y.high - y.low), x_step = std::max(1.0, tick_step(x.high - x.low));
  for (double v = std::ceil(y.low / y_step) * y_step; v <= y.high + y_step * 1e-9; v += y_step) {
    const double shown = std::abs(v) < y_step * 1e-9 ? 0 : v;
    out +=
        fmt::format("<line class=grid x1={} x2={} y1={:.1f} y2={:.1f} />", left, width - right, y.place(v), y.place(v));
    out += fmt::format("<text x={} y={:.1f} text-anchor=end>{:.4g}</text>", left - 6, y.place(v) + 4, shown);
  }
  for (double v = std::ceil(x.low / x_step) * x_step; v <= x.high + x_step * 1e-9; v += x_step) {
    out += fmt::format("<text x={:.1f} y={} text-anchor=middle>{:.6g}</text>", x.place(v), height - bottom + 16, v);
  }
  out += fmt::format("<text x={} y={} text-anchor=middle>{}</text>", (left + width - right) / 2, height - 3,
                     escape_html(x_label));
  return out;
}

std::string line(const Curve& curve, std::size_t colour, const Axis& x, const Axis& y) {
  std::string points;
  for (const auto& [px, py] : curve.points) {
    if (std::isfinite(py)) points += fmt::format("{:.1f},{:.1f} ", x.place(px), y.place(py));
  }
  if (curve.points.size() > 1) return fmt::format("<polyline class=c{} points=\"{}\" />", colour, points);
  return fmt::format("<circle class=c{} r=3 cx={:.1f} cy={:.1f} />", colour, x.place(curve.points[0].first),
                     y.place(curve.points[0].second));
}

}  // namespace

std::string draw_curves(const std::string& title, const std::string& x_label, const std::vector<Curve>& curves) {
  Axis x, y;
  for (const Curve& curve : curves) {
    for (const auto& [px, py] : curve.points) {
      if (std::isfinite(py)) x.include(px), y.include(py);
    }
  }
  if (!(x.low <= x.high)) return {};
  x.widen(), y.widen();
  x.from = left, x.to = width - right, y.from = height - bottom, y.to = top;

  std::string lines, legend;
  std::size_t colour = 0;
  for (Curve curve : curves) {
    std::erase_if(curve.points, [](const auto& point) { return !std::isfinite(point.second); });
    if (curve.points.empty()) continue;
    const std::size_t c = colour++ % colours;
    lines += line(curve, c, x, y);
    legend += fmt::format("<span class=c{}><i></i>{} <b>{:.4g}</b></span> ", c, escape_html(curve.name),
                          curve.points.back().second);
  }
  return fmt::format(
      "<figure><figcaption>{}</figcaption><div class=legend>{}</div>"
      "<svg viewBox=\"0 0 {} {}\" role=img aria-label=\"{}\">{}{}</svg></figure>\n",
      escape_html(title), legend, width, height, escape_html(title), grid(x, y, x_label), lines);
}

}  // namespace galen
