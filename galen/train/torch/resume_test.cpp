// Real networks in the training loop: interruptions and the number of workers do not change a bit of the result.
#include <gtest/gtest.h>

#include <algorithm>

#include "galen/base/threads.h"
#include "galen/engine/openvino/openvino.h"
#include "galen/train/checkpoint.h"
#include "galen/train/fake_training_test.h"
#include "galen/train/loop.h"
#include "galen/train/torch/small_networks_test.h"
#include "galen/train/torch/torch_engine.h"

namespace galen {
namespace {

const Shape image_shape{2, 1, 8, 8, 8}, label_shape{2, 8, 8, 8};
constexpr std::int64_t classes = 3;

/// A U-Net of two stages, with layers that keep state (running statistics) and that draw random numbers (dropout).
Graph tiny_unet() {
  Builder b("tiny", 3);
  const Value image = b.input("image", Scalar::f32, {{2, ""}, {1, ""}, {8, ""}, {8, ""}, {8, ""}});
  const Value labels = b.input("labels", Scalar::i64, {{2, ""}, {8, ""}, {8, ""}, {8, ""}});
  const Value fine = b.relu(b.batch_norm("fine.norm", b.conv("fine.conv", image, 4, {.kernel = {3, 3, 3}})));
  const Value coarse = b.dropout(block(b, "coarse", fine, 8, 2), 0.2f);
  const Value up = b.conv_transpose("up", coarse, 4, {.kernel = {2, 2, 2}, .stride = {2, 2, 2}});
  const Value logits = b.conv("head", block(b, "joint", b.concat({up, fine}), 4, 1), classes, {.kernel = {1, 1, 1}});
  b.output(logits, "logits");
  b.output(dice_ce(b, logits, labels, classes), "loss");
  return b.build();
}

/// Random images in which a voxel's class is its range of brightness.
class BrightnessTraining : public Training {
 public:
  Graph graph() const override { return tiny_unet(); }
  Graph network(const Graph& trained) const override { return extract(trained, {"logits"}); }
  std::map<std::string, Tensor> batch(std::uint64_t epoch, std::uint64_t index) const override {
    const Tensor image = random_tensor(image_shape, epoch * 1000 + index);
    Tensor labels(Scalar::i64, label_shape);
    std::ranges::transform(image.values<float>(), labels.values<std::int64_t>().begin(),
                           [](float v) { return (v > -0.3f) + (v > 0.3f); });
    return {{"image", image}, {"labels", labels}};
  }
  /// The share of correctly classified voxels in one unseen batch.
  Validation validate(const Graph& network, Engine& engine) const override {
    const std::map<std::string, Tensor> unseen = batch(999, 0);
    const Tensor logits = engine.compile(network, {})->run({{"image", unseen.at("image")}}).at("logits");
    const auto scores = logits.values<float>();
    const auto truths = std::as_const(unseen.at("labels")).values<std::int64_t>();
    const std::size_t voxels = 8 * 8 * 8;
    int right = 0;
    for (std::size_t i = 0; i < truths.size(); ++i) {
      const std::size_t at = i / voxels * classes * voxels + i % voxels;
      std::int64_t best = 0;
      for (std::int64_t c = 1; c < classes; ++c) {
        if (scores[at + c * voxels] > scores[at + best * voxels]) best = c;
      }
      right += best == truths[i];
    }
    return {right / static_cast<double>(truths.size()), {}};
  }
};

struct Kill {};

struct Setting {
  const char* name;
  const char* method;
  bool bf16;
  int threads;
};

class TorchLoop : public testing::TestWithParam<Setting> {
 protected:
  struct Outcome {
    TrainResult result;
    std::map<std::string, Tensor> state;
  };

  void SetUp() override {
    clear_stop();
    set_thread_count(GetParam().threads);
    schedule.epochs = 3;
    schedule.batches_per_epoch = 6;
    schedule.accumulate = 2;
    schedule.validate_every = 1;
    schedule.method = GetParam().method;
    schedule.learning_rate = 5e-3;
    schedule.momentum = 0.9;
    schedule.ema_decay = 0.5;
    schedule.warmup_updates = 4;
    options.identity = "brightness";
    options.resume = true;
    options.trainable.bf16 = GetParam().bf16;
  }
  void TearDown() override { clear_stop(); }

