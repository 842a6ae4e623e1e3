#pragma once
// The arguments of an operator, and the tables of operators.
#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "galen/graph/graph.h"

namespace galen::torch_room {

using Values = std::vector<at::Tensor>;

/// How a graph is run.
struct Context {
  std::int64_t opset = opset_written;
  bool train = false;  ///< BatchNormalization uses batch statistics, Dropout drops
  bool bf16 = false;   ///< convolutions and matrix products in bf16
  bool f64 = false;    ///< all floats are held as doubles
  std::optional<at::Generator> generator;
  std::vector<std::pair<at::Tensor, at::Tensor>>* moved = nullptr;  ///< out: running statistics and their new values
};

/// One node about to run. Omitted inputs are undefined tensors.
struct Call {
  const Node& node;
  const Values& inputs;
  const Context& context;

  bool has(std::size_t index) const { return index < inputs.size() && inputs[index].defined(); }
  /// Errors: the input is omitted.
  const at::Tensor& operator[](std::size_t index) const;
  /// An undefined tensor if the input is omitted.
  at::Tensor optional(std::size_t index) const { return has(index) ? inputs[index] : at::Tensor(); }

  std::int64_t integer(std::string_view key, std::int64_t otherwise) const { return node.attribute(key, otherwise); }
  double number(std::string_view key, float otherwise) const { return node.attribute(key, otherwise); }
  std::string text(std::string_view key, const std::string& otherwise) const { return node.attribute(key, otherwise); }
  Shape integers(std::string_view key, const Shape& otherwise = {}) const { return node.attribute(key, otherwise); }
  bool has_attribute(std::string_view key) const { return node.attributes.count(std::string(key)) > 0; }

  /// The elements of an integer input, copied to the host.
  Shape integers(std::size_t index) const;
  /// The value of a one-element input. Errors: several elements, or none.
  double number(std::size_t index) const;
  /// Integers that are an attribute in older opsets and an input in newer ones; empty if there is neither.
  Shape integers(std::string_view key, std::size_t index) const;

  /// The axis counted from the front, also if given from the end (negative). Errors: out of range.
  std::int64_t axis(std::int64_t axis, std::int64_t rank) const;
  std::int64_t axis(std::int64_t axis) const { return this->axis(axis, (*this)[0].dim()); }

  /// The type in which values of the graph of this type are held.
  at::ScalarType held(at::ScalarType type) const;
  /// An operand of a convolution or matrix product: bf16 under autocast.
  at::Tensor factor(std::size_t index) const;
  /// A float operand of an operation that is too inaccurate in bf16 (exponentials, sums): f32 under autocast.
  at::Tensor wide(std::size_t index) const;

  [[noreturn]] void refuse(const std::string& problem, const std::string& remedy = {}) const;
};

using Operator = Values (*)(const Call&);
/// ONNX names and their operators. To add one, write a function and a line in the table of its family.
using OperatorTable = std::vector<std::pair<std::string_view, Operator>>;

OperatorTable convolution_operators();
OperatorTable normalisation_operators();
OperatorTable pooling_operators();
OperatorTable matrix_operators();
OperatorTable pointwise_operators();
OperatorTable comparison_operators();
OperatorTable reduction_operators();
OperatorTable shape_operators();
OperatorTable indexing_operators();
OperatorTable constant_operators();
OperatorTable resize_operators();

/// Errors: an operator that is in no table.
Operator operator_of(const Node& node);
/// The names of all operators, sorted.
std::vector<std::string> operator_names();

}  // namespace galen::torch_room
