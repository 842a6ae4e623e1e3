#include "tasks/image_segment/clean_up.h"

#include "galen/prep/components.h"

namespace galen::segment {

Labels cleaned(const Labels& labels, int class_value, const CleanUp& clean_up) {
  Labels out = clean_up.largest_component ? largest_component(labels, class_value) : labels;
  return clean_up.fill_holes ? fill_holes(out, class_value) : out;
}

Json to_json(const CleanUp& clean_up) {
  return {{"largest_component", clean_up.largest_component}, {"fill_holes", clean_up.fill_holes}};
}

CleanUp clean_up_from_json(const JsonView& json) {
  return {json.get<bool>("largest_component", false), json.get<bool>("fill_holes", false)};
}

}  // namespace galen::segment
