#pragma once
// Is this case like those that the networks were trained on?
#include <optional>
#include <string>
#include <vector>

#include "galen/bundle/bundle.h"
#include "tasks/image_segment/plan.h"

namespace galen::segment {

/// Mean over the members of the feature distance to each one's training cases; NaN where no profile is kept.
double distance_from_training(const Bundle& bundle, const std::vector<std::vector<float>>& embeddings);

/// A sentence when the distance is greater than that of all but the declared share of cases that were not trained on.
std::optional<std::string> unlike_training(const Bundle& bundle, const std::vector<std::vector<float>>& embeddings);

/// A sentence when the image covers far more or far less than those of the training data.
std::optional<std::string> outside_extent(const Grid& grid, const SegmentPlan& plan);

}  // namespace galen::segment
