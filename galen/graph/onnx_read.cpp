// ONNX bytes to a Graph.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <protozero/exception.hpp>

#include "galen/graph/graph.h"
#include "galen/graph/onnx_format.h"
#include "galen/graph/onnx_node.h"
#include "galen/graph/onnx_tensor.h"
#include "galen/graph/structure.h"

namespace galen {
namespace {

using onnx::Budget;
using onnx::Message;
using onnx::read_node;
using onnx::Source;

constexpr std::int64_t oldest_ir = 3, newest_ir = 13, oldest_opset = 1, newest_opset = 26;

std::pair<std::string, std::string> read_entry(Message entry) {
  std::pair<std::string, std::string> out;
  while (entry.next()) {
    if (entry.tag() == onnx::entry_field::key) {
      out.first = entry.text();
    } else if (entry.tag() == onnx::entry_field::value) {
      out.second = entry.text();
    } else {
      entry.skip();
    }
  }
  return out;
}

Dim read_dim(Message message) {
  Dim out;
  while (message.next()) {
    if (message.tag() == onnx::dim_field::value) {
      out.extent = std::max<std::int64_t>(message.integer(), -1);
    } else if (message.tag() == onnx::dim_field::param) {
      out.name = message.text();
    } else {
      message.skip();
    }
  }
  return out;
}

void read_tensor_type(Message message, ValueInfo& out, const std::string& where) {
  out.ranked = false;
  while (message.next()) {
    if (message.tag() == onnx::tensor_type_field::elem_type) {
      out.type = onnx::scalar_of_data_type(message.integer(), where);
    } else if (message.tag() == onnx::tensor_type_field::shape) {
      out.ranked = true;
      Message shape = message.message();
      while (shape.next()) {
        if (shape.tag() == onnx::shape_field::dim) {
          out.dims.push_back(read_dim(shape.message()));
        } else {
          shape.skip();
        }
      }
    } else {
      message.skip();
    }
  }
}

ValueInfo read_value(Message message, std::string_view kind) {
  ValueInfo out;
  bool is_tensor = false;
  std::vector<Message> types;
  while (message.next()) {
    if (message.tag() == onnx::value_field::name) {
      out.name = message.text();
    } else if (message.tag() == onnx::value_field::type) {
      types.push_back(message.message());
    } else {
      message.skip();
    }
  }
  const std::string where = fmt::format("{}: {} '{}'", message.where(), kind, out.name);
  for (Message& type : types) {
    while (type.next()) {
      if (type.tag() == onnx::type_field::tensor) {
        is_tensor = true;
        read_tensor_type(type.message(), out, where);
      } else {
        type.skip();
      }
    }
  }
  if (!is_tensor) throw Error(where, "is no tensor", "sequences, maps and optional values are not supported");
  return out;
}

void add_initializer(Graph& graph, std::string name, Tensor tensor, const std::string& where) {
  if (!graph.initializers.emplace(name, std::move(tensor)).second) {
    throw Error(where + ": initializer '" + name + "'", "is there twice");
  }
}

// A Constant node becomes an initialiser. Opset 12 and later may give plain numbers instead of a tensor.
void add_constant(Graph& graph, const Node& node, const std::string& where) {
  if (node.outputs.size() != 1 || !node.inputs.empty() || node.attributes.size() != 1) {
    throw Error(where + ": " + node.label(), "is no constant", "expected one attribute, one output and no input");
  }
  const auto& [key, value] = *node.attributes.begin();
  Tensor tensor;
  if (const auto* whole = std::get_if<Tensor>(&value); whole != nullptr && key == "value") {
    tensor = *whole;
  } else if (const auto* real = std::get_if<float>(&value); real != nullptr && key == "value_float") {
    tensor = Tensor::scalar(*real);
  } else if (const auto* integer = std::get_if<std::int64_t>(&value); integer != nullptr && key == "value_int") {
    tensor = Tensor::scalar(*integer);
  } else if (const auto* reals = std::get_if<std::vector<float>>(&value); reals != nullptr && key == "value_floats") {
    tensor = Tensor::of<float>({std::ssize(*reals)}, *reals);
  } else if (const auto* integers = std::get_if<Shape>(&value); integers != nullptr && key == "value_ints") {
    tensor = Tensor::of<std::int64_t>({std::ssize(*integers)}, *integers);
  } else {
    throw Error(where + ": " + node.label(), "is a constant of a kind that is not supported", key);
  }
  add_initializer(graph, node.outputs.front(), std::move(tensor), where);
  graph.constants.insert(node.outputs.front());
}

Graph read_graph(Message message, Source& source) {
  Graph out;
  while (message.next()) {
    switch (message.tag()) {
      case onnx::graph_field::name:
        out.name = message.text();
        break;
      case onnx::graph_field::node: {
        Node node = read_node(message.message(), source);
        if (node.op == "Constant" && node.domain.empty()) {
          add_constant(out, node, source.where);
        } else {
          out.nodes.push_back(std::move(node));
        }
        break;
      }
      case onnx::graph_field::initializer: {
        auto [name, tensor] = onnx::read_tensor(message.message(), source.folder, source.budget);
        add_initializer(out, std::move(name), std::move(tensor), source.where);
        break;
      }
      case onnx::graph_field::sparse_initializer:
        throw Error(source.where, "has sparse weights", "", "export the model with dense weights");
      case onnx::graph_field::input:
        out.inputs.push_back(read_value(message.message(), "input"));
        break;
      case onnx::graph_field::output:
        out.outputs.push_back(read_value(message.message(), "output"));
        break;
      default:
        message.skip();
    }
  }
  // Before IR 4 every initialiser was also an input, of which it was the default.
  std::erase_if(out.inputs, [&](const ValueInfo& input) { return out.initializers.contains(input.name); });
  return out;
}

void read_opset(Message message, Graph& graph) {
  std::string domain;
  std::int64_t version = 0;
  while (message.next()) {
    if (message.tag() == onnx::opset_field::domain) {
      domain = message.text();
    } else if (message.tag() == onnx::opset_field::version) {
      version = message.integer();
    } else {
      message.skip();
    }
  }
  if (domain.empty() || domain == "ai.onnx") {
    graph.opset = version;
  } else {
    graph.domains[domain] = version;
  }
}

void require_versions(std::int64_t ir, std::int64_t opset, const std::string& where) {
  if (ir < oldest_ir || ir > newest_ir) {
    throw Error(where, fmt::format("has IR version {}", ir), fmt::format("{} to {} can be read", oldest_ir, newest_ir),
                "export the model with another version of ONNX");
  }
  if (opset < oldest_opset || opset > newest_opset) {
    throw Error(where, fmt::format("has opset {}", opset),
                fmt::format("{} to {} can be read", oldest_opset, newest_opset),
                fmt::format("export or convert the model to opset {}", opset_written));
  }
}

// 16-bit weights followed by a Cast, as write_onnx stores them, become f32 weights with the name of the Cast's output.
void widen_weights(Graph& graph, Source& source) {
  std::set<std::string> outputs, narrow;
  for (const ValueInfo& output : graph.outputs) outputs.insert(output.name);
  std::erase_if(graph.nodes, [&](const Node& node) {
    if (node.op != "Cast" || !node.domain.empty() || node.inputs.size() != 1 || node.outputs.size() != 1) return false;
    const auto found = graph.initializers.find(node.inputs[0]);
    if (found == graph.initializers.end() || graph.constants.contains(node.inputs[0])) return false;
    const Tensor& weight = found->second;
    if (weight.type() != Scalar::f16 && weight.type() != Scalar::bf16) return false;
    if (node.attribute<std::int64_t>("to", 0) != onnx::data_type_of(Scalar::f32)) return false;
    if (outputs.contains(node.outputs[0])) return false;
    source.budget.take(weight.shape(), Scalar::f32, source.where + ": " + node.label());
    narrow.insert(node.inputs[0]);
    add_initializer(graph, node.outputs[0], weight.as(Scalar::f32), source.where);
    return true;
  });
  const std::set<std::string> used = used_values(graph);
  for (const std::string& name : narrow) {
    if (!used.contains(name)) graph.initializers.erase(name);
  }
}

Graph parse(std::span<const std::byte> bytes, Source& source) {
  Message model({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, source.where);
  std::int64_t ir = 0;
  bool found = false;
  Graph out, versions;
  versions.opset = 1;
  while (model.next()) {
    switch (model.tag()) {
      case onnx::model_field::ir_version:
        ir = model.integer();
        break;
      case onnx::model_field::graph:
        if (found) throw Error(source.where, "is damaged", "it holds two graphs", onnx::copy_again);
        out = read_graph(model.message(), source);
        found = true;
        break;
      case onnx::model_field::opset_import:
        read_opset(model.message(), versions);
        break;
      case onnx::model_field::metadata: {
        auto [key, value] = read_entry(model.message());
        versions.metadata[key] = value;
        break;
      }
      case onnx::model_field::functions:
        throw Error(source.where, "has functions of its own", "", "inline them before export (onnx.inliner)");
      default:
        model.skip();
    }
  }
  require_versions(ir, versions.opset, source.where);
  if (!found) throw Error(source.where, "is no ONNX model", "it holds no graph", onnx::copy_again);
  out.opset = versions.opset;
  out.domains = std::move(versions.domains);
  out.metadata = std::move(versions.metadata);
  return out;
}

}  // namespace

Graph parse_onnx(std::span<const std::byte> bytes, const std::string& where, const fs::path& folder,
                 const Limits& limits) {
  if (bytes.size() > limits.max_bytes) throw Error(where, "is larger than the limit");
  if (bytes.empty()) throw Error(where, "is empty", {}, onnx::copy_again);
  Source source{where, folder, Budget(limits)};
  Graph out;
  try {
    out = parse(bytes, source);
    widen_weights(out, source);
  } catch (const protozero::exception& failure) {
    throw Error(where, "is no ONNX model, or a damaged one", failure.what(), onnx::copy_again);
  }
  return with_context(where, [&] {
    if (!in_order(out)) sort_nodes(out);
    check_structure(out);
    return std::move(out);
  });
}

Graph read_onnx(const fs::path& path, const Limits& limits) {
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  return parse_onnx(read_bytes(path, limits), path.string(), folder, limits);
}

}  // namespace galen
