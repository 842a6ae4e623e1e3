#include "tasks/image_segment/task.h"

#include "tasks/image_segment/phantom.h"
#include "tasks/image_segment/plan.h"

namespace galen {

std::unique_ptr<const Task> image_segment() {
  return std::make_unique<segment::ImageSegment>();
}

namespace segment {

const TaskInfo& ImageSegment::info() const {
  static const TaskInfo info = {"image_segment",
                                1,
                                "Outline structures in a 3D image and measure them",
                                {{"image", "volume", "CT, MRI or another 3D image", "", true}},
                                {{"mask", "volume", "The class of every voxel, on the image's grid", "", true}},
                                false,
                                true};
  return info;
}

std::map<std::string, Case> ImageSegment::goldens(const Bundle& bundle) const {
  return {{"phantom", phantom(plan_from_bundle(bundle), bundle.recipe.value("seed", 1))}};
}

}  // namespace segment
}  // namespace galen
