#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "galen/base/error.h"
#include "galen/report/chart.h"
#include "galen/report/chart_points.h"

namespace galen {
namespace {

using Kind = ChartArtefact::Kind;

constexpr double font = 13, letter = 7.2;  // pixels; letter: approximate width

/// Okabe and Ito (2008), some darkened for contrast on white; lines also differ in dashes.
constexpr std::array<std::string_view, 5> colours = {"#0072b2", "#c04a00", "#00805c", "#a8467f", "#7a5c00"};
constexpr std::array<std::string_view, 5> dashes = {"", "70 35", "15 35", "100 30 15 30", "35 20"};

std::vector<SeriesLook> looks_of(const ChartArtefact& chart) {
  std::vector<SeriesLook> looks;
  std::size_t next = 0;
  for (const ChartArtefact::Series& series : chart.series) {
    if (series.style == "quiet") {
      looks.push_back({"series quiet", "#8a949c", ""});
      continue;
    }
    const std::size_t turn = next / colours.size(), i = next++ % colours.size();
    const std::string_view dash = series.style == "dashed" ? dashes[1] : dashes[(i + turn) % dashes.size()];
    looks.push_back({fmt::format("series series-{}", i), std::string(colours[i]), std::string(dash)});
  }
  return looks;
}

std::string text_svg(double x, double y, std::string_view attributes, std::string_view text, std::size_t most = 60) {
  return fmt::format("<text x=\"{}\" y=\"{}\" {}>{}</text>", svg_number(x), svg_number(y), attributes,
                     svg_text(text, most));
}

/// The names of the series, wrapped into lines; sets `bottom` to below them.
std::string legend_svg(const ChartArtefact& chart, const std::vector<SeriesLook>& looks, double width, double& bottom) {
  if (chart.series.size() < 2) return {};
  constexpr double key = 22, gap = 16, line = 18;
  constexpr std::size_t most = 28;
  std::string out;
  double x = 4, y = 14;
  for (std::size_t i = 0; i < looks.size(); ++i) {
    const double needed =
        key + 6 + letter * static_cast<double>(std::min(code_points_of(chart.series[i].name), most)) + gap;
    if (x > 4 && x + needed > width) {
      x = 4;
      y += line;
    }
    const bool lines = chart.kind == Kind::line || chart.kind == Kind::steps;
    std::string dash;
    if (lines && !looks[i].dash.empty()) dash = fmt::format(" stroke-dasharray=\"{}\"", looks[i].dash);
    out +=
        fmt::format("<path transform=\"scale(.1)\" class=\"{}\" d=\"M{} {}h{}\" stroke=\"{}\" stroke-width=\"{}\"{}/>",
                    looks[i].name, svg_number(10 * x), svg_number(10 * (y - 4.5)), 10 * key, looks[i].colour,
                    lines ? 20 : 90, dash);
    out += text_svg(x + key + 6, y, "class=\"ink\"", chart.series[i].name, most);
    x += needed;
  }
  bottom = y + 10;
  return out;
}

std::string axes_svg(const ChartFrame& frame, const std::vector<Tick>& x_ticks, const std::vector<Tick>& y_ticks,
                     bool equal_axes) {
  std::string lines, texts;
  const double bottom = frame.top + frame.height;
  for (const Tick& tick : y_ticks) {
    const double y = frame.at(0, tick.at).y / chart_scale;
    lines += fmt::format("M{} {}h{}", svg_number(frame.left), svg_number(y), svg_number(frame.width));
    texts += text_svg(frame.left - 6, y + 4.5, "text-anchor=\"end\"", tick.text);
  }
  for (const Tick& tick : x_ticks) {
    const double x = frame.at(tick.at, 0).x / chart_scale;
    lines += fmt::format("M{} {}v{}", svg_number(x), svg_number(bottom + 5),
                         svg_number(equal_axes ? -frame.height - 5 : -5));
    const double half = letter / 2 * static_cast<double>(tick.text.size());
    const bool last = x + half > frame.left + frame.width + 12;
    texts += text_svg(last ? frame.left + frame.width + 12 : x, bottom + 19,
                      last ? "text-anchor=\"end\"" : "text-anchor=\"middle\"", tick.text);
  }
  if (equal_axes)
    lines += fmt::format("M{} {}l{} {}", svg_number(frame.left), svg_number(bottom), svg_number(frame.width),
                         svg_number(-frame.height));
  return fmt::format(
      "<path class=\"axis-line\" d=\"{}\" fill=\"none\" stroke=\"#dde3e7\"/><path class=\"axis\" d=\"M{} {}h{}\" "
      "fill=\"none\" stroke=\"#566472\"/><g class=\"ink\" font-size=\"{}\">{}</g>",
      lines, svg_number(frame.left), svg_number(bottom), svg_number(frame.width), font - 1, texts);
}

/// A text description of the chart: its kind, labels and ranges.
std::string description(const ChartArtefact& chart, const ChartExtent& extent) {
  constexpr std::array kinds = {"Lines", "Steps", "Points", "Bars"};
  std::size_t points = 0;
  std::string names;
  for (const ChartArtefact::Series& series : chart.series) {
    points += series.y.size();
    if (!series.name.empty()) names += fmt::format("{}{}", names.empty() ? "" : ", ", series.name);
  }
  if (extent.y.empty()) return "There is nothing to show.";
  const auto x_text = [&](double x) { return chart.x_is_time ? duration_text(x) : fmt::format("{:.4g}", x); };
  return fmt::format("{} of {} values of {} over {}. {} from {} to {}, {} from {:.4g} to {:.4g}.{}",
                     kinds[static_cast<std::size_t>(chart.kind)], points, chart.y_label, chart.x_label, chart.x_label,
                     x_text(extent.x.low()), x_text(extent.x.high()), chart.y_label, extent.y.low(), extent.y.high(),
                     names.empty() ? "" : " Series: " + names + ".");
}

bool has_whole_x(const ChartArtefact& chart) {
  const auto is_whole = [](double x) { return !drawable(x) || x == std::round(x); };
  return std::ranges::all_of(chart.series, [&](const auto& series) { return std::ranges::all_of(series.x, is_whole); });
}

void make_equal(AxisRange& x, AxisRange& y) {
  x = y = {std::min(x.low, y.low), std::max(x.high, y.high)};
}

/// Margin at both ends of x, as a fraction of its width; for bars, so that the first and the last are not cut.
double air_of(const ChartArtefact& chart) {
  if (chart.kind != Kind::bars) return chart.kind == Kind::scatter ? 0.04 : 0;
  std::size_t most = 1;
  for (const ChartArtefact::Series& series : chart.series) most = std::max(most, series.x.size());
  return std::min(0.5, 0.6 / static_cast<double>(std::max<std::size_t>(1, most - 1)));
}

std::string points_svg(const ChartFrame& frame, const ChartArtefact& chart, const std::vector<SeriesLook>& looks) {
  std::string quiet, out;  // quiet series are drawn behind the others
  for (std::size_t i = 0; i < chart.series.size(); ++i) {
    const ChartArtefact::Series& series = chart.series[i];
    std::string& to = series.style == "quiet" ? quiet : out;
    if (chart.kind == Kind::scatter) to += scatter_svg(frame, series, looks[i]);
    if (chart.kind == Kind::bars) to += bars_svg(frame, chart, i, looks[i]);
    if (chart.kind == Kind::line || chart.kind == Kind::steps)
      to += line_svg(frame, series, looks[i], chart.kind == Kind::steps);
  }
  return fmt::format("<g transform=\"scale(.1)\">{}{}</g>", quiet, out);
}

bool is_shaded(const ChartArtefact& chart) {
  const auto many = [](const ChartArtefact::Series& series) { return series.y.size() > most_dots; };
  return chart.kind == Kind::scatter && std::ranges::any_of(chart.series, many);
}

/// Both axis labels; that of y is horizontal, above its axis, for easy reading.
std::string labels_svg(const ChartFrame& frame, const ChartArtefact& chart) {
  const double bottom = frame.top + frame.height;
  const std::string shades =
      is_shaded(chart) ? text_svg(4, bottom + 37, "class=\"ink quiet-ink\"", "deeper colour: more values") : "";
  return shades + text_svg(4, frame.top - 9, "class=\"ink quiet-ink\"", chart.y_label) +
         text_svg(frame.left + frame.width, bottom + 37, "class=\"ink quiet-ink\" text-anchor=\"end\"", chart.x_label);
}

}  // namespace

std::string chart_svg(const ChartArtefact& chart, std::string_view title, const ChartOptions& options) {
  for (const ChartArtefact::Series& series : chart.series) {
    if (series.x.size() != series.y.size()) throw defect("chart", "a series has x and y of different lengths");
  }
  const ChartExtent extent = options.extent ? *options.extent : extent_of({}, chart);
  const bool small = !chart.group.empty();
  const double width = small ? 300 : chart.equal_axes ? 400 : 480;
  const std::vector<SeriesLook> looks = looks_of(chart);
  ChartFrame frame;
  frame.x = extent.x.range(air_of(chart));
  frame.y = extent.y.range(0.05);
  if (chart.kind == Kind::bars && extent.y.low() == 0) frame.y.low = 0;
  if (chart.equal_axes) make_equal(frame.x, frame.y);
  const std::vector<Tick> y_ticks = number_ticks(frame.y, small ? 5 : 7);
  std::size_t longest = 1;
  for (const Tick& tick : y_ticks) longest = std::max(longest, tick.text.size());
  frame.left = 12 + letter * static_cast<double>(longest);
  frame.width = width - frame.left - 14;
  const std::string legend = legend_svg(chart, looks, width, frame.top);
  frame.top += 26;
  frame.height = chart.equal_axes ? frame.width : small ? 130 : 190;
  const int most_x = small ? 4 : 7;
  const auto x_ticks = chart.equal_axes  ? y_ticks
                       : chart.x_is_time ? time_ticks(frame.x, most_x)
                                         : number_ticks(frame.x, most_x, has_whole_x(chart));
  const double height = frame.top + frame.height + 46;
  std::string content = legend + axes_svg(frame, x_ticks, y_ticks, chart.equal_axes) + points_svg(frame, chart, looks) +
                        labels_svg(frame, chart);
  if (extent.y.empty()) {
    content += text_svg(frame.left + frame.width / 2, frame.top + frame.height / 2,
                        "class=\"ink\" text-anchor=\"middle\"", "no values");
  }
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart\" role=\"img\" viewBox=\"0 0 {0} {1}\"{2} "
      "font-family=\"sans-serif\" font-size=\"{3}\" fill=\"#333\"><title>{4}</title><desc>{5}</desc>{6}{7}</svg>\n",
      width, svg_number(height),
      options.alone ? fmt::format(" width=\"{}\" height=\"{}\"", 2 * width, svg_number(2 * height)) : "", font,
      svg_text(title), svg_text(description(chart, extent), 2000),
      options.alone ? "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>" : "", content);
}

}  // namespace galen
