#pragma once
// Some channels of a recording as a recording of their own.
#include <cstddef>
#include <vector>

#include "galen/data/signal.h"

namespace galen {

/// Only these channels, at their own rate (if their rates differ, the greatest of which all are multiples). The
/// signal's rate is lower if it also has slower channels. Samples are not copied. Errors (defect): none is chosen.
Signal chosen_channels(const Signal& signal, const std::vector<std::size_t>& chosen);

}  // namespace galen
