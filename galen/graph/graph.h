#pragma once
// A network as a graph, in ONNX terms. Values are named; every value has one producer.
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "galen/base/files.h"
#include "galen/base/tensor.h"

namespace galen {

/// The opset that Galen writes: 18 is the first in which all reductions take their axes as an input and Resize has
/// antialias; OpenVINO and the operators of galen-train cover it fully.
inline constexpr std::int64_t opset_written = 18;

struct Graph;

/// An extent that is not fixed may have a name; -1 with an empty name means unknown.
struct Dim {
  std::int64_t extent = -1;  ///< -1: not fixed
  std::string name;          ///< "batch"
  bool fixed() const { return extent >= 0; }
  friend bool operator==(const Dim&, const Dim&) = default;
};

struct ValueInfo {
  std::string name;
  Scalar type = Scalar::f32;
  std::vector<Dim> dims;
  bool ranked = true;  ///< false: not even the number of axes is known; dims is then empty
};
Shape shape_of(const ValueInfo& value);  ///< -1 for an extent that is not fixed

using Attribute = std::variant<std::int64_t, float, std::string, std::vector<std::int64_t>, std::vector<float>,
                               std::vector<std::string>, Tensor>;

struct Node {
  std::string name;                 ///< unique if given; messages fall back to the first output
  std::string op;                   ///< "Conv"
  std::string domain;               ///< empty: ONNX's own
  std::vector<std::string> inputs;  ///< "" for an optional input that is omitted
  std::vector<std::string> outputs;
  std::map<std::string, Attribute> attributes;

  template <class T>
  T attribute(std::string_view key, T otherwise) const {
    const auto found = attributes.find(std::string(key));
    if (found == attributes.end()) return otherwise;
    if (const T* value = std::get_if<T>(&found->second)) return *value;
    throw Error(label(), "has attribute '" + std::string(key) + "' of the wrong type");
  }
  std::string label() const;  ///< "Conv 'encoder.0.conv'"
};

/// Nodes are in topological order.
struct Graph {
  std::string name;
  std::int64_t opset = opset_written;
  std::vector<ValueInfo> inputs, outputs;
  std::vector<Node> nodes;
  std::map<std::string, Tensor> initializers;  ///< parameters and constants
  std::set<std::string> constants;             ///< initialisers that are never trained (Constant nodes in a file)
  std::map<std::string, std::string> metadata;
  std::map<std::string, std::int64_t> domains;  ///< opsets of domains other than ONNX's own

  /// True for a float initialiser that is not a constant: it may be trained.
  bool is_parameter(const std::string& initializer) const;
  std::int64_t parameter_count() const;  ///< elements of all parameters

  const ValueInfo& input(std::string_view name) const;  ///< Errors: no such input.
};

/// Reads ONNX (protobuf) bytes: f32, f16, bf16, f64 and integer weights, raw or typed fields, external data from the
/// folder of the file (never from outside). Errors: damaged, unsupported IR or opset, cycle, missing initialiser, a
/// tensor over limits, subgraphs. Every message names the node and operator, if there is one.
Graph read_onnx(const fs::path& path, const Limits& limits = {});
Graph parse_onnx(std::span<const std::byte> bytes, const std::string& where, const fs::path& folder = {},
                 const Limits& limits = {});
/// weights: f32 writes them as they are; f16 stores f32 parameters of more than one element that f16 can hold as f16,
/// followed by a Cast, so that the graph computes in f32. Errors: weights of 2 GiB or more in total.
Bytes write_onnx(const Graph& graph, Scalar weights = Scalar::f32);

/// Refuses graphs that cannot run: values that are undefined or defined twice, cycles, wrong arity, shapes that do not
/// fit. Does not sort the nodes. Returns the type and shape of every value, as far as they can be inferred.
std::map<std::string, ValueInfo> check(const Graph& graph);
/// Sorts the nodes topologically. Errors: a cycle.
void sort_nodes(Graph& graph);
/// The subgraph that computes the named outputs, with the initialisers that it needs. Values named in `inputs` become
/// inputs, and the nodes that compute them are left out. Errors: a value that is not in the graph, or of unknown type.
Graph extract(const Graph& graph, const std::vector<std::string>& outputs, const std::vector<std::string>& inputs = {});
/// Fixes the shape of the named input. Errors: contradiction with a fixed extent.
void fix_input(Graph& graph, std::string_view input, const Shape& shape);

/// Size and computation of a graph whose input shapes are fixed.
struct Cost {
  std::int64_t parameters = 0;                ///< elements of float initialisers that are not constants
  double flops = 0;                           ///< a multiply-add counts as two
  std::int64_t peak_activation_elements = 0;  ///< by liveness, without in-place operations; at most 2^60
};
Cost cost_of(const Graph& graph);

}  // namespace galen
