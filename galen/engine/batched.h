#pragma once
// One network asked by many threads for a row or a few: who waits while it runs is answered by the next run, together.
#include <map>
#include <memory>

#include "galen/engine/engine.h"

namespace galen {

/// by_rows: one network, compiled for so many rows at once, which are the first extent of each input and output. run()
/// of what is returned takes 1 to the greatest number of rows, and gives as many; what a row gives does not depend on
/// the others, but for rounding. runs: at the same time; other calls wait. memory() is that of all sizes together.
/// Errors of run(): those of the network, for all that it was to answer; inputs of different rows, too many rows.
std::shared_ptr<const Executable> batched(std::map<std::int64_t, std::shared_ptr<const Executable>> by_rows, int runs);

}  // namespace galen
