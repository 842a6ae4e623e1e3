#pragma once
// The engine that runs graphs on the CPU with OpenVINO.
#include <cstddef>
#include <memory>

#include "galen/base/files.h"
#include "galen/engine/engine.h"

namespace galen {

/// An engine over OpenVINO's CPU plugin.
/// cache_folder: where compiled networks are kept between runs of the program; empty: not at all.
/// max_kept: how many compiled networks are kept in memory (at least 1); the least recently used is dropped first, and
/// remains valid while in use.
///
/// A precision that the processor does not have (bf16, f16) is computed in f32, and Executable::precision() says so.
/// int8 runs graphs that are quantised (QuantizeLinear, DequantizeLinear).
/// Errors of compile(): input whose shape is not fixed, unknown tap, int8 of a graph that is not quantised (usage), an
/// operator unknown to OpenVINO, shapes that do not fit, the precision automatic (a defect).
std::unique_ptr<Engine> openvino_engine(const fs::path& cache_folder = {}, std::size_t max_kept = 8);

}  // namespace galen
