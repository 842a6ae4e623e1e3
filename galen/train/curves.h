#pragma once
// Line charts as inline SVG, coloured by curve_style() (classes c0..c7), light and dark alike.
#include <string>
#include <utility>
#include <vector>

namespace galen {

struct Curve {
  std::string name;
  std::vector<std::pair<double, double>> points;  ///< x ascending; those that are not finite are left out
};

/// A figure with title, axes with round ticks, a legend, and each curve's last value. Empty text without points.
std::string draw_curves(const std::string& title, const std::string& x_label, const std::vector<Curve>& curves);

}  // namespace galen
