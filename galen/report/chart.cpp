#include "galen/report/chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "galen/base/error.h"
#include "galen/io/dataset/csv.h"

namespace galen {
namespace {

ChartExtent own_extent(const ChartArtefact& chart) {
  ChartExtent extent;
  for (const ChartArtefact::Series& series : chart.series) {
    for (std::size_t i = 0; i < std::min(series.x.size(), series.y.size()); ++i) {
      if (!drawable(series.x[i]) || !drawable(series.y[i])) continue;
      extent.x.add(series.x[i]);
      extent.y.add(series.y[i]);
    }
  }
  if (chart.kind == ChartArtefact::Kind::bars && !extent.y.empty()) extent.y.add(0);
  return extent;
}

}  // namespace

ChartExtent extent_of(const Finding& finding, const ChartArtefact& chart) {
  ChartExtent extent = own_extent(chart);
  if (chart.group.empty()) return extent;
  for (const Artefact& artefact : finding.artefacts) {
    const auto* other = std::get_if<ChartArtefact>(&artefact.content);
    if (!other || other->group != chart.group) continue;
    const ChartExtent more = own_extent(*other);
    extent.x.add(more.x);
    extent.y.add(more.y);
  }
  return extent;
}

std::string chart_csv(const ChartArtefact& chart) {
  const auto number = [](double value) { return std::isfinite(value) ? fmt::format("{}", value) : std::string(); };
  std::string text = csv_line({"series", "x", "y"});
  for (const ChartArtefact::Series& series : chart.series) {
    if (series.x.size() != series.y.size()) throw defect("chart", "a series has x and y of different lengths");
    std::string name = csv_line({series.name, ""});
    name.pop_back();  // the line break
    for (std::size_t i = 0; i < series.y.size(); ++i) {
      text += fmt::format("{}{},{}\n", name, number(series.x[i]), number(series.y[i]));
    }
  }
  return text;
}

}  // namespace galen
