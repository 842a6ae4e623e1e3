#include "galen/report/chart.h"

#include <fmt/format.h>

#include <cmath>

#include "galen/base/error.h"
#include "galen/io/dataset/csv.h"

namespace galen {

std::string chart_csv(const ChartArtefact& chart) {
  const auto number = [](double value) { return std::isfinite(value) ? fmt::format("{}", value) : std::string(); };
  std::string text = csv_line({"series", "x", "y"});
  for (const ChartArtefact::Series& series : chart.series) {
    if (series.x.size() != series.y.size()) throw defect("chart", "a series has x and y of different lengths");
    std::string name = csv_line({series.name, ""});
    name.pop_back();  // its line end
    for (std::size_t i = 0; i < series.y.size(); ++i) {
      text += fmt::format("{}{},{}\n", name, number(series.x[i]), number(series.y[i]));
    }
  }
  return text;
}

}  // namespace galen
