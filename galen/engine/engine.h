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

/// automatic is a user's word: engines are told what was decided.
enum class Precision { automatic, f32, bf16, f16, int8 };
std::string_view name_of(Precision precision);
/// Errors (usage): another word than auto, f32, bf16, f16, int8.
Precision precision_named(std::string_view name);

struct CompileOptions {
  std::map<std::string, Shape> shapes = {};  ///< of inputs that are not fixed in the graph
  Precision precision = Precision::f32;      ///< not automatic
  int threads = 0;                           ///< of a run; 0: thread_count()
  int runs = 1;                              ///< that go on at the same time; others wait
  std::vector<std::string> taps = {};        ///< values inside the graph that come out beside its outputs
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
  /// Inputs by name; outputs and taps by name, f32 unless the graph says an integer type.
  /// Errors: missing input, wrong shape or type.
  virtual std::map<std::string, Tensor> run(const std::map<std::string, Tensor>& inputs) const = 0;
  virtual Precision precision() const = 0;    ///< f32 where the processor lacks what was asked for
  virtual MemoryEstimate memory() const = 0;  ///< predicted
};

/// Compiles graphs. Equal graphs with equal options are compiled once and kept (bounded, least recently used goes).
class Engine {
 public:
  virtual ~Engine() = default;
  virtual std::shared_ptr<const Executable> compile(const Graph& graph, const CompileOptions& options) = 0;
  /// Errors: a graph with values whose shapes cannot be told before it runs.
  virtual MemoryEstimate predict_memory(const Graph& graph, const CompileOptions& options) const = 0;
  /// Those that the processor computes natively and any network can run in, f32 among them; the fastest first.
  virtual std::vector<Precision> native_precisions() const = 0;
  virtual std::string description() const = 0;  ///< "OpenVINO 2026.4.1, CPU"
  /// What was compiled and kept may be dropped: nobody will ask for it again. Those who hold an executable keep it.
  virtual void forget() {}
};

/// True where any float output holds NaN or an infinity.
bool has_non_finite(const std::map<std::string, Tensor>& outputs);

}  // namespace galen
