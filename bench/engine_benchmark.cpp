#include "bench/engine_benchmark.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <openvino/openvino.hpp>

#include "bench/peak.h"
#include "bench/reference_unet.h"
#include "galen/base/threads.h"
#include "galen/engine/openvino/openvino.h"

namespace galen::bench {
namespace {

// Runs the network as a user would who follows OpenVINO's documentation and nothing else.
class BareOpenVino {
 public:
  BareOpenVino(const Bytes& onnx, int threads, Precision precision) {
    const std::string model(as_text(onnx));
    const ov::element::Type type = precision == Precision::bf16  ? ov::element::bf16
                                   : precision == Precision::f16 ? ov::element::f16
                                                                 : ov::element::f32;
    request_ = core_
                   .compile_model(core_.read_model(model, ov::Tensor()), "CPU", ov::num_streams(1),
                                  ov::inference_num_threads(threads), ov::hint::inference_precision(type))
                   .create_infer_request();
  }
  void run(const Tensor& image) {
    ov::Tensor input = request_.get_input_tensor();
    std::ranges::copy(image.values<float>(), input.data<float>());
    request_.infer();
  }
  std::span<const float> logits() {
    const ov::Tensor output = request_.get_tensor("logits");
    return {output.data<const float>(), output.get_size()};
  }

 private:
  ov::Core core_;
  ov::InferRequest request_;
};

Tensor noise(const Shape& shape) {
  Tensor image(Scalar::f32, shape);
  std::uint32_t state = 1;
  for (float& value : image.values<float>()) {
    state = state * 1664525u + 1013904223u;
    value = static_cast<float>(state >> 8) / 8388608.f - 1;
  }
  return image;
}

double greatest_difference(std::span<const float> a, std::span<const float> b) {
  double greatest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) greatest = std::max<double>(greatest, std::abs(a[i] - b[i]));
  return greatest;
}

void require_sound(const EngineBenchmark& options) {
  if (options.extent < 32 || options.extent % 32 != 0) {
    throw usage_error("benchmark", fmt::format("cannot run on an extent of {}", options.extent),
                      "give a multiple of 32");
  }
  if (options.rounds < 1) throw usage_error("benchmark", "needs at least one round");
}

Json metric(const Spread& spread) {
  return {{"value", spread.median}, {"low", spread.low}, {"high", spread.high}, {"n", spread.n}};
}

}  // namespace

EngineBenchmarkResult run_engine_benchmark(const EngineBenchmark& options, Progress& progress) {
  require_sound(options);
  EngineBenchmarkResult result;
  result.threads = options.threads > 0 ? options.threads : thread_count();
  result.machine = processor();
  result.network = fmt::format("3D U-Net, 32 to 320 features, 6 stages, {0} x {0} x {0}", options.extent);

  const Shape shape{1, 1, options.extent, options.extent, options.extent};
  Graph graph = unet_graph(reference_unet(), {shape.begin() + 2, shape.end()}, 0);
  fix_input(graph, "image", shape);
  result.flops = cost_of(graph).flops;
  result.peak_flops = measured_peak_flops(result.threads);

  const auto engine = openvino_engine();
  result.engine = engine->description();
  std::shared_ptr<const Executable> galen;
  result.start =
      seconds_of([&] { galen = engine->compile(graph, {.precision = options.precision, .threads = result.threads}); });
  result.precision = galen->precision();
  result.predicted = galen->memory();
  BareOpenVino bare(write_onnx(graph), result.threads, result.precision);

  const Tensor image = noise(shape);
  std::map<std::string, Tensor> outputs;
  std::vector<double> galen_times, bare_times, ratios;
  progress.begin("benchmark", static_cast<std::uint64_t>(options.rounds) + 1, "rounds");
  for (int round = 0; round <= options.rounds; ++round) {
    check_stop();
    double galen_time = 0, bare_time = 0;
    const auto run_galen = [&] { galen_time = seconds_of([&] { outputs = galen->run({{"image", image}}); }); };
    const auto run_bare = [&] { bare_time = seconds_of([&] { bare.run(image); }); };
    if (round % 2 == 0) run_galen();
    run_bare();
    if (round % 2 == 1) run_galen();
    progress.advance(static_cast<std::uint64_t>(round) + 1);
    if (round == 0) continue;  // first touches of memory
    galen_times.push_back(galen_time);
    bare_times.push_back(bare_time);
    ratios.push_back(galen_time / bare_time);
  }
  progress.end();
  result.galen = spread_of(galen_times);
  result.bare = spread_of(bare_times);
  result.overhead = spread_of(ratios);
  result.greatest_difference = greatest_difference(outputs.at("logits").values<float>(), bare.logits());
  return result;
}

std::string to_text(const EngineBenchmarkResult& r) {
  const auto seconds = [](const Spread& s) {
    return fmt::format("{:.3f} s ({:.3f} to {:.3f})", s.median, s.low, s.high);
  };
  std::string text = fmt::format(
      "{}\n{}, {} threads, {}\n{}: {:.0f} GFLOP a run\n"
      "  Galen            {}  {:.0f} GFLOP/s\n  OpenVINO itself  {}\n"
      "  Galen / OpenVINO {:.3f} ({:.3f} to {:.3f}), {} rounds in turns, medians (least to greatest)\n"
      "  start            {:.2f} s from graph to ready\n  memory           {} predicted\n",
      r.machine, r.engine, r.threads, name_of(r.precision), r.network, r.flops / 1e9, seconds(r.galen),
      r.flops / r.galen.median / 1e9, seconds(r.bare), r.overhead.median, r.overhead.low, r.overhead.high, r.overhead.n,
      r.start, memory_text(r.predicted.total()));
  if (r.peak_flops > 0 && r.precision == Precision::f32) {
    text += fmt::format("  arithmetic floor {:.3f} s at the measured peak of {:.0f} GFLOP/s\n", r.flops / r.peak_flops,
                        r.peak_flops / 1e9);
  }
  return text;
}

Json to_json(const EngineBenchmarkResult& r) {
  const auto single = [](double value) { return Json{{"value", value}, {"low", value}, {"high", value}, {"n", 1}}; };
  Json metrics{{"engine.seconds", metric(r.galen)},
               {"engine.bare_seconds", metric(r.bare)},
               {"engine.overhead", metric(r.overhead)},
               {"engine.start_seconds", single(r.start)},
               {"engine.gflops_per_second", single(r.flops / r.galen.median / 1e9)},
               {"engine.predicted_bytes", single(static_cast<double>(r.predicted.total()))},
               {"engine.greatest_difference", single(r.greatest_difference)}};
  if (r.peak_flops > 0) metrics["machine.peak_gflops_per_second"] = single(r.peak_flops / 1e9);
  return {{"metrics", metrics},
          {"network", r.network},
          {"gflop", r.flops / 1e9},
          {"machine", r.machine},
          {"engine", r.engine},
          {"threads", r.threads},
          {"precision", name_of(r.precision)},
          {"spread", "low and high are the least and the greatest of n interleaved runs"}};
}

}  // namespace galen::bench
