#pragma once
// Synthetic strips made from a seed, without any patient's data, for goldens and tests.
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "galen/data/signal.h"
#include "tasks/signal_classify/channels.h"

namespace galen::classify {

enum class Rhythm { regular, irregular, fast_and_broad };

struct PhantomOptions {
  Rhythm rhythm = Rhythm::regular;
  double seconds = 20, rate_hz = 250, per_minute = 70;
  double noise_mv = 0.01;
  bool inverted = false;
  std::uint64_t seed = 1;
};

/// One channel for each kind: waves as Gaussian bumps (after McSharry et al., IEEE Trans. Biomed. Eng. 2003, without
/// their dynamics); irregular: no P wave, intervals drawn uniformly from 0.5 to 1.5 times the mean;
/// fast_and_broad: the first 40 % regular, then broad complexes at 180 a minute, and the pulse almost vanishes.
Signal phantom(const std::vector<Kind>& channels, const PhantomOptions& options = {});

std::map<std::string, PhantomOptions> golden_phantoms();

}  // namespace galen::classify
