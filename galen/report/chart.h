#pragma once
// Curves, steps, clouds and bars as pictures and as tables.
#include <string>

#include "galen/data/finding.h"

namespace galen {

/// All points: series, x, y. Missing: empty. Errors (defect): a series whose x and y differ in length.
std::string chart_csv(const ChartArtefact& chart);

}  // namespace galen
