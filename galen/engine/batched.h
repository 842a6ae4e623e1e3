#pragma once
// One network for many threads that each need one or a few rows: calls at about the same time are answered together.
#include <map>
#include <memory>

#include "galen/engine/engine.h"

namespace galen {

/// by_rows: one network, compiled for each of these numbers of rows (batch sizes), the first extent of every input and
/// output. run() of the result takes from 1 to the largest number of rows and returns as many; apart from rounding, the
/// output for a row does not depend on the others. runs: how many run at the same time; other calls wait. A run waits
/// up to 5 ms for as many calls as there were recently at once, since a single row costs several times its share of a
/// full run; a thread that calls alone does not wait, except for a few dozen runs after several calls at once. memory()
/// is the sum over all sizes.
/// Errors of run(): those of the network, for every call that the run was to answer; inputs with different numbers of
/// rows, too many rows, an output whose first extent is not the number of rows.
std::shared_ptr<const Executable> batched(std::map<std::int64_t, std::shared_ptr<const Executable>> by_rows, int runs);

}  // namespace galen