  Outcome train(const std::string& name, Progress& progress = no_progress()) {
    options.folder = folder.path() / name;
    TrainResult result = train_network({training, schedule, 1, *gradients, *engine, progress}, options);
    return {std::move(result), CheckpointStore(options.folder).load(no_progress())->state};
  }
  /// End after this update: by a requested stop, or abruptly.
  void stop_after(int update, const std::string& name) {
    testing_train::Sentences progress;
    progress.on_advance = [=](int updates) {
      if (updates == update) request_stop();
    };
    EXPECT_THROW(train(name, progress), Error);
    clear_stop();
  }
  void kill_after(int update, const std::string& name) {
    testing_train::Sentences progress;
    progress.on_advance = [=](int updates) {
      if (updates == update) throw Kill{};
    };
    EXPECT_THROW(train(name, progress), Kill);
  }

  static void expect_same(const std::map<std::string, Tensor>& a, const std::map<std::string, Tensor>& b,
                          const std::string& what) {
    ASSERT_EQ(a.size(), b.size()) << what;
    for (const auto& [name, tensor] : a) {
      ASSERT_TRUE(b.contains(name)) << what << ": " << name;
      EXPECT_TRUE(std::ranges::equal(tensor.bytes(), b.at(name).bytes())) << what << ": " << name;
    }
  }
  static void expect_same(const Outcome& a, const Outcome& b, const std::string& what) {
    expect_same(a.result.network.initializers, b.result.network.initializers, what + ", network");
    expect_same(a.state, b.state, what + ", state");
    EXPECT_EQ(a.result.validation.criterion, b.result.validation.criterion) << what;
    EXPECT_EQ(a.result.updates, b.result.updates) << what;
  }

  TemporaryFolder folder;
  BrightnessTraining training;
  const std::unique_ptr<GradientEngine> gradients = torch_engine();
  const std::unique_ptr<Engine> engine = openvino_engine();
  Schedule schedule;
  LoopOptions options;
};

TEST_P(TorchLoop, ResumedInTheMiddleOfAnEpochItEndsWithTheSameBits) {
  const Outcome whole = train("whole");
  EXPECT_EQ(whole.result.updates, 9);
  for (const int update : {1, 3, 5, 8}) {
    const std::string name = "stopped after " + std::to_string(update);
    stop_after(update, name);
    expect_same(train(name), whole, name);
  }
  stop_after(2, "twice");
  stop_after(3, "twice");
  expect_same(train("twice"), whole, "twice");
}

TEST_P(TorchLoop, KilledInTheMiddleOfAnEpochItEndsWithTheSameBits) {
  const Outcome whole = train("whole");
  kill_after(5, "goes back to the last epoch");
  expect_same(train("goes back to the last epoch"), whole, "killed");
  options.checkpoint_seconds = 0;
  kill_after(5, "goes back to the last update");
  expect_same(train("goes back to the last update"), whole, "killed");
}

TEST_P(TorchLoop, TheNumberOfWorkersChangesNoBit) {
  options.workers = 0;
  const Outcome alone = train("alone");
  for (const int workers : {1, 3}) {
    options.workers = workers;
    expect_same(train(std::to_string(workers)), alone, std::to_string(workers) + " workers");
  }
}

TEST_P(TorchLoop, AnotherSeedOfDropoutIsAnotherNetwork) {  // else the comparisons above would prove little
  const Outcome one = train("one");
  options.folder = folder.path() / "two";
  const TrainResult two = train_network({training, schedule, 2, *gradients, *engine, no_progress()}, options);
  const auto& a = one.result.network.initializers.at("head.weight");
  EXPECT_FALSE(std::ranges::equal(a.bytes(), two.network.initializers.at("head.weight").bytes()));
}

INSTANTIATE_TEST_SUITE_P(Settings, TorchLoop,
                         testing::Values(Setting{"sgd", "sgd", false, 1}, Setting{"adamw", "adamw", false, 2},
                                         Setting{"bf16", "adamw", true, 1}),
                         [](const auto& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace galen
