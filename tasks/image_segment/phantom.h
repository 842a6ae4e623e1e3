#pragma once
#include "galen/data/case.h"
#include "tasks/image_segment/plan.h"

namespace galen::segment {

/// A synthetic image, for goldens: soft ellipsoids with noise, with the plan's patch and spacing.
Case phantom(const SegmentPlan& plan, std::uint64_t seed);

}  // namespace galen::segment
