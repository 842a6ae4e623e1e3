#pragma once
// The points of a chart as SVG.
#include <string>

#include "galen/data/finding.h"
#include "galen/report/chart_frame.h"

namespace galen {

std::string line_svg(const ChartFrame& frame, const ChartArtefact::Series& series, const SeriesLook& look, bool steps);

/// At most this many points of a series are drawn as dots; more become shades of cells.
inline constexpr std::size_t most_dots = 2000;
std::string scatter_svg(const ChartFrame& frame, const ChartArtefact::Series& series, const SeriesLook& look);

/// Bar number `index` of `count` beside each other at each x.
std::string bars_svg(const ChartFrame& frame, const ChartArtefact& chart, std::size_t index, const SeriesLook& look);

}  // namespace galen
