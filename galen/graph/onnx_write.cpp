// A Graph to ONNX bytes.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <protozero/pbf_writer.hpp>
#include <type_traits>

#include "galen/graph/graph.h"
#include "galen/graph/onnx_format.h"
#include "galen/graph/onnx_tensor.h"

namespace galen {
namespace {

using protozero::pbf_writer;

std::int64_t ir_version_of(std::int64_t opset) {  // ONNX, "Versioning": the IR that came with each opset
  return opset <= 14 ? 7 : opset <= 18 ? 8 : opset <= 20 ? 9 : opset <= 22 ? 10 : 11;
}

void write_dim(pbf_writer& shape, const Dim& dim) {
  if (!dim.fixed() && dim.name.empty()) return shape.add_message(onnx::shape_field::dim, "", 0);
  pbf_writer out(shape, onnx::shape_field::dim);
  if (dim.fixed()) {
    out.add_int64(onnx::dim_field::value, dim.extent);
  } else {
    out.add_string(onnx::dim_field::param, dim.name);
  }
}

void write_value(pbf_writer& graph, std::uint32_t field, const ValueInfo& value) {
  pbf_writer out(graph, field);
  out.add_string(onnx::value_field::name, value.name);
  pbf_writer type(out, onnx::value_field::type);
  pbf_writer tensor(type, onnx::type_field::tensor);
  tensor.add_int32(onnx::tensor_type_field::elem_type, onnx::data_type_of(value.type));
  if (!value.ranked) return;
  if (value.dims.empty()) {  // a scalar has a shape without axes
    tensor.add_message(onnx::tensor_type_field::shape, "", 0);
    return;
  }
  pbf_writer shape(tensor, onnx::tensor_type_field::shape);
  for (const Dim& dim : value.dims) write_dim(shape, dim);
}

void write_attribute(pbf_writer& node, const std::string& name, const Attribute& attribute) {
  namespace field = onnx::attribute_field;
  using onnx::AttributeType;
  pbf_writer out(node, onnx::node_field::attribute);
  out.add_string(field::name, name);
  const auto type = [&](AttributeType code) { out.add_enum(field::type, static_cast<std::int32_t>(code)); };
  std::visit(
      [&](const auto& value) {
        using T = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<T, std::int64_t>) {
          out.add_int64(field::i, value);
          type(AttributeType::i);
        } else if constexpr (std::is_same_v<T, float>) {
          out.add_float(field::f, value);
          type(AttributeType::f);
        } else if constexpr (std::is_same_v<T, std::string>) {
          out.add_string(field::s, value);
          type(AttributeType::s);
        } else if constexpr (std::is_same_v<T, std::vector<std::int64_t>>) {
          for (const std::int64_t item : value) out.add_int64(field::ints, item);
          type(AttributeType::ints);
        } else if constexpr (std::is_same_v<T, std::vector<float>>) {
          for (const float item : value) out.add_float(field::floats, item);
          type(AttributeType::floats);
        } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
          for (const std::string& item : value) out.add_string(field::strings, item);
          type(AttributeType::strings);
        } else {
          std::string bytes;
          onnx::write_tensor(bytes, {}, value);
          out.add_message(field::t, bytes);
          type(AttributeType::t);
        }
      },
      attribute);
}

void write_node(pbf_writer& graph, const Node& node) {
  pbf_writer out(graph, onnx::graph_field::node);
  for (const std::string& name : node.inputs) out.add_string(onnx::node_field::input, name);
  for (const std::string& name : node.outputs) out.add_string(onnx::node_field::output, name);
  if (!node.name.empty()) out.add_string(onnx::node_field::name, node.name);
  out.add_string(onnx::node_field::op_type, node.op);
  for (const auto& [name, attribute] : node.attributes) write_attribute(out, name, attribute);
  if (!node.domain.empty()) out.add_string(onnx::node_field::domain, node.domain);
}

