// Trains on strips with their classes. Every strip is drawn equally often; its weight in the loss is the recipe's for
// its class.
#include <fmt/format.h>

#include <algorithm>

#include "galen/base/progress.h"
#include "galen/base/threads.h"
#include "tasks/signal_classify/augment_strip.h"
#include "tasks/signal_classify/classifier.h"
#include "tasks/signal_classify/record.h"
#include "tasks/signal_classify/task.h"

namespace galen::classify {
namespace {

struct Labelled {
  Strip strip;
  int kind = 0;
};

std::vector<Labelled> read_all(const TrainingRequest& request, const std::vector<const DatasetRow*>& rows,
                               const StripPlan& plan) {
  std::vector<Labelled> out(rows.size());
  parallel_for(rows.size(), 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      check_stop();
      const Case one = request.load(*rows[i]);
      with_context("case " + rows[i]->id, [&] {
        out[i].strip = read_strip(plan, one.signal("signal"));
        out[i].kind = class_of_label(one.attributes, request.dataset.classes);
      });
    }
  });
  // Strips that cannot be assessed teach nothing.
  std::erase_if(out, [](const Labelled& one) { return one.strip.not_assessable.has_value(); });
  return out;
}

class StripTraining final : public Training {
 public:
  explicit StripTraining(const TrainingRequest& request)
      : plan_(plan_from_recipe(request.recipe)),
        augmentation_(strip_augmentation_from_json({request.recipe.augmentation, "recipe: augmentation"})),
        seed_(request.recipe.seed),
        classes_(request.dataset.classes) {
    require_fit(plan_, classes_);
    train_ = read_all(request, request.train, plan_);
    validate_ = read_all(request, request.validate, plan_);
    if (train_.empty()) throw Error(request.dataset.name, "has no strip that can be assessed in the split 'train'");
    std::vector<Features> features;
    for (const Labelled& one : train_) features.push_back(one.strip.features);
    scale_ = scale_of(features);
  }

  Graph graph() const override { return training_graph(plan_, scale_, std::ssize(classes_), seed_); }
  Graph network(const Graph& trained) const override { return extract(trained, {"logits"}); }

  std::map<std::string, Tensor> batch(std::uint64_t epoch, std::uint64_t index) const override {
    const auto size = static_cast<std::size_t>(plan_.batch);
    const auto channels = 2 * std::ssize(plan_.channels), classes = std::ssize(classes_);
    Tensor signal(Scalar::f32, {plan_.batch, channels, plan_.window()});
    Tensor values(Scalar::f32, {plan_.batch, std::ssize(scale_.centre)}), known(Scalar::f32, values.shape());
    Tensor targets(Scalar::f32, {plan_.batch, classes});
    const auto part = [size](Tensor& tensor, std::size_t row) {
      const std::size_t each = tensor.values<float>().size() / size;
      return tensor.values<float>().subspan(row * each, each);
    };
    for (std::size_t row = 0; row < size; ++row) {
      const Labelled& one = drawn(epoch, index * size + row);
      Random random(seed_, epoch, index * size + row, "strip");
      put_augmented(one.strip, plan_, augmentation_, random, part(signal, row));
      put_features(one.strip.features, part(values, row), part(known, row));
      augment_features(part(values, row), part(known, row), scale_, augmentation_, random);
      put_target(one.kind, part(targets, row));
    }
    return {{"signal", std::move(signal)},
            {"values", std::move(values)},
            {"known", std::move(known)},
            {"targets", std::move(targets)}};
  }

  Validation validate(const Graph& network, Engine& engine) const override {
    Validation out;
    if (validate_.empty()) return out;
    const Classifier classifier(plan_, classes_.size(), {network}, engine, {.precision = Precision::f32});
    std::vector<StripRecord> records;
    for (const Labelled& one : validate_) records.push_back({classifier.logits(one.strip), one.kind, {}});
    out.values = quick_scores(plan_, classes_, records);
    out.criterion = out.values.at("criterion");
    return out;
  }

 private:
  // Each pass goes through all strips, in a new order.
  const Labelled& drawn(std::uint64_t epoch, std::uint64_t number) const {
    Random random(seed_, epoch, number / train_.size(), "order");
    std::vector<std::size_t> order(train_.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    random.shuffle(order);
    return train_[order[number % train_.size()]];
  }

  void put_target(int kind, std::span<float> out) const {
    const auto& label = classes_[static_cast<std::size_t>(kind)];
    const auto found = plan_.class_weights.find(label.name);
    const double weight = found == plan_.class_weights.end() ? 1 : found->second;
    const double others = plan_.smoothing / static_cast<double>(out.size());
    std::ranges::fill(out, static_cast<float>(weight * others));
    out[static_cast<std::size_t>(kind)] += static_cast<float>(weight * (1 - plan_.smoothing));
  }

  StripPlan plan_;
  StripAugmentation augmentation_;
  std::uint64_t seed_;
  std::vector<ClassLabel> classes_;
  std::vector<Labelled> train_, validate_;
  FeatureScale scale_;
};

}  // namespace

std::unique_ptr<Training> SignalClassify::training(const TrainingRequest& request) const {
  if (request.train.empty()) throw Error(request.dataset.name, "has no case in the split 'train'");
  return std::make_unique<StripTraining>(request);
}

}  // namespace galen::classify
