#pragma once

namespace galen::bench {

/// The processor's peak rate of f32 operations per second on this many threads, a multiply-add counting as two:
/// measured with independent fused multiply-adds in registers, the best of several tries. 0 if the processor has no
/// AVX2.
double measured_peak_flops(int threads);

}  // namespace galen::bench