void write_initializer(pbf_writer& graph, const std::string& name, const Tensor& tensor) {
  std::string bytes;
  onnx::write_tensor(bytes, name, tensor);
  graph.add_message(onnx::graph_field::initializer, bytes);
}

std::string narrow_name(const std::string& name) {
  return name + ".f16";
}

// No finite value becomes infinite: from half a step above 65504, the largest f16 number, values round to infinity.
bool fits_f16(const Tensor& tensor) {
  return std::ranges::none_of(tensor.values<float>(), [](float v) { return std::isfinite(v) && std::abs(v) >= 65520; });
}

bool is_narrowed(const Graph& graph, const std::string& name, Scalar weights) {
  const Tensor& tensor = graph.initializers.at(name);
  return weights == Scalar::f16 && graph.is_parameter(name) && tensor.type() == Scalar::f32 && tensor.count() > 1 &&
         fits_f16(tensor);
}

void write_initializers(pbf_writer& out, const Graph& graph, Scalar weights) {
  for (const auto& [name, tensor] : graph.initializers) {
    if (graph.constants.contains(name)) {
      write_node(out, {.name = {},
                       .op = "Constant",
                       .domain = {},
                       .inputs = {},
                       .outputs = {name},
                       .attributes = {{"value", tensor}}});
    } else if (is_narrowed(graph, name, weights)) {
      write_initializer(out, narrow_name(name), tensor.as(Scalar::f16));
      const std::int64_t to = onnx::data_type_of(Scalar::f32);
      write_node(out, {.name = {},
                       .op = "Cast",
                       .domain = {},
                       .inputs = {narrow_name(name)},
                       .outputs = {name},
                       .attributes = {{"to", to}}});
    } else {
      write_initializer(out, name, tensor);
    }
  }
}

void write_opset(pbf_writer& model, const std::string& domain, std::int64_t version) {
  pbf_writer out(model, onnx::model_field::opset_import);
  out.add_string(onnx::opset_field::domain, domain);
  out.add_int64(onnx::opset_field::version, version);
}

void write_entry(pbf_writer& model, const std::string& key, const std::string& value) {
  pbf_writer out(model, onnx::model_field::metadata);
  out.add_string(onnx::entry_field::key, key);
  out.add_string(onnx::entry_field::value, value);
}

// A protobuf message is at most 2 GiB; larger weights would need external data.
void require_size(const Graph& graph, Scalar weights) {
  std::uint64_t bytes = 0;
  for (const auto& [name, tensor] : graph.initializers) {
    bytes += tensor.bytes().size() / (is_narrowed(graph, name, weights) ? 2 : 1);
  }
  if (bytes >= (1ull << 31)) {
    throw Error("network '" + graph.name + "'", "is too large for one ONNX file", fmt::format("{} bytes", bytes),
                "write it with f16 weights");
  }
}

}  // namespace

Bytes write_onnx(const Graph& graph, Scalar weights) {
  if (weights != Scalar::f32 && weights != Scalar::f16) throw defect("write_onnx", "weights are written as f32 or f16");
  require_size(graph, weights);
  std::string bytes;
  pbf_writer model(bytes);
  model.add_int64(onnx::model_field::ir_version, ir_version_of(graph.opset));
  model.add_string(onnx::model_field::producer_name, "galen");
  {
    pbf_writer out(model, onnx::model_field::graph);
    write_initializers(out, graph, weights);
    for (const Node& node : graph.nodes) write_node(out, node);
    out.add_string(onnx::graph_field::name, graph.name);
    for (const ValueInfo& input : graph.inputs) write_value(out, onnx::graph_field::input, input);
    for (const ValueInfo& output : graph.outputs) write_value(out, onnx::graph_field::output, output);
  }
  write_opset(model, {}, graph.opset);
  for (const auto& [domain, version] : graph.domains) write_opset(model, domain, version);
  for (const auto& [key, value] : graph.metadata) write_entry(model, key, value);
  const auto written = as_bytes(bytes);
  return {written.begin(), written.end()};
}

}  // namespace galen
