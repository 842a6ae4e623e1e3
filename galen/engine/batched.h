#pragma once
// One network asked by many threads for a row or a few: those that ask at about the same time are answered together.
#include <map>
#include <memory>

#include "galen/engine/engine.h"

namespace galen {

/// by_rows: one network, compiled for so many rows at once, which are the first extent of each input and output. run()
/// of what is returned takes 1 to the greatest number of rows, and gives as many; what a row gives does not depend on
/// the others, but for rounding. runs: at the same time; other calls wait. A run waits up to 5 ms for as many calls as
/// there lately were at once, since a row alone costs several times its share of a full run; a thread that asks alone
/// does not wait, but for some dozens of runs behind a crowd. memory() is that of all sizes together.
/// Errors of run(): those of the network, for all that it was to answer; inputs of different rows, too many rows, an
/// output that is not by rows.
std::shared_ptr<const Executable> batched(std::map<std::int64_t, std::shared_ptr<const Executable>> by_rows, int runs);

}  // namespace galen
