#pragma once
// The plot area of a chart: maps values to pixels.
#include <string>
#include <vector>

#include "galen/report/axis.h"
#include "galen/report/svg.h"

namespace galen {

inline constexpr double chart_scale = 10;  ///< path coordinates are in tenths of a pixel

/// The plot area, in pixels of the picture, and the values at its edges.
struct ChartFrame {
  double left = 0, top = 0, width = 0, height = 0;
  AxisRange x, y;

  /// The position of a point, in tenths of a pixel.
  Point at(double x_value, double y_value) const {
    return {chart_scale * (left + (x_value - x.low) / (x.high - x.low) * width),
            chart_scale * (top + (y.high - y_value) / (y.high - y.low) * height)};
  }
};

/// The look of a series. On a page the class (series-0...) sets the colour, in a standalone picture the attribute does.
struct SeriesLook {
  std::string name;  ///< CSS class
  std::string colour;
  std::string dash;  ///< dash pattern of lines; empty: solid
};

}  // namespace galen
