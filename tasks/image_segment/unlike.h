#pragma once
// Is this case like those that the networks were trained on?
#include <optional>
#include <string>
#include <vector>

#include "galen/bundle/bundle.h"
#include "galen/prep/image.h"
#include "galen/trust/reference.h"
#include "tasks/image_segment/plan.h"

namespace galen::segment {

/// Of a prepared image: quantiles of its normalised intensities, roughness, and the extents in mm.
std::vector<double> statistics_of(const Image& prepared);

/// A profile of training cases, for one network; an empty object for fewer patients than a profile needs.
Json profile_of(const std::vector<ReferenceCase>& cases);

/// Mean over the members of the distance to each one's training cases; NaN where no profile is kept.
double distance_from_training(const Bundle& bundle, const Image& prepared,
                              const std::vector<std::vector<float>>& embeddings);

/// A sentence when that distance is greater than those of all but the declared share of cases that were not trained on
/// (conformal anomaly detection: Laxhammar 2014).
std::optional<std::string> unlike_training(const Bundle& bundle, double distance);

/// A sentence when the image covers far more or far less than those of the training data.
std::optional<std::string> outside_extent(const Grid& grid, const SegmentPlan& plan);

}  // namespace galen::segment
