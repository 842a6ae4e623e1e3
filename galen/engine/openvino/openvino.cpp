#include "galen/engine/openvino/openvino.h"

#include <fmt/format.h>

#include <algorithm>
#include <istream>
#include <openvino/core/version.hpp>
#include <openvino/frontend/manager.hpp>
#include <openvino/runtime/core.hpp>
#include <openvino/runtime/properties.hpp>
#include <utility>

#include "galen/base/threads.h"
#include "galen/engine/openvino/byte_source.h"
#include "galen/engine/openvino/disk_cache.h"
#include "galen/engine/openvino/executable.h"
#include "galen/engine/openvino/kept.h"
#include "galen/engine/openvino/memory.h"
#include "galen/engine/openvino/message.h"
#include "galen/engine/openvino/specialise.h"

namespace galen {
namespace openvino {
namespace {

template <class F>
auto starting(F&& f) {
  try {
    return std::forward<F>(f)();
  } catch (const std::exception& failure) {
    throw error_of(failure.what(), "OpenVINO", "does not start");
  }
}

class OpenVinoEngine : public Engine {
 public:
  OpenVinoEngine(const fs::path& cache_folder, std::size_t max_kept)
      : core_(starting([] { return ov::Core(); })),
        capabilities_(starting([&] { return core_.get_property("CPU", ov::device::capabilities); })),
        cache_(cache_folder),
        kept_(max_kept) {}

  std::shared_ptr<const Executable> compile(const Graph& graph, const CompileOptions& options) override {
    const Graph special = specialise(graph, options);
    const Precision precision = precision_taken(graph, options.precision);
    const int threads = options.threads > 0 ? options.threads : thread_count();
    const int runs = std::max(1, options.runs);
    const std::string key = fmt::format("{} {} {} {}", digest(special), name_of(precision), threads, runs);
    return kept_.get(key, [&] { return compile(special, key, precision, threads, runs); });
  }

  MemoryEstimate predict_memory(const Graph& graph, const CompileOptions& options) const override {
    return estimate_memory(specialise(graph, options), rest_of(precision_taken(graph, options.precision)));
  }

  std::vector<Precision> native_precisions() const override {
    if (!has_native_bf16() || !can("BF16")) return {Precision::f32};
    if (!has_fast_bf16()) return {Precision::f32, Precision::bf16};
    return {Precision::bf16, Precision::f32};
  }

  std::string description() const override {
    const std::string build = ov::get_openvino_version().buildNumber;  // "2026.4.1-22982-..."
    return fmt::format("OpenVINO {}, CPU", build.substr(0, build.find('-')));
  }

  void forget() override { kept_.clear(); }

 private:
  bool can(const char* capability) const { return std::ranges::find(capabilities_, capability) != capabilities_.end(); }

  Precision precision_taken(const Graph& graph, Precision wanted) const {
    switch (wanted) {
      case Precision::automatic:
        throw defect(label_of(graph), "is to be compiled in a precision that was not decided");
      case Precision::bf16:
        return can("BF16") ? Precision::bf16 : Precision::f32;
      case Precision::f16:
        return can("FP16") ? Precision::f16 : Precision::f32;
      case Precision::f32:
        return Precision::f32;
      case Precision::int8:
        break;
    }
    if (!is_quantised(graph)) {
      throw usage_error(label_of(graph), "is not quantised, so it cannot run in int8", "use auto, f32, bf16 or f16");
    }
    return Precision::int8;
  }

  // The parts of a quantised network that are not int8 run in the fastest native precision.
  Precision rest_of(Precision precision) const {
    return precision == Precision::int8 ? native_precisions().front() : precision;
  }

  static ov::element::Type element_of(Precision precision) {
    return precision == Precision::bf16  ? ov::element::bf16
           : precision == Precision::f16 ? ov::element::f16
                                         : ov::element::f32;
  }

  std::shared_ptr<ov::Model> convert(const Graph& graph) const {
    Bytes bytes = write_onnx(graph);
    ByteSource source(bytes);
    std::istream stream(&source);
    ov::frontend::FrontEndManager manager;
    const auto frontend = manager.load_by_framework("onnx");
    return frontend->convert(frontend->load(static_cast<std::istream*>(&stream)));
  }

  // May fail: OpenVINO also runs operators whose shapes our own checker cannot infer.
  static std::variant<MemoryEstimate, Error> memory_of(const Graph& graph, Precision precision) {
    try {
      return estimate_memory(graph, precision);
    } catch (const Error& unknown) {
      return unknown;
    }
  }

  std::shared_ptr<const Executable> compile(const Graph& graph, const std::string& key, Precision precision,
                                            int threads, int runs) {
    // No pinning: several networks in one process would be pinned to the same cores.
    const ov::AnyMap how{ov::num_streams(runs), ov::inference_num_threads(runs * threads),
                         ov::hint::enable_cpu_pinning(false), ov::hint::enable_hyper_threading(true),
                         ov::hint::inference_precision(element_of(rest_of(precision)))};
    try {
      const ov::CompiledModel model = cache_.get(
          fmt::format("{} {} {}", key, ov::get_openvino_version().buildNumber, processor()),
          [&](std::istream& stream) { return core_.import_model(stream, "CPU", how); },
          [&] { return core_.compile_model(convert(graph), "CPU", how); });
      return openvino_executable(
          model, {label_of(graph), graph.inputs, graph.outputs, precision, memory_of(graph, rest_of(precision))});
    } catch (const Error&) {
      throw;
    } catch (const std::exception& failure) {
      throw error_of(failure.what(), label_of(graph), "cannot be compiled");
    }
  }

  ov::Core core_;
  std::vector<std::string> capabilities_;
  DiskCache cache_;
  Kept kept_;
};

}  // namespace
}  // namespace openvino

std::unique_ptr<Engine> openvino_engine(const fs::path& cache_folder, std::size_t max_kept) {
  return std::make_unique<openvino::OpenVinoEngine>(cache_folder, max_kept);
}

}  // namespace galen
