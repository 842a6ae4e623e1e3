#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "galen/base/threads.h"
#include "galen/graph/builder.h"
#include "galen/metric/overlap.h"
#include "galen/metric/stats.h"
#include "galen/nn/loss.h"
#include "galen/prep/argmax_resampler.h"
#include "galen/prep/augment.h"
#include "galen/prep/patches.h"
#include "tasks/image_segment/infer.h"
#include "tasks/image_segment/plan.h"
#include "tasks/image_segment/prepare.h"
#include "tasks/image_segment/task.h"
#include "tasks/image_segment/unlike.h"

namespace galen::segment {
namespace {

struct Item {
  std::string patient;
  Image image;
  Labels labels;
  ClassLocations locations;
};

class SegmentTraining final : public Training {
 public:
  explicit SegmentTraining(const TrainingRequest& request)
      : plan_(plan_from_recipe(request.recipe, request.dataset.classes)), seed_(request.recipe.seed) {
    request.progress.begin("preparing", request.train.size() + request.validate.size(), "cases");
    train_ = prepare_all(request, request.train, 0);
    validate_ = prepare_all(request, request.validate, request.train.size());
    request.progress.end();
  }

  Graph graph() const override;
  Graph network(const Graph& trained) const override;
  std::map<std::string, Tensor> batch(std::uint64_t epoch, std::uint64_t index) const override;
  Validation validate(const Graph& network, Engine& engine) const override;
  Json describe(const Graph& network, Engine& engine) const override;

 private:
  std::vector<Item> prepare_all(const TrainingRequest& request, const std::vector<const DatasetRow*>& rows,
                                std::size_t done) const;

