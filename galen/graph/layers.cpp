// The builder's layers and functions.
#include <fmt/format.h>

#include <cmath>
#include <numeric>

#include "galen/base/random.h"
#include "galen/graph/builder.h"

namespace galen {
namespace {

constexpr double slope = 0.01;  // of the leaky ReLUs that the initialisation assumes

Tensor filled(const Shape& shape, float value) {
  Tensor out(Scalar::f32, shape);
  std::ranges::fill(out.values<float>(), value);
  return out;
}

// He et al., "Delving deep into rectifiers", ICCV 2015, equation 15: variance 2 / ((1 + slope^2) fan_in). The stream is
// keyed by the parameter's name, so that adding or removing a layer does not change the others.
Tensor he_normal(const Shape& shape, std::int64_t fan_in, std::optional<std::uint64_t> seed, const std::string& name) {
  Tensor out(Scalar::f32, shape);
  if (!seed) return out;
  Random random(*seed, 0, 0, "parameter " + name);
  const double deviation = std::sqrt(2.0 / ((1.0 + slope * slope) * static_cast<double>(fan_in)));
  for (float& value : out.values<float>()) value = static_cast<float>(deviation * random.normal());
  return out;
}

std::int64_t channels_of(const Value& x, const std::string& layer) {
  if (x.shape.size() < 2 || x.shape[1] < 0) {
    throw Error("layer '" + layer + "'", "needs an input whose channels are known", "shape " + to_string(x.shape));
  }
  return x.shape[1];
}

Shape ones(std::size_t count) {
  return Shape(count, 1);
}

std::map<std::string, Attribute> window(const std::string& layer, const ConvOptions& options, bool padded) {
  const std::size_t axes = options.kernel.size();
  const auto fits = [&](const Shape& given) { return given.empty() || given.size() == axes; };
  if (!fits(options.stride) || !fits(options.dilation)) {
    throw defect("layer '" + layer + "'", "has a stride or dilation that does not fit its kernel");
  }
  Shape pads(2 * axes);
  for (std::size_t i = 0; padded && i < axes; ++i) {
    const std::int64_t dilation = options.dilation.empty() ? 1 : options.dilation[i];
    pads[i] = pads[i + axes] = options.kernel[i] / 2 * dilation;
  }
  std::map<std::string, Attribute> out = {{"kernel_shape", options.kernel},
                                          {"strides", options.stride.empty() ? ones(axes) : options.stride},
                                          {"dilations", options.dilation.empty() ? ones(axes) : options.dilation},
                                          {"pads", options.pads.value_or(pads)}};
  if (options.groups != 1) out["group"] = options.groups;
  return out;
}

Shape spatial_axes(const Value& x) {
  Shape out(x.shape.size() - 2);
  std::iota(out.begin(), out.end(), 2);
  return out;
}

}  // namespace

Value Builder::conv(const std::string& name, const Value& x, std::int64_t channels, const ConvOptions& options) {
  const std::int64_t in = channels_of(x, name) / options.groups;
  Shape shape = {channels, in};
  shape.insert(shape.end(), options.kernel.begin(), options.kernel.end());
  const std::int64_t fan_in = in * element_count(options.kernel);
  std::vector<Value> inputs = {x, parameter(name + ".weight", he_normal(shape, fan_in, seed_, name + ".weight"))};
  if (options.bias) inputs.push_back(parameter(name + ".bias", filled({channels}, 0)));
  return node("Conv", inputs, window(name, options, true), name);
}

// With kernel and stride equal, as for upsampling, every output depends on one input position: the fan-in is the number
// of input channels.
Value Builder::conv_transpose(const std::string& name, const Value& x, std::int64_t channels,
                              const ConvOptions& options) {
  const auto attributes = window(name, options, false);
  const std::int64_t in = channels_of(x, name);
  Shape shape = {in, channels / options.groups};
  shape.insert(shape.end(), options.kernel.begin(), options.kernel.end());
  std::int64_t fan_in = in / options.groups;
  for (std::size_t i = 0; i < options.kernel.size(); ++i) {
    fan_in *= std::max<std::int64_t>(1, options.kernel[i] / (options.stride.empty() ? 1 : options.stride[i]));
  }
  std::vector<Value> inputs = {x, parameter(name + ".weight", he_normal(shape, fan_in, seed_, name + ".weight"))};
  if (options.bias) inputs.push_back(parameter(name + ".bias", filled({channels}, 0)));
  return node("ConvTranspose", inputs, attributes, name);
}

// [..., in] to [..., features]: Gemm for matrices, MatMul and Add otherwise.
Value Builder::linear(const std::string& name, const Value& x, std::int64_t features, bool bias) {
  if (x.shape.empty() || x.shape.back() < 0)
    throw Error("layer '" + name + "'", "needs an input whose last extent is known");
  const std::int64_t in = x.shape.back();
  const bool matrix = x.shape.size() == 2;
  const Shape shape = matrix ? Shape{features, in} : Shape{in, features};
  const Value weight = parameter(name + ".weight", he_normal(shape, in, seed_, name + ".weight"));
  std::vector<Value> shift;
  if (bias) shift.push_back(parameter(name + ".bias", filled({features}, 0)));
  if (matrix) {
    std::vector<Value> inputs = {x, weight};
    inputs.insert(inputs.end(), shift.begin(), shift.end());
    return node("Gemm", inputs, {{"transB", std::int64_t{1}}}, name);
  }
  if (!bias) return node("MatMul", {x, weight}, {}, name);
  return node("Add", {node("MatMul", {x, weight}), shift.front()}, {}, name);
}

Value Builder::instance_norm(const std::string& name, const Value& x, float epsilon) {
  const Shape shape = {channels_of(x, name)};
  const Value scale = parameter(name + ".weight", filled(shape, 1)),
              shift = parameter(name + ".bias", filled(shape, 0));
  return node("InstanceNormalization", {x, scale, shift}, {{"epsilon", epsilon}}, name);
}

Value Builder::batch_norm(const std::string& name, const Value& x, float epsilon) {
  const Shape shape = {channels_of(x, name)};
  const Value scale = parameter(name + ".weight", filled(shape, 1)),
              shift = parameter(name + ".bias", filled(shape, 0));
  const Value mean = parameter(name + ".running_mean", filled(shape, 0));
  const Value variance = parameter(name + ".running_var", filled(shape, 1));
  return node("BatchNormalization", {x, scale, shift, mean, variance}, {{"epsilon", epsilon}}, name);
}

Value Builder::layer_norm(const std::string& name, const Value& x, float epsilon) {
  if (x.shape.empty() || x.shape.back() < 0)
    throw Error("layer '" + name + "'", "needs an input whose last extent is known");
  const Shape shape = {x.shape.back()};
  const Value scale = parameter(name + ".weight", filled(shape, 1)),
              shift = parameter(name + ".bias", filled(shape, 0));
  return node("LayerNormalization", {x, scale, shift}, {{"axis", std::int64_t{-1}}, {"epsilon", epsilon}}, name);
}

Value Builder::relu(const Value& x) {
  return node("Relu", {x});
}

Value Builder::leaky_relu(const Value& x, float negative_slope) {
  return node("LeakyRelu", {x}, {{"alpha", negative_slope}});
}

Value Builder::sigmoid(const Value& x) {
  return node("Sigmoid", {x});
}

Value Builder::softmax(const Value& x, std::int64_t axis) {
  return node("Softmax", {x}, {{"axis", axis}});
}

Value Builder::log_softmax(const Value& x, std::int64_t axis) {
  return node("LogSoftmax", {x}, {{"axis", axis}});
}

Value Builder::concat(const std::vector<Value>& values, std::int64_t axis) {
  return node("Concat", values, {{"axis", axis}});
}

Value Builder::slice(const Value& x, std::int64_t axis, std::int64_t begin, std::int64_t end) {
  const auto at = [&](std::int64_t n) { return constant(Tensor::of<std::int64_t>({1}, std::vector{n})); };
  return node("Slice", {x, at(begin), at(end), at(axis)});
}

Value Builder::max_pool(const Value& x, const Shape& kernel, const Shape& stride) {
  return node("MaxPool", {x}, {{"kernel_shape", kernel}, {"strides", stride}});
}

Value Builder::average_pool(const Value& x, const Shape& kernel, const Shape& stride) {
  return node("AveragePool", {x}, {{"kernel_shape", kernel}, {"strides", stride}});
}

Value Builder::global_average_pool(const Value& x) {
  return node("GlobalAveragePool", {x});
}

Value Builder::resize(const Value& x, const Shape& spatial, const std::string& mode) {
  if (spatial.size() + 2 != x.shape.size()) throw defect("builder", "resize wants one extent per spatial axis");
  if (mode != "linear" && mode != "nearest") throw defect("builder", "resize knows linear and nearest");
  std::map<std::string, Attribute> attributes = {{"mode", mode}, {"axes", spatial_axes(x)}};
  attributes["coordinate_transformation_mode"] = std::string(mode == "linear" ? "half_pixel" : "asymmetric");
  if (mode == "nearest") attributes["nearest_mode"] = std::string("floor");
  const Value sizes = constant(Tensor::of<std::int64_t>({std::ssize(spatial)}, spatial), "sizes");
  return node("Resize", {x, {}, {}, sizes}, attributes);
}

Value Builder::dropout(const Value& x, float ratio) {
  return node("Dropout", {x, constant(Tensor::scalar(ratio), "ratio")});
}

Value Builder::reshape(const Value& x, const Shape& shape) {
  return node("Reshape", {x, constant(Tensor::of<std::int64_t>({std::ssize(shape)}, shape), "shape")});
}

Value Builder::transpose(const Value& x, const Shape& permutation) {
  return node("Transpose", {x}, {{"perm", permutation}});
}

Value Builder::reduce(const std::string& op, const Value& x, const Shape& axes, bool keep) {
  const Value over = constant(Tensor::of<std::int64_t>({std::ssize(axes)}, axes), "axes");
  return node(op, {x, over}, {{"keepdims", std::int64_t{keep ? 1 : 0}}});
}

Value Builder::add(const Value& a, const Value& b) {
  return node("Add", {a, b});
}

Value Builder::sub(const Value& a, const Value& b) {
  return node("Sub", {a, b});
}

Value Builder::mul(const Value& a, const Value& b) {
  return node("Mul", {a, b});
}

Value Builder::div(const Value& a, const Value& b) {
  return node("Div", {a, b});
}

Value Builder::mul(const Value& a, float b) {
  return mul(a, constant(Tensor::scalar(b)));
}

Value Builder::add(const Value& a, float b) {
  return add(a, constant(Tensor::scalar(b)));
}

Value Builder::one_hot(const Value& labels, std::int64_t classes, std::int64_t axis) {
  const Value depth = constant(Tensor::scalar(classes), "depth");
  const Value values = constant(Tensor::of<float>({2}, std::vector<float>{0, 1}), "off_on");
  return node("OneHot", {labels, depth, values}, {{"axis", axis}});
}

}  // namespace galen
