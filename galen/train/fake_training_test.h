#pragma once
// For tests: a linear model with momentum and averaging, trained in plain C++, instead of a gradient engine.
#include <cmath>
#include <memory>

#include "galen/base/random.h"
#include "galen/engine/gradients.h"
#include "galen/graph/builder.h"
#include "galen/pipeline/task.h"

namespace galen::testing_train {

inline constexpr std::int64_t features = 3, samples = 4;

/// y = x W with 3 features; outputs "prediction" and "loss" (mean squared error). A real graph, so that files are real.
inline Graph linear_graph() {
  Builder builder("linear", 1);
  const Value x = builder.input("x", Scalar::f32, {{-1, "batch"}, {features, ""}});
  const Value target = builder.input("target", Scalar::f32, {{-1, "batch"}, {1, ""}});
  const std::vector<float> zeros(features, 0.0f);
  const Value weight = builder.parameter("head.weight", Tensor::of<float>({features, 1}, zeros));
  const Value prediction = builder.node("MatMul", {x, weight});
  builder.output(prediction, "prediction");
  const Value error = builder.sub(prediction, target);
  builder.output(builder.reduce("ReduceMean", builder.mul(error, error), {0, 1}), "loss");
  return builder.build();
}

/// Replaces torch: SGD with momentum and weight averaging; state() holds all of it.
class LinearTrainable : public Trainable {
 public:
  explicit LinearTrainable(const Graph& graph) : graph_(graph) {
    const auto values = std::as_const(graph_).initializers.at("head.weight").values<float>();
    weight_.assign(values.begin(), values.end());
    momentum_.assign(features, 0), gradient_.assign(features, 0), average_ = weight_;
  }

  std::map<std::string, Tensor> run(const std::map<std::string, Tensor>&, const std::vector<std::string>&) override {
    return {};
  }
  std::map<std::string, double> accumulate(const std::map<std::string, Tensor>& inputs, const std::string&,
                                           double scale, std::uint64_t seed) override {
    const auto x = inputs.at("x").values<float>(), target = inputs.at("target").values<float>();
    double loss = 0;
    std::vector<double> gradient(features, 0);
    for (std::size_t i = 0; i < target.size(); ++i) {
      double y = -target[i];
      for (std::size_t f = 0; f < features; ++f) y += x[i * features + f] * weight_[f];
      loss += y * y / static_cast<double>(target.size());
      for (std::size_t f = 0; f < features; ++f) gradient[f] += 2 * y * x[i * features + f];
    }
    if (!std::isfinite(loss)) throw NonFiniteLoss("loss", "is not finite");
    const double dropout = static_cast<double>(seed % 1000) * 1e-6;  // so that a wrong seed shows in the weights
    for (std::size_t f = 0; f < features; ++f) {
      gradient_[f] += scale * (gradient[f] / static_cast<double>(target.size()) + dropout);
    }
    return {{"loss", loss}};
  }
  std::map<std::string, Tensor> gradients(const std::map<std::string, Tensor>&, const std::string&, const Tensor&,
                                          const std::vector<std::string>&) override {
    return {};
  }
  double update(const UpdateRule& rule) override {
    double norm = 0;
    for (std::size_t f = 0; f < features; ++f) {
      gradient_[f] *= rule.gradient_scale;
      norm += gradient_[f] * gradient_[f];
      momentum_[f] = rule.momentum * momentum_[f] + gradient_[f];
      weight_[f] -= rule.learning_rate * (gradient_[f] + rule.momentum * momentum_[f]);
      average_[f] = rule.ema_decay * average_[f] + (1 - rule.ema_decay) * weight_[f];
      gradient_[f] = 0;
    }
    return std::sqrt(norm);
  }
  Graph graph(bool averaged) const override {
    Graph out = graph_;
    const std::vector<double>& source = averaged ? average_ : weight_;
    const std::vector<float> values(source.begin(), source.end());
    out.initializers["head.weight"] = Tensor::of<float>({features, 1}, values);
    return out;
  }
  std::map<std::string, Tensor> state() const override {
    return {{"weight", Tensor::of<double>({features}, weight_)},
            {"momentum", Tensor::of<double>({features}, momentum_)},
            {"average", Tensor::of<double>({features}, average_)}};
  }
  void load_state(const std::map<std::string, Tensor>& state) override {
    const auto read = [&](const char* name, std::vector<double>& into) {
      const auto values = state.at(name).values<double>();
      into.assign(values.begin(), values.end());
    };
    read("weight", weight_), read("momentum", momentum_), read("average", average_);
  }

 private:
  Graph graph_;
  std::vector<double> weight_, momentum_, gradient_, average_;
};

class LinearGradients : public GradientEngine {
 public:
  std::unique_ptr<Trainable> trainable(const Graph& graph, const TrainableOptions&) override {
    return std::make_unique<LinearTrainable>(graph);
  }
  std::string description() const override { return "linear models"; }
};

/// An engine for validations that need none.
class NoEngine : public Engine {
 public:
  std::shared_ptr<const Executable> compile(const Graph&, const CompileOptions&) override { return nullptr; }
  MemoryEstimate predict_memory(const Graph&, const CompileOptions&) const override { return {}; }
  std::vector<Precision> native_precisions() const override { return native; }
  std::string description() const override { return "none"; }
  void forget() override { ++forgotten; }

  std::vector<Precision> native = {Precision::f32};
  int forgotten = 0;
};

/// Learns y = 1 x0 - 2 x1 + 3 x2. Hooks let a test interfere.
class LinearTraining : public Training {
 public:
  Graph graph() const override { return linear_graph(); }
  Graph network(const Graph& trained) const override { return extract(trained, {"prediction"}); }
  std::map<std::string, Tensor> batch(std::uint64_t epoch, std::uint64_t index) const override {
    if (on_batch) on_batch(epoch, index);
    Random random(data_seed, epoch, index, "batch");
    std::vector<float> x, target;
    for (std::int64_t i = 0; i < samples; ++i) {
      for (std::int64_t f = 0; f < features; ++f) x.push_back(static_cast<float>(random.normal()));
      const float* row = &x[x.size() - features];
      target.push_back(row[0] - 2 * row[1] + 3 * row[2]);
    }
    if (poisoned && poisoned(epoch, index)) target[0] = std::nanf("");
    return {{"x", Tensor::of<float>({samples, features}, x)}, {"target", Tensor::of<float>({samples, 1}, target)}};
  }
  Validation validate(const Graph& network, Engine&) const override {
    if (on_validate) return on_validate(network);
    return distance(network);
  }
  static Validation distance(const Graph& network) {
    const auto w = network.initializers.at("head.weight").values<float>();
    const double error = std::hypot(w[0] - 1.0f, w[1] + 2.0f, w[2] - 3.0f);
    return {-error, {{"error", error}}};
  }

  std::uint64_t data_seed = 5;
  std::function<void(std::uint64_t, std::uint64_t)> on_batch;
  std::function<bool(std::uint64_t, std::uint64_t)> poisoned;
  std::function<Validation(const Graph&)> on_validate;
};

/// Records all sentences, and reports every step, counted from 1.
class Sentences : public Progress {
 public:
  void say(std::string_view sentence) override { all += std::string(sentence) + "\n"; }
  void advance(std::uint64_t, std::string_view) override {
    if (on_advance) on_advance(++advances);
  }
  std::string all;
  int advances = 0;
  std::function<void(int)> on_advance;
};

inline std::vector<float> weights_of(const Graph& graph) {
  const auto values = graph.initializers.at("head.weight").values<float>();
  return {values.begin(), values.end()};
}

}  // namespace galen::testing_train
