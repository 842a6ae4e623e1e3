#pragma once
// The interface of everything that runs a graph forward.
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "galen/base/tensor.h"
#include "galen/graph/graph.h"

namespace galen {

/// automatic is for users: engines are given the precision that was chosen.
enum class Precision { automatic, f32, bf16, f16, int8 };
std::string_view name_of(Precision precision);
/// Errors (usage): any name but auto, f32, bf16, f16, int8.
Precision precision_named(std::string_view name);

struct CompileOptions {
  std::map<std::string, Shape> shapes = {};  ///< of inputs whose shape is not fixed in the graph
  Precision precision = Precision::f32;      ///< not automatic
  int threads = 0;                           ///< per run; 0: thread_count()
  int runs = 1;                              ///< at the same time; further calls wait
  std::vector<std::string> taps = {};        ///< inner values returned in addition to the outputs
};

/// Bytes that a compiled network needs, beyond the program itself.
struct MemoryEstimate {
  std::uint64_t weights = 0, activations = 0;
  std::uint64_t total() const { return weights + activations; }
};

/// A network ready to run; safe to run from several threads at once.
class Executable {
 public:
  virtual ~Executable() = default;
  /// Takes inputs by name; returns outputs and taps by name, f32 unless the graph gives them an integer type.
  /// Errors: missing input, wrong shape or type.
  virtual std::map<std::string, Tensor> run(const std::map<std::string, Tensor>& inputs) const = 0;
  virtual Precision precision() const = 0;    ///< f32 if the processor lacks the requested one
  virtual MemoryEstimate memory() const = 0;  ///< predicted
};

/// Compiles graphs. Equal graphs with equal options are compiled once and kept (a bounded number; the least recently
/// used is dropped).
class Engine {
 public:
  virtual ~Engine() = default;
  virtual std::shared_ptr<const Executable> compile(const Graph& graph, const CompileOptions& options) = 0;
  /// Errors: a graph with values whose shapes cannot be inferred before it runs.
  virtual MemoryEstimate predict_memory(const Graph& graph, const CompileOptions& options) const = 0;
  /// Those that the processor computes natively and every network can run in, including f32; fastest first.
  virtual std::vector<Precision> native_precisions() const = 0;
  virtual std::string description() const = 0;  ///< "OpenVINO 2026.4.1, CPU"
  /// Allows the engine to drop the compiled networks that it keeps: they will not be requested again. Executables in
  /// use remain valid.
  virtual void forget() {}
};

/// True if any float output holds NaN or an infinity.
bool has_non_finite(const std::map<std::string, Tensor>& outputs);

}  // namespace galen
