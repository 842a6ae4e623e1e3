// Galen's side of bench/compare.py: engine_worker [extent [threads [f32|bf16]]].
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

#include "bench/reference_unet.h"
#include "bench/worker.h"
#include "galen/base/threads.h"
#include "galen/engine/openvino/openvino.h"

int main(int argc, char** argv) {
  using namespace galen;
  set_memory_policy();
  try {
    const std::int64_t extent = argc > 1 ? std::atol(argv[1]) : bench::reference_extent;
    if (argc > 2) set_thread_count(std::atoi(argv[2]));
    const Shape shape{1, 1, extent, extent, extent};
    const Precision precision = argc > 3 ? precision_named(argv[3]) : Precision::f32;
    const Graph graph = unet_graph(bench::reference_unet(), {shape.begin() + 2, shape.end()}, 0);
    const auto engine = openvino_engine();
    const auto network = engine->compile(graph, {.shapes = {{"image", shape}}, .precision = precision});
    const std::map<std::string, Tensor> inputs{{"image", Tensor(Scalar::f32, shape)}};
    bench::serve_runs(
        fmt::format("Galen on {}, {} threads, {}", engine->description(), thread_count(), name_of(precision)),
        [&] { network->run(inputs); });
    return 0;
  } catch (const Error& error) {
    std::fputs(error.what(), stderr);
    return error.exit_status();
  }
}
