#include "galen/train/torch/call.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace galen::torch_room {
namespace {

std::map<std::string_view, Operator> all_operators() {
  std::map<std::string_view, Operator> all;
  for (const auto family : {convolution_operators, normalisation_operators, pooling_operators, matrix_operators,
                            pointwise_operators, comparison_operators, reduction_operators, shape_operators,
                            indexing_operators, constant_operators, resize_operators}) {
    const OperatorTable table = family();
    all.insert(table.begin(), table.end());
  }
  return all;
}

const std::map<std::string_view, Operator>& operators() {
  static const std::map<std::string_view, Operator> all = all_operators();
  return all;
}

}  // namespace

const at::Tensor& Call::operator[](std::size_t index) const {
  if (!has(index)) refuse(fmt::format("lacks input {}", index));
  return inputs[index];
}

Shape Call::integers(std::size_t index) const {
  const at::Tensor values = (*this)[index].detach().to(at::kCPU, at::kLong).contiguous();
  const auto* data = values.const_data_ptr<std::int64_t>();
  return {data, data + values.numel()};
}

double Call::number(std::size_t index) const {
  const at::Tensor& value = (*this)[index];
  if (value.numel() != 1) refuse(fmt::format("wants one element as input {}", index));
  return value.item().toDouble();
}

Shape Call::integers(std::string_view key, std::size_t index) const {
  return has(index) ? integers(index) : integers(key);
}

std::int64_t Call::axis(std::int64_t value, std::int64_t rank) const {
  const std::int64_t front = value < 0 ? value + rank : value;
  if (front < 0 || front >= std::max<std::int64_t>(rank, 1)) {
    refuse(fmt::format("has axis {}, but its operand has rank {}", value, rank));
  }
  return front;
}

at::ScalarType Call::held(at::ScalarType type) const {
  return context.f64 && at::isFloatingType(type) ? at::kDouble : type;
}

at::Tensor Call::factor(std::size_t index) const {
  const at::Tensor& value = (*this)[index];
  return context.bf16 && value.scalar_type() == at::kFloat ? value.to(at::kBFloat16) : value;
}

at::Tensor Call::wide(std::size_t index) const {
  const at::Tensor& value = (*this)[index];
  return context.bf16 && value.scalar_type() == at::kBFloat16 ? value.to(at::kFloat) : value;
}

void Call::refuse(const std::string& problem, const std::string& remedy) const {
  throw Error(node.label(), problem, {}, remedy);
}

Operator operator_of(const Node& node) {
  const auto found = operators().find(node.op);
  if (found != operators().end() && (node.domain.empty() || node.domain == "ai.onnx")) return found->second;
  throw Error(
      node.label(), "galen-train has no operator '" + node.op + "'", node.domain.empty() ? "" : "domain " + node.domain,
      "add a function and a line to the table of its family in galen/train/torch (docs/how-to/add-an-operator.md)");
}

std::vector<std::string> operator_names() {
  std::vector<std::string> names;
  for (const auto& [name, function] : operators()) names.emplace_back(name);
  return names;
}

}  // namespace galen::torch_room
