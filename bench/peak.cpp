#include "bench/peak.h"

#include <immintrin.h>

#include <algorithm>
#include <barrier>
#include <chrono>
#include <thread>
#include <vector>

namespace galen::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int accumulators = 12;  // latency of 4 to 5 cycles times 2 units, and some to spare
constexpr long steps = 4'000'000;

// The sum is returned so that the compiler keeps the loop.
[[gnu::target("avx2,fma")]] float multiply_add_avx2() {
  __m256 sums[accumulators];
  for (__m256& sum : sums) sum = _mm256_set1_ps(1);
  const __m256 factor = _mm256_set1_ps(0.999f), term = _mm256_set1_ps(0.001f);
  for (long step = 0; step < steps; ++step) {
    for (__m256& sum : sums) sum = _mm256_fmadd_ps(sum, factor, term);
  }
  __m256 total = sums[0];
  for (int i = 1; i < accumulators; ++i) total = _mm256_add_ps(total, sums[i]);
  return _mm256_cvtss_f32(total);
}

[[gnu::target("avx512f")]] float multiply_add_avx512() {
  __m512 sums[accumulators];
  for (__m512& sum : sums) sum = _mm512_set1_ps(1);
  const __m512 factor = _mm512_set1_ps(0.999f), term = _mm512_set1_ps(0.001f);
  for (long step = 0; step < steps; ++step) {
    for (__m512& sum : sums) sum = _mm512_fmadd_ps(sum, factor, term);
  }
  __m512 total = sums[0];
  for (int i = 1; i < accumulators; ++i) total = _mm512_add_ps(total, sums[i]);
  return _mm512_cvtss_f32(total);
}

}  // namespace

double measured_peak_flops(int threads) {
  const bool wide = __builtin_cpu_supports("avx512f");
  if (!wide && !(__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))) return 0;
  const auto work = wide ? multiply_add_avx512 : multiply_add_avx2;
  const double operations = 2.0 * accumulators * static_cast<double>(steps) * (wide ? 16 : 8) * threads;

  double best = 0;
  for (int attempt = 0; attempt < 7; ++attempt) {
    // Each worker reads the clock: a separate thread would begin to count only when it gets a processor again.
    struct Run {
      Clock::time_point begin, end;
      float result = 0;
    };
    std::barrier start(threads);
    std::vector<Run> runs(static_cast<std::size_t>(threads));
    std::vector<std::jthread> workers;
    for (Run& run : runs) {
      workers.emplace_back([&] {
        start.arrive_and_wait();
        run.begin = Clock::now();
        run.result = work();
        run.end = Clock::now();
      });
    }
    workers.clear();
    const auto begin = std::ranges::min(runs, {}, &Run::begin).begin, end = std::ranges::max(runs, {}, &Run::end).end;
    best = std::max(best, operations / std::chrono::duration<double>(end - begin).count());
  }
  return best;
}

}  // namespace galen::bench
