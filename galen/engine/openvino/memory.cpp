#include "galen/engine/openvino/memory.h"

namespace galen::openvino {
namespace {

// Measured with OpenVINO 2026.4.1 on a Zen 3 (AVX2, f32) under set_memory_policy(), as the growth of the process's peak
// memory from before compile() to after run(): plain and residual U-Nets, 2D and 3D, with 0.35 to 31 million parameters
// and images from 256^2 to 96^3. Growth = 4.05 x weights + 1.02 x activations + 3 MB fits each within 5 %.
//
// Three copies of the weights have the type stored in the file (the ONNX bytes, OpenVINO's parsed ones, its constants;
// freed memory stays with the process), and one has the type and layout that the processor computes in. bf16 and f16
// follow from that: in bf16 a 3D U-Net grew by 46.4 MB (Zen 5; predicted: 42.1); f16 is unmeasured. Quantised networks:
// chains of convolutions with 3.5 and 10.6 million weights in int8 grew by 19 and 51 MB (Zen 4; predicted: 17.6 and
// 46.5). If only weights are quantised, OpenVINO widens those of convolutions and takes up to 2.3 times as much as
// predicted.
constexpr double copies_as_stored = 3.05;
constexpr double activation_slack = 1.02;
constexpr std::uint64_t per_network = 3'000'000;

}  // namespace

MemoryEstimate estimate_memory(const Graph& graph, Precision precision) {
  const double width = precision == Precision::f32 ? 4 : 2;
  double stored = 0, computed = 0;
  for (const auto& [name, tensor] : graph.initializers) {
    stored += static_cast<double>(tensor.bytes().size());
    computed += is_float(tensor.type()) ? width * static_cast<double>(tensor.count())
                                        : static_cast<double>(tensor.bytes().size());
  }
  const double activations = static_cast<double>(cost_of(graph).peak_activation_elements) * width;
  return {.weights = per_network + static_cast<std::uint64_t>(copies_as_stored * stored + computed),
          .activations = static_cast<std::uint64_t>(activation_slack * activations)};
}

}  // namespace galen::openvino
