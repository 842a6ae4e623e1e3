#pragma once
#include "galen/data/case.h"
#include "tasks/image_segment/plan.h"

namespace galen::segment {

/// An image of nobody, for goldens: soft ellipsoids on noise, of the plan's patch and spacing.
Case phantom(const SegmentPlan& plan, std::uint64_t seed);

}  // namespace galen::segment
