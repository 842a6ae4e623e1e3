#pragma once
// Line, step, scatter and bar charts as pictures and as tables.
#include <optional>
#include <string>
#include <string_view>

#include "galen/data/finding.h"
#include "galen/report/axis.h"

namespace galen {

struct ChartExtent {
  Extent x, y;
};
/// The extent of the chart's points or, if it belongs to a group, of the points of all charts in the group.
ChartExtent extent_of(const Finding& finding, const ChartArtefact& chart);

struct ChartOptions {
  bool alone = true;  ///< a file of its own; else part of a page, whose style sheet sets the colours
  std::optional<ChartExtent> extent = std::nullopt;  ///< what the axes cover; empty: the chart's own points
};

/// A picture whose size does not grow with the number of points: lines keep the extremes of each pixel column, scatter
/// series of over 2000 points become cells shaded by their number of points, and bars narrower than a pixel are merged
/// into their extremes. Errors (defect): as chart_csv.
std::string chart_svg(const ChartArtefact& chart, std::string_view title, const ChartOptions& options = {});

/// All points: series, x, y. Missing values are empty. Errors (defect): a series whose x and y differ in length.
std::string chart_csv(const ChartArtefact& chart);

}  // namespace galen
