#pragma once
// How a class's mask is tidied, where held-out patients showed a gain.
#include <array>

#include "galen/base/json.h"
#include "galen/prep/image.h"

namespace galen::segment {

struct CleanUp {
  bool largest_component = false;  ///< other parts of the class become background
  bool fill_holes = false;         ///< background enclosed by the class joins it; done after the above
  friend bool operator==(const CleanUp&, const CleanUp&) = default;
};

/// The combinations tried on held-out patients.
inline constexpr std::array<CleanUp, 3> clean_ups{CleanUp{true, false}, CleanUp{false, true}, CleanUp{true, true}};

Labels cleaned(const Labels& labels, int class_value, const CleanUp& clean_up);

Json to_json(const CleanUp& clean_up);
CleanUp clean_up_from_json(const JsonView& json);

}  // namespace galen::segment