  SegmentPlan plan_;
  std::uint64_t seed_;
  std::vector<Item> train_, validate_;
};

std::vector<Item> SegmentTraining::prepare_all(const TrainingRequest& request,
                                               const std::vector<const DatasetRow*>& rows, std::size_t done) const {
  std::vector<Item> items;
  std::uint64_t bytes = 0;
  for (const DatasetRow* row : rows) {
    check_stop();
    const Case one = request.load(*row);
    with_context("case " + row->id, [&] {
      const auto side = one.attributes.find("laterality");
      PrepareOptions options;
      options.mirror_x = side != one.attributes.end() && is_other_side(plan_, side->second);
      Prepared prepared = prepare(one.volume("image"), plan_, options);
      Labels labels = prepare_mask(one.volume("mask"), plan_, prepared);
      ClassLocations locations = class_locations(labels);
      bytes += prepared.image.values.size() * sizeof(float) + labels.values.size();
      items.push_back({row->patient, std::move(prepared.image), std::move(labels), std::move(locations)});
    });
    if (const std::uint64_t all = bytes / items.size() * rows.size(); all > available_memory_bytes() + bytes) {
      throw Error("dataset " + request.dataset.name, "does not fit in memory when prepared",
                  "about " + memory_text(all), "plan a coarser spacing, or train on a part");
    }
    request.progress.advance(done + items.size());
  }
  return items;
}

Graph SegmentTraining::graph() const {
  Builder b("image_segment", seed_);
  const auto [nx, ny, nz] = plan_.patch;
  const Dim batch{plan_.batch, ""}, x{nx, ""}, y{ny, ""}, z{nz, ""};
  const Value image = b.input("image", Scalar::f32, {batch, {plan_.network.in_channels, ""}, z, y, x});
  const Value labels = b.input("labels", Scalar::i64, {batch, z, y, x});
  const std::vector<Value> logits = unet(b, image, plan_.network);
  const LabelLoss loss = [](Builder& builder, const Value& l, const Value& t) {
    return dice_cross_entropy(builder, l, t);
  };
  b.output(logits.front(), "logits");
  b.output(deep_supervision(b, logits, labels, loss), "loss");
  return b.build();
}

// In prediction, tiles may have any size divisible by the strides.
Graph SegmentTraining::network(const Graph& trained) const {
  Graph out = extract(trained, {"logits", "embedding"});
  std::vector<Dim>& dims = out.inputs.front().dims;
  dims = {{-1, "batch"}, dims[1], {-1, "z"}, {-1, "y"}, {-1, "x"}};
  for (ValueInfo& output : out.outputs) output.dims.assign(output.dims.size(), Dim{});
  return out;
}

std::map<std::string, Tensor> SegmentTraining::batch(std::uint64_t epoch, std::uint64_t index) const {
  const auto [nx, ny, nz] = plan_.patch;
  Tensor images(Scalar::f32, {plan_.batch, plan_.network.in_channels, nz, ny, nx});
  Tensor labels(Scalar::i64, {plan_.batch, nz, ny, nx});
  const auto per_image = static_cast<std::size_t>(images.count() / plan_.batch);
  const auto per_mask = static_cast<std::size_t>(labels.count() / plan_.batch);
  for (int i = 0; i < plan_.batch; ++i) {
    Random random(seed_, epoch, index * static_cast<std::uint64_t>(plan_.batch) + static_cast<std::uint64_t>(i),
                  "sample");
    const Item& item = train_[random.below(train_.size())];
    const Box box = sample_patch(item.image.grid, plan_.patch, item.locations,
                                 forces_foreground(i, plan_.batch, plan_.foreground_share), random);
    const Sample sample = augmented(item.image, item.labels, box, plan_.augmentation, random);
    const auto at = static_cast<std::size_t>(i);
    std::copy(sample.image.values.begin(), sample.image.values.end(),
              images.values<float>().begin() + static_cast<std::ptrdiff_t>(at * per_image));
    std::copy(sample.labels.values.begin(), sample.labels.values.end(),
              labels.values<std::int64_t>().begin() + static_cast<std::ptrdiff_t>(at * per_mask));
  }
  return {{"image", std::move(images)}, {"labels", std::move(labels)}};
}

Validation SegmentTraining::validate(const Graph& network, Engine& engine) const {
  if (validate_.empty()) return {};
  const Ensemble ensemble({network}, plan_, engine, {Precision::f32, 0, false});
  std::map<std::string, std::pair<double, int>> sums;
  for (const Item& item : validate_) {
    ArgmaxResampler labels(static_cast<int>(plan_.network.classes), item.image.grid, item.image.grid);
    ensemble.run(item.image, labels.sink(), no_progress());
    const Labels predicted = std::move(labels).labels();
    for (const ClassLabel& label : plan_.classes) {
      if (label.value == 0) continue;
      const double dice = overlap(predicted.values, item.labels.values, label.value).dice();
      if (std::isnan(dice)) continue;
      auto& [sum, n] = sums["dice." + label.name];
      sum += dice;
      ++n;
    }
  }
  Validation out;
  std::vector<double> means;
  for (const auto& [name, sum] : sums) {
    means.push_back(sum.first / sum.second);
    out.values[name] = means.back();
  }
  out.criterion = out.values["dice.mean"] = mean_of_defined(means);
  return out;
}

Json SegmentTraining::describe(const Graph& network, Engine& engine) const {
  const Ensemble ensemble({network}, plan_, engine, {Precision::f32, 0, false});
  std::vector<ReferenceCase> cases;
  for (const Item& item : train_) {
    check_stop();
    const Inference inference = ensemble.run(item.image, [](auto, auto) {}, no_progress());
    cases.push_back({item.patient, statistics_of(item.image), inference.embeddings.front()});
  }
  return profile_of(cases);
}

}  // namespace

std::unique_ptr<Training> ImageSegment::training(const TrainingRequest& request) const {
  if (request.train.empty()) throw Error(request.dataset.name, "has no case in the split 'train'");
  return std::make_unique<SegmentTraining>(request);
}

}  // namespace galen::segment
