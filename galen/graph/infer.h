#pragma once
// Types and shapes of values, and the numbers in small ones, inferred before anything runs.
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "galen/graph/graph.h"

namespace galen {

using Dims = std::vector<Dim>;

/// What is known of a value; any of it may be unknown.
struct Facts {
  std::optional<Scalar> type;
  std::optional<Dims> dims;  ///< none: not even the number of axes is known
  /// The integers or booleans of a value with at most one axis, each if known: shapes are passed in such values
  /// ("Shape", "Gather", "Concat", "Reshape").
  std::optional<std::vector<std::optional<std::int64_t>>> numbers;
  Tensor constant;  ///< of a small constant; else empty
};

Facts facts_of(const Tensor& tensor);
Facts facts_of(const ValueInfo& info);
/// Errors (defect): the type is not known.
ValueInfo info_of(const std::string& name, const Facts& facts);

/// The facts of a node's outputs. An omitted input is nullptr. Nothing is known of the outputs of an unknown operator.
/// Errors: wrong arity, types or shapes that do not fit, attributes out of range; each with node, operator and reason.
std::vector<Facts> infer_outputs(const Node& node, std::span<const Facts* const> inputs, std::int64_t opset);
/// The facts of every value. Errors: as check().
std::map<std::string, Facts> infer_all(const Graph& graph);

}  // namespace galen
