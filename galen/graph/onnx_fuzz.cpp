// Any bytes must be refused with an Error or give a graph that can be checked, written and read again.
#include <cstddef>
#include <cstdint>

#include "galen/graph/graph.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const galen::Limits limits = {.max_bytes = 16 << 20, .max_elements = 1 << 20};
  try {
    const galen::Graph graph = galen::parse_onnx(std::as_bytes(std::span(data, size)), "fuzz", {}, limits);
    galen::parse_onnx(galen::write_onnx(graph), "again");
    galen::check(graph);
    galen::cost_of(graph);
  } catch (const galen::Error&) {
  }
  return 0;
}
