#include "galen/nn/loss.h"

#include <fmt/format.h>

#include <numeric>

namespace galen {
namespace {

constexpr std::int64_t onnx_i64 = 7;  // TensorProto.INT64, for Cast

Shape axes_from(std::int64_t first, const Value& x) {
  Shape out(x.shape.size() - static_cast<std::size_t>(first));
  std::iota(out.begin(), out.end(), first);
  return out;
}

Value mean(Builder& b, const Value& x) {
  return b.reduce("ReduceMean", x, axes_from(0, x));
}

Value sum(Builder& b, const Value& x) {
  return b.reduce("ReduceSum", x, axes_from(0, x));
}

Value indices(Builder& b, const Shape& values) {
  return b.constant(Tensor::of<std::int64_t>({std::ssize(values)}, values), "slice");
}

Value slice(Builder& b, const Value& x, const Shape& starts, const Shape& axes, const Shape& steps) {
  const Shape ends(starts.size(), std::numeric_limits<std::int32_t>::max());
  return b.node("Slice", {x, indices(b, starts), indices(b, ends), indices(b, axes), indices(b, steps)});
}

std::int64_t classes_of(const Value& logits) {
  if (logits.shape.size() < 2 || logits.shape[1] < 1) {
    throw Error("loss", "needs logits [batch, class, ...] whose classes are known", "shape " + to_string(logits.shape));
  }
  return logits.shape[1];
}

// [batch, class, ...], 1 where the label is the class.
Value truth(Builder& b, const Value& logits, const Value& labels) {
  if (labels.shape.size() + 1 != logits.shape.size()) {
    throw Error("loss", "has labels that do not fit its logits",
                to_string(labels.shape) + " for " + to_string(logits.shape));
  }
  const Value whole = labels.type == Scalar::i64 ? labels : b.node("Cast", {labels}, {{"to", onnx_i64}});
  return b.one_hot(whole, classes_of(logits));
}

// Multiplies by a weight per class, if there are any.
Value weighted(Builder& b, const Value& x, const std::vector<float>& weights) {
  if (weights.empty()) return x;
  if (std::ssize(weights) != x.shape[1]) {
    throw Error("loss", "has weights that do not fit its classes",
                fmt::format("{} weights, {} classes", weights.size(), x.shape[1]));
  }
  Shape shape(x.shape.size() - 1, 1);
  shape[0] = std::ssize(weights);
  return b.mul(x, b.constant(Tensor::of<float>(shape, weights), "class_weights"));
}

// Mean of the terms at the true classes: terms and one_hot are [batch, class, ...].
Value mean_of_truth(Builder& b, const Value& terms, const Value& one_hot, const std::vector<float>& weights) {
  const Value counts = weighted(b, one_hot, weights);
  return b.div(sum(b, b.mul(terms, counts)), sum(b, counts));
}

Value cross_entropy_of(Builder& b, const Value& logits, const Value& one_hot, const std::vector<float>& weights) {
  return b.mul(mean_of_truth(b, b.log_softmax(logits), one_hot, weights), -1);
}

Value dice_of(Builder& b, const Value& logits, const Value& one_hot, const DiceOptions& options) {
  const Value probability = b.softmax(logits);
  Shape over = axes_from(2, logits);
  if (options.batch) over.insert(over.begin(), 0);
  const auto summed = [&](const Value& x) { return b.reduce("ReduceSum", x, over); };  // [class] or [batch, class]
  const Value both = b.mul(summed(b.mul(probability, one_hot)), 2);
  const Value each = b.add(summed(probability), summed(one_hot));
  Value dice = b.div(b.add(both, options.smooth), b.add(each, options.smooth));
  if (options.ignore_background && classes_of(logits) > 1) dice = slice(b, dice, {1}, {options.batch ? 0 : 1}, {1});
  return mean(b, dice);
}

// The label nearest to the centre of each coarse voxel.
Value coarser(Builder& b, const Value& labels, const Value& logits) {
  Shape starts, axes, steps;
  for (std::size_t i = 1; i < labels.shape.size(); ++i) {
    const std::int64_t fine = labels.shape[i], coarse = logits.shape[i + 1];
    if (fine < 1 || coarse < 1 || fine % coarse != 0) {
      throw Error("deep supervision", "needs labels whose extents are fixed multiples of those of the logits",
                  to_string(labels.shape) + " for " + to_string(logits.shape));
    }
    if (fine == coarse) continue;
    axes.push_back(static_cast<std::int64_t>(i));
    steps.push_back(fine / coarse);
    starts.push_back((fine / coarse - 1) / 2);
  }
  return axes.empty() ? labels : slice(b, labels, starts, axes, steps);
}

}  // namespace

Value cross_entropy(Builder& b, const Value& logits, const Value& labels, const std::vector<float>& weights) {
  return cross_entropy_of(b, logits, truth(b, logits, labels), weights);
}

Value soft_cross_entropy(Builder& b, const Value& logits, const Value& targets) {
  return cross_entropy_of(b, logits, targets, {});
}

Value focal(Builder& b, const Value& logits, const Value& labels, float gamma, const std::vector<float>& weights) {
  const Value one_hot = truth(b, logits, labels);
  const Value wrong = b.add(b.mul(b.softmax(logits), -1), 1);
  const Value factor = b.node("Pow", {wrong, b.constant(Tensor::scalar(gamma), "gamma")});
  return b.mul(mean_of_truth(b, b.mul(b.log_softmax(logits), factor), one_hot, weights), -1);
}

// log(1 + exp(x)) - x y; Softplus does not overflow.
Value binary_cross_entropy(Builder& b, const Value& logits, const Value& targets) {
  return mean(b, b.sub(b.node("Softplus", {logits}), b.mul(logits, targets)));
}

Value mean_squared_error(Builder& b, const Value& prediction, const Value& target) {
  const Value difference = b.sub(prediction, target);
  return mean(b, b.mul(difference, difference));
}

Value dice_cross_entropy(Builder& b, const Value& logits, const Value& labels, const DiceOptions& options) {
  const Value one_hot = truth(b, logits, labels);
  const Value overlap = b.add(b.mul(dice_of(b, logits, one_hot, options), -1), 1);
  return b.add(overlap, cross_entropy_of(b, logits, one_hot, {}));
}

Value deep_supervision(Builder& b, const std::vector<Value>& logits, const Value& labels, const LabelLoss& loss) {
  if (logits.empty()) throw defect("deep supervision", "no logits");
  Value total;
  float weight = 1, weights = 0;
  for (const Value& scale : logits) {
    const Value part = b.mul(loss(b, scale, coarser(b, labels, scale)), weight);
    total = weights == 0 ? part : b.add(total, part);
    weights += weight;
    weight /= 2;
  }
  return b.mul(total, 1 / weights);
}

}  // namespace galen
