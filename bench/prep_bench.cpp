// How long preparation takes compared with a training step: one 40 x 56 x 40 patch, and the resampling of a head CT.
#include <benchmark/benchmark.h>

#include <algorithm>

#include "galen/base/threads.h"
#include "galen/prep/augment.h"
#include "galen/prep/resample.h"

namespace galen {
namespace {

Sample random_case(const Index3& size, int channels = 1) {
  Sample out{blank_image(Grid{.size = size}, channels), blank_labels(Grid{.size = size})};
  Random random(1, 0, 0, "bench");
  for (float& v : out.image.values) v = static_cast<float>(random.normal());
  for (std::int64_t i = 0; i < out.image.grid.voxel_count(); ++i) {
    const bool inside = std::abs(i % size[0] - size[0] / 2) < size[0] / 4;
    out.labels.values[static_cast<std::size_t>(i)] = inside ? 1 : 0;
  }
  return out;
}

// Makes one draw certain and the others impossible; nullptr: makes all certain.
Augmentation certain(Draw Augmentation::* only) {
  Augmentation out;
  for (Draw Augmentation::* draw : {&Augmentation::rotation, &Augmentation::scaling, &Augmentation::elastic,
                                    &Augmentation::noise, &Augmentation::blur, &Augmentation::brightness,
                                    &Augmentation::shift, &Augmentation::contrast, &Augmentation::low_resolution,
                                    &Augmentation::bias_field, &Augmentation::inverted_gamma, &Augmentation::gamma}) {
    (out.*draw).probability = only == nullptr || draw == only ? 1 : 0;
  }
  return out;
}

void augment_with(benchmark::State& state, const Augmentation& augmentation) {
  set_thread_count(1);
  const Sample whole = random_case({48, 64, 48});
  const Box patch{{4, 4, 4}, {40, 56, 40}};
  std::uint64_t item = 0;
  for (auto _ : state) {
    Random random(1, 0, item++, "augment");
    benchmark::DoNotOptimize(augmented(whole.image, whole.labels, patch, augmentation, random));
  }
}

void augment_all(benchmark::State& state) {
  augment_with(state, certain(nullptr));
}
void augment_all_linear(benchmark::State& state) {
  Augmentation augmentation = certain(nullptr);
  augmentation.cubic = false;
  augment_with(state, augmentation);
}
void augment_defaults(benchmark::State& state) {
  augment_with(state, {});
}
void augment_rotation(benchmark::State& state) {
  augment_with(state, certain(&Augmentation::rotation));
}
void augment_elastic(benchmark::State& state) {
  augment_with(state, certain(&Augmentation::elastic));
}
void augment_noise(benchmark::State& state) {
  augment_with(state, certain(&Augmentation::noise));
}
void augment_blur(benchmark::State& state) {
  augment_with(state, certain(&Augmentation::blur));
}
void augment_low_resolution(benchmark::State& state) {
  augment_with(state, certain(&Augmentation::low_resolution));
}
void augment_bias_field(benchmark::State& state) {
  augment_with(state, certain(&Augmentation::bias_field));
}
void augment_gamma(benchmark::State& state) {
  augment_with(state, certain(&Augmentation::gamma));
}
BENCHMARK(augment_all)->Unit(benchmark::kMillisecond);
BENCHMARK(augment_all_linear)->Unit(benchmark::kMillisecond);
BENCHMARK(augment_defaults)->Unit(benchmark::kMillisecond);
BENCHMARK(augment_rotation)->Unit(benchmark::kMillisecond);
BENCHMARK(augment_elastic)->Unit(benchmark::kMillisecond);
BENCHMARK(augment_noise)->Unit(benchmark::kMillisecond);
BENCHMARK(augment_blur)->Unit(benchmark::kMillisecond);
BENCHMARK(augment_low_resolution)->Unit(benchmark::kMillisecond);
BENCHMARK(augment_bias_field)->Unit(benchmark::kMillisecond);
BENCHMARK(augment_gamma)->Unit(benchmark::kMillisecond);

void resample_cubic(benchmark::State& state) {
  set_thread_count(0);
  const Image image = random_case({256, 256, 128}).image;
  const Grid target = grid_with_spacing(image.grid, {1.2, 1.2, 0.9});
  for (auto _ : state) benchmark::DoNotOptimize(resampled(image, target, Interpolation::cubic));
}
void resample_labels(benchmark::State& state) {
  set_thread_count(0);
  const Labels labels = random_case({256, 256, 128}).labels;
  const Grid target = grid_with_spacing(labels.grid, {1.2, 1.2, 0.9});
  for (auto _ : state) benchmark::DoNotOptimize(resampled(labels, target));
}
void argmax_four_classes(benchmark::State& state) {
  set_thread_count(0);
  const Image scores = random_case({128, 128, 64}, 4).image;
  const Grid target = grid_with_spacing(scores.grid, {0.5, 0.5, 0.5});
  for (auto _ : state) benchmark::DoNotOptimize(argmax_resampled(scores, target));
}
BENCHMARK(resample_cubic)->Unit(benchmark::kMillisecond);
BENCHMARK(resample_labels)->Unit(benchmark::kMillisecond);
BENCHMARK(argmax_four_classes)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace galen

BENCHMARK_MAIN();
