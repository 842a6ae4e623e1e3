#pragma once
// Compares Galen's engine with OpenVINO's bare API: same network, precision and threads, runs interleaved.
#include <string>

#include "bench/spread.h"
#include "galen/base/json.h"
#include "galen/base/progress.h"
#include "galen/engine/engine.h"

namespace galen::bench {

struct EngineBenchmark {
  std::int64_t extent = 128;  ///< of the image, per axis; a multiple of 32
  int rounds = 5;             ///< counted runs of each side, after one that is not counted
  int threads = 0;            ///< 0: thread_count()
  Precision precision = Precision::f32;
};

struct EngineBenchmarkResult {
  std::string machine, engine, network;
  Precision precision = Precision::f32;  ///< that was used
  int threads = 0;
  double flops = 0;                ///< of one run
  double peak_flops = 0;           ///< per second, measured; 0: not known
  Spread galen, bare;              ///< seconds per run
  Spread overhead;                 ///< galen / bare, within a round
  double start = 0;                ///< seconds from the graph to a ready network, the first time
  MemoryEstimate predicted;        ///< of the network in the engine
  double greatest_difference = 0;  ///< between the outputs of both
};

/// Errors: wrong options (usage), interrupted.
EngineBenchmarkResult run_engine_benchmark(const EngineBenchmark& options, Progress& progress);

std::string to_text(const EngineBenchmarkResult& result);
/// {"metrics": {"engine.seconds": {"value", "low", "high", "n"}, ...}, "machine": ...}; low and high are the extremes.
Json to_json(const EngineBenchmarkResult& result);

}  // namespace galen::bench
