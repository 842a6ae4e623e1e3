#pragma once
// Whether a case is like those that the networks were trained on.
#include <optional>
#include <string>
#include <vector>

#include "galen/bundle/bundle.h"
#include "galen/prep/image.h"
#include "galen/trust/reference.h"
#include "tasks/image_segment/plan.h"

namespace galen::segment {

/// Statistics of a prepared image: quantiles of its normalised intensities, roughness, and the extents in mm.
std::vector<double> statistics_of(const Image& prepared);

/// The profile of the training cases for one network; an empty object if there are too few patients for a profile.
Json profile_of(const std::vector<ReferenceCase>& cases);

/// The distance to each member's training cases, mean over members; NaN if a profile is missing.
double distance_from_training(const Bundle& bundle, const Image& prepared,
                              const std::vector<std::vector<float>>& embeddings);

/// A warning if that distance exceeds those of all but the declared share of cases not trained on (conformal anomaly
/// detection: Laxhammar 2014).
std::optional<std::string> unlike_training(const Bundle& bundle, double distance);

/// A warning if the image covers far more or far less than the training images.
std::optional<std::string> outside_extent(const Grid& grid, const SegmentPlan& plan);

}  // namespace galen::segment
