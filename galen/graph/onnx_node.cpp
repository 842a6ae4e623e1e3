#include "galen/graph/onnx_node.h"

#include <fmt/format.h>

namespace galen::onnx {
namespace {

// The fields of an AttributeProto. Its type says which one holds the value; in old files without a type, the one that
// is present does.
struct RawAttribute {
  std::string name, text;
  AttributeType type = AttributeType::undefined;
  float real = 0;
  std::int64_t integer = 0;
  std::vector<float> reals;
  std::vector<std::int64_t> integers;
  std::vector<std::string> texts;
  std::vector<Message> tensors;
  bool subgraph = false, reference = false;
};

RawAttribute read_attribute_fields(Message message) {
  namespace field = attribute_field;
  RawAttribute out;
  AttributeType seen = AttributeType::undefined;
  while (message.next()) {
    switch (message.tag()) {
      case field::name:
        out.name = message.text();
        break;
      case field::type:
        out.type = static_cast<AttributeType>(message.integer());
        break;
      case field::f:
        out.real = message.real();
        seen = AttributeType::f;
        break;
      case field::i:
        out.integer = message.integer();
        seen = AttributeType::i;
        break;
      case field::s:
        out.text = message.text();
        seen = AttributeType::s;
        break;
      case field::t:
        out.tensors.push_back(message.message());
        seen = AttributeType::t;
        break;
      case field::floats:
        message.reals(out.reals);
        seen = AttributeType::floats;
        break;
      case field::ints:
        message.integers(out.integers);
        seen = AttributeType::ints;
        break;
      case field::strings:
        out.texts.push_back(message.text());
        seen = AttributeType::strings;
        break;
      case field::g:
      case field::graphs:
        out.subgraph = true;
        message.skip();
        break;
      case field::ref_attr_name:
        out.reference = true;
        message.skip();
        break;
      default:
        message.skip();
    }
  }
  if (out.type == AttributeType::undefined) out.type = seen;
  return out;
}

Attribute attribute_value(RawAttribute raw, const Node& node, Source& source) {
  const auto refuse = [&](const std::string& why, const std::string& remedy = {}) -> Error {
    return Error(source.where + ": " + node.label(), "has attribute '" + raw.name + "' that is not supported", why,
                 remedy);
  };
  if (raw.subgraph) throw refuse("it holds a subgraph", "export the model without control flow");
  if (raw.reference) throw refuse("it refers to an attribute of a function");
  switch (raw.type) {
    case AttributeType::f:
      return raw.real;
    case AttributeType::i:
      return raw.integer;
    case AttributeType::s:
      return std::move(raw.text);
    case AttributeType::floats:
      return std::move(raw.reals);
    case AttributeType::ints:
      return std::move(raw.integers);
    case AttributeType::strings:
      return std::move(raw.texts);
    case AttributeType::t:
      if (raw.tensors.size() == 1) {
        return read_tensor(raw.tensors.front(), source.folder, source.budget).second;
      }
      [[fallthrough]];
    default:
      throw refuse(fmt::format("attribute type {}", static_cast<std::int32_t>(raw.type)));
  }
}

}  // namespace

Node read_node(Message message, Source& source) {
  Node out;
  std::vector<RawAttribute> attributes;
  while (message.next()) {
    switch (message.tag()) {
      case node_field::input:
        out.inputs.push_back(message.text());
        break;
      case node_field::output:
        out.outputs.push_back(message.text());
        break;
      case node_field::name:
        out.name = message.text();
        break;
      case node_field::op_type:
        out.op = message.text();
        break;
      case node_field::domain:
        out.domain = message.text();
        break;
      case node_field::attribute:
        attributes.push_back(read_attribute_fields(message.message()));
        break;
      default:
        message.skip();
    }
  }
  if (out.domain == "ai.onnx") out.domain.clear();
  for (RawAttribute& raw : attributes) {
    std::string name = raw.name;
    out.attributes.insert_or_assign(std::move(name), attribute_value(std::move(raw), out, source));
  }
  return out;
}

}  // namespace galen::onnx
