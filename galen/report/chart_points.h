#pragma once
// The points of a chart as SVG.
#include <string>

#include "galen/data/finding.h"
#include "galen/report/chart_frame.h"

namespace galen {

std::string line_svg(const ChartFrame& frame, const ChartArtefact::Series& series, const SeriesLook& look, bool steps);

/// Series of up to this many points are drawn as dots, longer ones as shaded cells.
inline constexpr std::size_t most_dots = 2000;
std::string scatter_svg(const ChartFrame& frame, const ChartArtefact::Series& series, const SeriesLook& look);

/// The bars of series `index`; those of all series stand side by side at each x.
std::string bars_svg(const ChartFrame& frame, const ChartArtefact& chart, std::size_t index, const SeriesLook& look);

}  // namespace galen
