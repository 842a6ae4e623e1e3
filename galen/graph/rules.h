#pragma once
// Rules that infer the outputs of an operator from its inputs; the table is in operators.cpp. Internal to the room.
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "galen/graph/infer.h"

namespace galen {

/// Anything larger is refused: no network needs it, and arithmetic on extents up to this cannot overflow.
inline constexpr std::int64_t largest_extent = std::int64_t{1} << 38, largest_rank = 64;
/// Of one value: larger constants are not inspected, and no rule builds longer ones from short ones.
inline constexpr std::size_t most_numbers = 4096;

using Numbers = std::vector<std::optional<std::int64_t>>;

/// A node with the facts of its inputs, to which a rule adds those of its outputs.
class Call {
 public:
  Call(const Node& node, std::span<const Facts* const> inputs, std::int64_t opset)
      : node_(node), inputs_(inputs), opset_(opset), outputs_(node.outputs.size()) {}

  const Node& node() const { return node_; }
  std::int64_t opset() const { return opset_; }
  std::size_t input_count() const { return inputs_.size(); }
  bool has(std::size_t i) const { return i < inputs_.size() && inputs_[i] != nullptr; }
  std::optional<Scalar> type(std::size_t i) const { return has(i) ? inputs_[i]->type : std::nullopt; }
  /// nullptr if the number of axes is not known or the input is omitted.
  const Dims* dims(std::size_t i) const { return has(i) && inputs_[i]->dims ? &*inputs_[i]->dims : nullptr; }
  const Numbers* numbers(std::size_t i) const {
    return has(i) && inputs_[i]->numbers ? &*inputs_[i]->numbers : nullptr;
  }
  /// The integers of an input, if all are known.
  std::optional<Shape> integers(std::size_t i) const;
  const Tensor* constant(std::size_t i) const {
    return has(i) && !inputs_[i]->constant.empty() ? &inputs_[i]->constant : nullptr;
  }
  std::optional<Shape> attribute(const std::string& key) const;
  std::int64_t attribute(const std::string& key, std::int64_t otherwise) const;
  std::string attribute(const std::string& key, const std::string& otherwise) const;
  /// A value that was an attribute in old opsets and is now an input. left_out: neither is given.
  std::optional<Shape> attribute_or_input(const std::string& key, std::size_t i) const;
  bool left_out(const std::string& key, std::size_t i) const { return !node_.attributes.contains(key) && !has(i); }

  std::size_t output_count() const { return outputs_.size(); }
  Facts& output(std::size_t i = 0) { return outputs_[i]; }
  void set(std::size_t i, std::optional<Scalar> type, std::optional<Dims> dims);
  void set(std::optional<Scalar> type, std::optional<Dims> dims) { set(0, type, std::move(dims)); }
  std::vector<Facts> take() { return std::move(outputs_); }

  /// The index of an axis, which counts from the end if negative. Errors: out of range.
  std::size_t axis(std::int64_t axis, std::size_t rank) const;
  /// Errors: the number of axes is known and out of range.
  void require_rank(std::size_t i, std::size_t least, std::size_t most = std::numeric_limits<std::size_t>::max()) const;
  /// Errors: both types are known and differ.
  void require_same_type(std::size_t i, std::size_t j) const;
  void require_type(std::size_t i, bool (*fits)(Scalar), std::string_view wanted) const;
  /// Errors: both extents are known and differ.
  void require_extent(const Dim& dim, std::int64_t wanted, std::string_view what) const;
  [[noreturn]] void refuse(const std::string& problem, const std::string& why = {}) const;

 private:
  const Node& node_;
  std::span<const Facts* const> inputs_;
  std::int64_t opset_;
  std::vector<Facts> outputs_;
};

using Rule = void (*)(Call&);

struct Operator {
  std::size_t least_inputs, most_inputs, least_outputs, most_outputs;
  Rule rule;  ///< nullptr: the outputs are not inferred
};
/// nullptr if the operator is not in the table.
const Operator* find_operator(const std::string& op);

std::string to_string(const Dims& dims);  ///< "[batch, 1, ?, 64]"
/// Broadcasts as NumPy does. Errors: extents that do not fit.
Dims broadcast(const Call& call, const Dims& a, const Dims& b);
Dim known(std::int64_t extent);
/// The product; not fixed if a factor is not.
Dim product(std::span<const Dim> dims);
bool is_integer(Scalar type);
bool is_boolean(Scalar type);

namespace rules {
// elementwise (rules_elementwise.cpp)
void same(Call& call);        ///< output like the first input
void same_float(Call& call);  ///< the same, for floats
void arithmetic(Call& call);  ///< two inputs of one type, broadcast; known integers are computed
void comparison(Call& call);  ///< the same, giving bool
void logic(Call& call);       ///< the same, for bool
void logical_not(Call& call);
void is_special(Call& call);  ///< IsNaN, IsInf
void variadic(Call& call);    ///< any number of inputs of one type, broadcast
void power(Call& call);
void choose(Call& call);  ///< Where
void cast(Call& call);
void cast_like(Call& call);
void dropout(Call& call);
void prelu(Call& call);
// shapes (rules_shape.cpp)
void shape(Call& call);
void size(Call& call);
void constant_of_shape(Call& call);
void range(Call& call);
void reshape(Call& call);
void flatten(Call& call);
void squeeze(Call& call);
void unsqueeze(Call& call);
void expand(Call& call);
void tile(Call& call);
void transpose(Call& call);
void depth_to_space(Call& call);
void space_to_depth(Call& call);
// pieces (rules_piece.cpp)
void concat(Call& call);
void split(Call& call);
void slice(Call& call);
void gather(Call& call);
void gather_elements(Call& call);
void gather_nd(Call& call);
void scatter(Call& call);
void pad(Call& call);
void one_hot(Call& call);
void top_k(Call& call);
// layers (rules_layer.cpp)
void conv(Call& call);
void conv_transpose(Call& call);
void pool(Call& call);
void global_pool(Call& call);
void resize(Call& call);
void instance_norm(Call& call);
void batch_norm(Call& call);
void layer_norm(Call& call);
void group_norm(Call& call);
// quantised numbers (rules_quantise.cpp)
void quantise(Call& call);
void dequantise(Call& call);
void dynamic_quantise(Call& call);
void conv_integer(Call& call);
void matmul_integer(Call& call);
void qlinear_conv(Call& call);
void qlinear_matmul(Call& call);
// products and reductions (rules_reduce.cpp)
void gemm(Call& call);
void matmul(Call& call);
void einsum(Call& call);
void reduce(Call& call);
void arg_extreme(Call& call);
void along_axis(Call& call);  ///< Softmax, LogSoftmax, Hardmax, CumSum, LpNormalization
}  // namespace rules

}  // namespace galen
