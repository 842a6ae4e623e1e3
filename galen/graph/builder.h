#pragma once
// A functional builder: the code of a network reads like the figure in its paper.
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "galen/graph/graph.h"
#include "galen/graph/infer.h"

namespace galen {

/// A value in a graph under construction, with the shape known so far (-1: not fixed).
struct Value {
  std::string name;
  Scalar type = Scalar::f32;
  Shape shape;
};

struct ConvOptions {
  Shape kernel = {};               ///< per spatial axis; odd extents are padded to keep the size at stride 1
  Shape stride = {};               ///< empty: 1
  Shape dilation = {};             ///< empty: 1
  std::optional<Shape> pads = {};  ///< begin of all axes, then end; none: kernel / 2 on each side (transposed: 0)
  std::int64_t groups = 1;
  bool bias = true;
};

/// Makes nodes and initialisers. Layers with parameters take a name ("encoder.0.conv1"), which the names of their
/// parameters extend (".weight", ".bias"). Weights are initialised from the builder's seed; without a seed they are
/// zeros, for graphs that are measured but not trained.
class Builder {
 public:
  explicit Builder(std::string name, std::optional<std::uint64_t> seed = 0);

  Value input(const std::string& name, Scalar type, const std::vector<Dim>& dims);
  void output(const Value& value, const std::string& name);
  Value constant(const Tensor& tensor, const std::string& hint = "constant");
  Value parameter(const std::string& name, Tensor initial);
  /// Any operator, by name; for those without a function of their own here.
  Value node(const std::string& op, const std::vector<Value>& inputs,
             const std::map<std::string, Attribute>& attributes = {}, const std::string& name = {});
  std::vector<Value> nodes(const std::string& op, const std::vector<Value>& inputs, std::size_t outputs,
                           const std::map<std::string, Attribute>& attributes = {}, const std::string& name = {});
  /// Names a value, so that it can be tapped.
  Value named(const Value& value, const std::string& name);

  // Layers, initialised as in He et al. 2015 for leaky ReLUs (slope 0.01), biases 0.
  Value conv(const std::string& name, const Value& x, std::int64_t channels, const ConvOptions& options);
  Value conv_transpose(const std::string& name, const Value& x, std::int64_t channels, const ConvOptions& options);
  Value linear(const std::string& name, const Value& x, std::int64_t features, bool bias = true);
  Value instance_norm(const std::string& name, const Value& x, float epsilon = 1e-5f);
  Value batch_norm(const std::string& name, const Value& x, float epsilon = 1e-5f);
  Value layer_norm(const std::string& name, const Value& x, float epsilon = 1e-5f);

  // Functions without parameters.
  Value relu(const Value& x);
  Value leaky_relu(const Value& x, float slope = 0.01f);
  Value sigmoid(const Value& x);
  Value softmax(const Value& x, std::int64_t axis = 1);
  Value log_softmax(const Value& x, std::int64_t axis = 1);
  Value concat(const std::vector<Value>& values, std::int64_t axis = 1);
  Value slice(const Value& x, std::int64_t axis, std::int64_t begin, std::int64_t end);  ///< [begin, end) of an axis
  Value max_pool(const Value& x, const Shape& kernel, const Shape& stride);
  Value average_pool(const Value& x, const Shape& kernel, const Shape& stride);
  Value global_average_pool(const Value& x);
  Value resize(const Value& x, const Shape& spatial, const std::string& mode);  ///< "linear" (half-pixel) or "nearest"
  Value dropout(const Value& x, float ratio);
  Value reshape(const Value& x, const Shape& shape);
  Value transpose(const Value& x, const Shape& permutation);
  Value reduce(const std::string& op, const Value& x, const Shape& axes, bool keep = false);  ///< "ReduceMean", ...
  Value add(const Value& a, const Value& b);
  Value sub(const Value& a, const Value& b);
  Value mul(const Value& a, const Value& b);
  Value div(const Value& a, const Value& b);
  Value mul(const Value& a, float b);
  Value add(const Value& a, float b);
  Value one_hot(const Value& labels, std::int64_t classes, std::int64_t axis = 1);  ///< f32 from integer labels

  /// What is known of a value so far: its type, its shape and, if small, its numbers.
  const Facts& facts(const Value& value) const { return facts_.at(resolve(value.name)); }
  /// The finished graph, checked.
  Graph build() const;

 private:
  const std::string& resolve(const std::string& name) const;  ///< the current name of a value
  std::string fresh(const std::string& hint);
  Value define(const std::string& name, Facts facts);

  Graph graph_;
  std::map<std::string, Facts> facts_;          ///< of every value
  std::set<std::string> chosen_;                ///< names given by named() and output()
  std::map<std::string, std::string> renamed_;  ///< old name to new
  std::optional<std::uint64_t> seed_;
  std::int64_t next_ = 0;
};

}  // namespace galen
