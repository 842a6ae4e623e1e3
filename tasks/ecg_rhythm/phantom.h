#pragma once
// ECGs made from a seed, without any patient's data: for goldens and tests.
#include <cstdint>
#include <string_view>
#include <vector>

#include "galen/data/signal.h"
#include "tasks/ecg_rhythm/truth.h"

namespace galen::ecg {

struct PhantomOptions {
  double rate_hz = 360;
  double per_minute = 72;
  double noise_mv = 0.01;
  std::size_t leads = 2;  ///< "II", "V1"
  std::uint64_t seed = 1;
};

/// Waves as Gaussian bumps (after McSharry et al., IEEE Trans. Biomed. Eng. 2003, without their dynamics).
struct Phantom {
  Signal signal;
  std::vector<TrueBeat> beats;
};
/// One beat for each letter: 'N'; 'S', early, with an early P wave; 'V', early, broad, without a P wave, and a pause
/// behind the last of them; '-', three seconds without a beat; '~', a second of ventricular flutter. The recording
/// begins a second before the first and ends two after the last.
Phantom phantom(std::string_view beats, const PhantomOptions& options = {});

}  // namespace galen::ecg
