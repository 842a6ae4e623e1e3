#pragma once
// Synthetic ECGs, generated from a seed without any patient's data, for goldens and tests.
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

/// Waves are Gaussian bumps (after McSharry et al., IEEE Trans. Biomed. Eng. 2003, without their dynamics).
struct Phantom {
  Signal signal;
  std::vector<TrueBeat> beats;
};
/// One beat per letter: 'N'; 'S', early, with an early P wave; 'V', early, broad, without a P wave, and with a pause
/// after the last in a row; '-', three seconds without a beat; '~', one second of ventricular flutter. The recording
/// begins one second before the first and ends two seconds after the last.
Phantom phantom(std::string_view beats, const PhantomOptions& options = {});

}  // namespace galen::ecg
