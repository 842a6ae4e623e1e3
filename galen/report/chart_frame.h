#pragma once
// The space of a chart: from values to pixels.
#include <string>
#include <vector>

#include "galen/report/axis.h"
#include "galen/report/svg.h"

namespace galen {

inline constexpr double chart_scale = 10;  ///< paths are in tenths of a pixel

/// The rectangle that the points lie in, in pixels of the picture, and the values at its edges.
struct ChartFrame {
  double left = 0, top = 0, width = 0, height = 0;
  AxisRange x, y;

  /// In tenths of a pixel.
  Point at(double x_value, double y_value) const {
    return {chart_scale * (left + (x_value - x.low) / (x.high - x.low) * width),
            chart_scale * (top + (y.high - y_value) / (y.high - y.low) * height)};
  }
};

/// What a series looks like. The colour is a class of the page (series-0...) and an attribute of a picture alone.
struct SeriesLook {
  std::string name;  ///< of the class
  std::string colour;
  std::string dash;  ///< of lines; empty: none
};

}  // namespace galen
