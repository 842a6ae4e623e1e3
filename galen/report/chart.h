#pragma once
// Curves, steps, clouds and bars as pictures and as tables.
#include <optional>
#include <string>
#include <string_view>

#include "galen/data/finding.h"
#include "galen/report/axis.h"

namespace galen {

struct ChartExtent {
  Extent x, y;
};
/// Of all its points; of all charts of its group where it has one.
ChartExtent extent_of(const Finding& finding, const ChartArtefact& chart);

struct ChartOptions {
  bool alone = true;                                 ///< a file of its own; else part of a page, which gives it colours
  std::optional<ChartExtent> extent = std::nullopt;  ///< what its axes show; nothing: its own points
};

/// A picture whose size does not grow with the points: lines keep the lowest and highest of each pixel's column, clouds
/// over 2000 points become shades of how many lie in a cell, and bars narrower than a pixel their lowest and highest.
/// Errors (defect): as chart_csv.
std::string chart_svg(const ChartArtefact& chart, std::string_view title, const ChartOptions& options = {});

/// All points: series, x, y. Missing: empty. Errors (defect): a series whose x and y differ in length.
std::string chart_csv(const ChartArtefact& chart);

}  // namespace galen
