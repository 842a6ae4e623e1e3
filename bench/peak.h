#pragma once

namespace galen::bench {

/// Multiply-adds in f32 (each counted as two operations) per second that the processor does at best on so many threads:
/// measured with independent fused multiply-adds in registers, the best of several tries. 0 where the processor has no
/// AVX2.
double measured_peak_flops(int threads);

}  // namespace galen::bench
