#pragma once
// The protocol of a timed program that takes turns with others: it says "ready", then answers each line with the
// seconds of one run, until its input ends.
#include <iostream>
#include <string>

#include "bench/spread.h"

namespace galen::bench {

/// about: one line on versions and settings, printed first.
template <class F>
void serve_runs(const std::string& about, F&& run) {
  run();  // not counted: first touches of memory
  std::cout << about << "\nready" << std::endl;
  for (std::string line; std::getline(std::cin, line);) std::cout << seconds_of(run) << std::endl;
}

}  // namespace galen::bench
