#pragma once
// Some channels of a recording as a recording of their own.
#include <cstddef>
#include <vector>

#include "galen/data/signal.h"

namespace galen {

/// These channels alone, at their own rate (where they have several, at the greatest of which all are multiples): slow
/// channels beside them make a signal's rate less. Samples stay where they are. Errors (defect): none is chosen.
Signal chosen_channels(const Signal& signal, const std::vector<std::size_t>& chosen);

}  // namespace galen
