#include "galen/train/loop.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "galen/train/checkpoint.h"
#include "galen/train/fake_training_test.h"
#include "galen/train/schedule.h"

namespace galen {
namespace {

using namespace testing_train;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class Loop : public ::testing::Test {
 protected:
  void SetUp() override {
    clear_stop();
    schedule.epochs = 4;
    schedule.batches_per_epoch = 6;
    schedule.learning_rate = 0.02;
    schedule.momentum = 0.5;
    schedule.ema_decay = 0.5;
    schedule.warmup_updates = 3;
    schedule.validate_every = 2;
    options.folder = folder.path() / "run";
    options.identity = "linear";
    options.title = "A <line>";
    options.resume = true;
  }
  void TearDown() override { clear_stop(); }

  TrainResult train(Progress& progress = no_progress()) {
    return train_network({training, schedule, 1, gradients, engine, progress}, options);
  }
  Error refusal(Progress& progress = no_progress()) {
    try {
      train(progress);
    } catch (const Error& error) {
      return error;
    }
    ADD_FAILURE() << "nothing was refused";
    return defect("", "");
  }
  /// Runs until this number of updates, as if interrupted by Ctrl-C.
  void train_until(int updates) {
    Sentences progress;
    progress.on_advance = [=](int n) {
      if (n == updates) request_stop();
    };
    EXPECT_EQ(refusal(progress).fault(), Fault::interrupted);
    clear_stop();
  }
  std::string log() const { return read_text(options.folder / "log.jsonl"); }

  TemporaryFolder folder;
  LinearTraining training;
  LinearGradients gradients;
  NoEngine engine;
  Schedule schedule;
  LoopOptions options;
};

// Log lines without the values that depend on the clock and the machine.
std::vector<Json> reproducible(const std::string& log) {
  std::vector<Json> lines;
  std::istringstream stream(log);
  for (std::string text; std::getline(stream, text);) {
    Json line = Json::parse(text);
    for (const char* key : {"seconds", "samples_per_second", "peak_memory_bytes"}) line.erase(key);
    if (line.contains("validate")) line["validate"].erase("seconds");
    lines.push_back(line);
  }
  return lines;
}

TEST_F(Loop, LearnsAndReportsWhatItDid) {
  schedule.epochs = 40;
  const TrainResult result = train();
  EXPECT_LT(result.validation.values.at("error"), 0.1);
  EXPECT_EQ(result.epochs, 40);
  EXPECT_EQ(result.updates, 240);
  EXPECT_EQ(result.network.outputs.size(), 1u);
  EXPECT_EQ(result.network.outputs[0].name, "prediction");
  EXPECT_EQ(result.network.inputs.size(), 1u);
  const auto lines = reproducible(log());
  ASSERT_EQ(lines.size(), 40u);
  EXPECT_FALSE(lines[0].contains("validate"));
  EXPECT_TRUE(lines[1].contains("validate"));
  EXPECT_GT(lines[0]["losses"]["loss"], lines[39]["losses"]["loss"]);
  const std::string page = read_text(options.folder / "training.html");
  EXPECT_THAT(page, HasSubstr("A &lt;line&gt;"));
  for (const char* title :
       {"Loss, mean of the epoch", "Validation", "Learning rate", "Gradient norm before clipping"}) {
    EXPECT_THAT(page, HasSubstr(fmt::format("<b>{}</b></figcaption><svg", title)));
  }
  EXPECT_THAT(page, HasSubstr(fmt::format(">learning_rate {:.4g}<", lines[39]["learning_rate"].get<double>())));
}

TEST_F(Loop, WeightsThatFitNowhereAreRefused) {
  Graph start = linear_graph();
  start.initializers.clear();
  options.start = &start;
  EXPECT_THAT(refusal().what(), HasSubstr("fit nowhere"));
}

TEST_F(Loop, EqualTrainingsGiveEqualWeightsWhateverTheWorkers) {
  const std::vector<float> alone = weights_of((options.workers = 0, train()).network);
  for (const int workers : {1, 2, 5}) {
    options.workers = workers;
    options.resume = false;
    EXPECT_EQ(weights_of(train().network), alone) << workers;
  }
}

TEST_F(Loop, ResumesBitForBitAtAnyUpdate) {
  options.folder = folder.path() / "whole";
  const TrainResult whole = train();
  const auto whole_log = reproducible(log());
  for (const int stop_at : {1, 5, 6, 7, 12, 17, 23, 24}) {
    options.folder = folder.path() / std::to_string(stop_at);
    train_until(stop_at);
    const TrainResult resumed = train();
    EXPECT_EQ(weights_of(resumed.network), weights_of(whole.network)) << stop_at;
    EXPECT_EQ(reproducible(log()), whole_log) << stop_at;
    EXPECT_EQ(resumed.kept_epoch, whole.kept_epoch);
  }
}

TEST_F(Loop, ResumesBitForBitWithAccumulation) {
  schedule.accumulate = 4;  // groups of 4 and 2
  options.folder = folder.path() / "whole";
  const TrainResult whole = train();
  EXPECT_EQ(whole.updates, 8);
  options.folder = folder.path() / "parts";
  train_until(3);
  EXPECT_EQ(weights_of(train().network), weights_of(whole.network));
}

TEST_F(Loop, AnUpdateTakesTheMeanOfItsBatches) {
  schedule.epochs = 1;
  schedule.batches_per_epoch = 2;
  schedule.accumulate = 2;
  LinearTrainable by_hand(linear_graph());
  for (std::uint64_t i = 0; i < 2; ++i) {
    by_hand.accumulate(training.batch(0, i), "loss", 0.5, Random(1, 0, i, "dropout").below(1ull << 62));
  }
  by_hand.update(update_rule(schedule, Course{.updates = 1}, 0));
  const TrainResult result = train();
  EXPECT_EQ(result.updates, 1);
  EXPECT_EQ(weights_of(result.network), weights_of(by_hand.graph(true)));
}

TEST_F(Loop, AnUpdateTakesTheMeanOfThoseThatAreFinite) {
  schedule.epochs = 1;
  schedule.batches_per_epoch = 4;
  schedule.accumulate = 4;
  training.poisoned = [](std::uint64_t, std::uint64_t index) { return index != 1; };
  LinearTrainable by_hand(linear_graph());
  by_hand.accumulate(training.batch(0, 1), "loss", 1, Random(1, 0, 1, "dropout").below(1ull << 62));
  by_hand.update(update_rule(schedule, Course{.updates = 1}, 0));
  const TrainResult result = train();
  EXPECT_EQ(result.skipped, 3);
  EXPECT_EQ(weights_of(result.network), weights_of(by_hand.graph(true)));
}

TEST_F(Loop, ForgetsTheNetworkOfEachValidation) {
  train();
  EXPECT_EQ(engine.forgotten, 2);
}

TEST_F(Loop, AResumeInAnotherPrecisionIsSaidAndRecorded) {
  train_until(3);
  options.trainable.bf16 = true;
  Sentences progress;
  progress.on_advance = [](int n) {
    if (n == 4) request_stop();
  };
  EXPECT_EQ(refusal(progress).fault(), Fault::interrupted);
  clear_stop();
  EXPECT_THAT(progress.all, HasSubstr("continues in bf16 on cpu, "));
  EXPECT_THAT(progress.all, HasSubstr("so far in f32 on cpu, "));
  Sentences again;
  const TrainResult result = train(again);
  EXPECT_THAT(again.all, Not(HasSubstr("so far in")));
  EXPECT_THAT(result.computed_by, ElementsAre(StartsWith("f32 on cpu, "), StartsWith("bf16 on cpu, ")));
}

TEST_F(Loop, AResumeAsBeforeIsOneTraining) {
  train_until(3);
  Sentences progress;
  EXPECT_EQ(train(progress).computed_by.size(), 1u);
  EXPECT_THAT(progress.all, Not(HasSubstr("so far in")));
  options.trainable.bf16 = true;
  EXPECT_EQ(train().computed_by.size(), 1u) << "it was finished: nothing was computed";
}

TEST_F(Loop, ACheckpointThatDoesNotSayByWhatItWasComputedIsGoodToo) {
  options.folder = folder.path() / "whole";
  const TrainResult whole = train();
  options.folder = folder.path() / "parts";
  train_until(3);
  const CheckpointStore store(options.folder);
  Checkpoint checkpoint = *store.load(no_progress());
  EXPECT_EQ(checkpoint.counters.erase("computed_by"), 1u);
  store.save(checkpoint);
  const TrainResult resumed = train();
  EXPECT_EQ(weights_of(resumed.network), weights_of(whole.network));
  EXPECT_EQ(resumed.computed_by.size(), 1u);
}

TEST_F(Loop, SurvivesAKillAfterAnyUpdate) {
  options.folder = folder.path() / "whole";
  const TrainResult whole = train();
  options.checkpoint_seconds = 0;  // a checkpoint after each update
  for (const std::uint64_t killed : {3u, 8u, 14u, 23u}) {
    options.folder = folder.path() / ("killed" + std::to_string(killed));
    struct Kill {};
    Sentences progress;
    progress.on_advance = [&](int n) {
      if (n == static_cast<int>(killed)) throw Kill{};  // nothing is written after this
    };
    EXPECT_THROW(train(progress), Kill);
    EXPECT_EQ(weights_of(train().network), weights_of(whole.network)) << killed;
  }
}

TEST_F(Loop, ADamagedNewestCheckpointCostsOnlyTheLastUpdates) {
  options.folder = folder.path() / "whole";
  const TrainResult whole = train();
  options.folder = folder.path() / "damaged";
  options.checkpoint_seconds = 0;
  train_until(15);
  const fs::path newest = options.folder / "checkpoint.safetensors";
  Bytes bytes = read_bytes(newest);
  bytes[bytes.size() / 2] ^= std::byte{1};
  write_file(newest, bytes);
  Sentences progress;
  const TrainResult resumed = train(progress);
  EXPECT_THAT(progress.all, HasSubstr("put aside"));
  EXPECT_EQ(weights_of(resumed.network), weights_of(whole.network));
}

TEST_F(Loop, AStopKeepsTheBestNetwork) {
  train_until(14);
  EXPECT_TRUE(fs::exists(options.folder / "best-00002.onnx"));
  EXPECT_TRUE(fs::exists(options.folder / "checkpoint.safetensors"));
}

TEST_F(Loop, AStopDuringValidationIsNoLoss) {
  options.folder = folder.path() / "whole";
  const TrainResult whole = train();
  options.folder = folder.path() / "parts";
  training.on_validate = [](const Graph&) -> Validation { throw Error("", "interrupted", "", "", Fault::interrupted); };
  EXPECT_EQ(refusal().fault(), Fault::interrupted);
  training.on_validate = nullptr;
  EXPECT_EQ(weights_of(train().network), weights_of(whole.network));
}

TEST_F(Loop, AFinishedTrainingIsNotDoneAgain) {
  const TrainResult first = train();
  training.on_batch = [](std::uint64_t, std::uint64_t) { FAIL() << "a batch was made"; };
  options.workers = 0;
  const TrainResult again = train();
  EXPECT_EQ(weights_of(again.network), weights_of(first.network));
  EXPECT_EQ(again.validation.criterion, first.validation.criterion);
}

TEST_F(Loop, RefusesACheckpointOfAnotherTraining) {
  train_until(3);
  options.identity = "another";
  EXPECT_THAT(refusal().what(), HasSubstr("another training"));
}

TEST_F(Loop, KeepsTheBestOrTheLastAsTheRecipeSays) {
  schedule.epochs = 8;
  int call = 0;
  std::vector<std::vector<float>> seen;
  training.on_validate = [&](const Graph& network) {
    seen.push_back(weights_of(network));
    const double criteria[] = {0.1, 0.9, 0.3, 0.2};
    return Validation{criteria[call++ % 4], {}};
  };
  const TrainResult best = train();
  EXPECT_EQ(best.kept_epoch, 4);
  EXPECT_EQ(best.validation.criterion, 0.9);
  EXPECT_EQ(weights_of(best.network), seen[1]);

  schedule.keep = "last";
  options.folder = folder.path() / "last";
  const TrainResult last = train();
  EXPECT_EQ(last.kept_epoch, 8);
  EXPECT_EQ(last.validation.criterion, 0.2);
  EXPECT_EQ(weights_of(last.network), seen[3]);
}

TEST_F(Loop, KeepsTheNewestWhereNothingCanBeJudgedAndLogsNoCriterion) {
  training.on_validate = [](const Graph&) { return Validation{}; };
  const TrainResult result = train();
  EXPECT_EQ(result.kept_epoch, 4);
  EXPECT_TRUE(std::isnan(result.validation.criterion));
  for (const Json& line : reproducible(log())) {
    EXPECT_FALSE(line.contains("validate") && line["validate"].contains("criterion")) << line;
  }
}

TEST_F(Loop, StopsEarlyWhenValidationsBringNothing) {
  schedule.epochs = 100;
  schedule.validate_every = 1;
  schedule.patience = 3;
  int call = 0;
  training.on_validate = [&](const Graph&) { return Validation{++call == 2 ? 1.0 : 0.5, {}}; };
  const TrainResult result = train();
  EXPECT_TRUE(result.stopped_early);
  EXPECT_EQ(result.epochs, 5);
  EXPECT_EQ(result.kept_epoch, 2);
}

TEST_F(Loop, SkipsBatchesThatAreNotFinite) {
  training.poisoned = [](std::uint64_t epoch, std::uint64_t index) { return epoch == 1 && index < 2; };
  const TrainResult result = train();
  EXPECT_EQ(result.skipped, 2);
  for (const float w : weights_of(result.network)) EXPECT_TRUE(std::isfinite(w));
  EXPECT_EQ(reproducible(log())[1]["skipped"], 2);
}

TEST_F(Loop, StopsWithAWordWhenItDiverges) {
  training.poisoned = [](std::uint64_t epoch, std::uint64_t) { return epoch >= 1; };
  const Error error = refusal();
  EXPECT_THAT(error.what(), HasSubstr("diverges"));
  EXPECT_THAT(error.remedy(), HasSubstr("learning_rate"));
  EXPECT_EQ(error.fault(), Fault::refused);
}

TEST_F(Loop, AFailureInABatchArrivesAtItsPlace) {
  training.on_batch = [](std::uint64_t epoch, std::uint64_t index) {
    if (epoch == 1 && index == 3) throw Error("case 7", "cannot be read");
  };
  options.workers = 3;
  EXPECT_THAT(refusal().what(), HasSubstr("case 7"));
}

TEST_F(Loop, BeginsFromGivenWeights) {
  Graph start = linear_graph();
  const std::vector<float> solution{1, -2, 3};
  start.initializers["head.weight"] = Tensor::of<float>({3, 1}, solution);
  options.start = &start;
  schedule.learning_rate = 0;
  Sentences progress;
  EXPECT_EQ(weights_of(train(progress).network), solution);
  EXPECT_THAT(progress.all, HasSubstr("1 of 1 weights"));
}

TEST_F(Loop, TheDecayEndsAtTheTimeLimit) {
  schedule.epochs = 1000;
  schedule.warmup_updates = 0;
  double now = 0;
  options.clock = [&] { return now; };
  options.workers = 0;
  training.on_batch = [&](std::uint64_t, std::uint64_t) { now += 1; };
  training.on_validate = [&](const Graph& network) {
    now += 3;
    return LinearTraining::distance(network);
  };
  options.time_limit_seconds = 600;
  Sentences progress;
  const TrainResult result = train(progress);
  EXPECT_LE(now, 600);
  EXPECT_GT(now, 560);
  EXPECT_THAT(progress.all, HasSubstr("time limit"));
  EXPECT_FALSE(result.pace.empty());
  EXPECT_EQ(result.pace.back().new_end, result.updates);
  EXPECT_LT(reproducible(log()).back()["learning_rate"], 0.02 * 0.05);
}

TEST_F(Loop, ALimitThatIsLongEnoughChangesNothing) {
  const std::vector<float> free = weights_of(train().network);
  options.resume = false;
  options.time_limit_seconds = 3600;
  const TrainResult limited = train();
  EXPECT_TRUE(limited.pace.empty());
  EXPECT_EQ(weights_of(limited.network), free);
}

TEST_F(Loop, WritingCheckpointsTakesItsTime) {
  double now = 0;
  options.clock = [&] { return now += 1; };  // so that every measured step takes a second
  options.checkpoint_seconds = 1e9;
  EXPECT_EQ(train().seconds, 24 + 2 + 2);  // updates, validations, checkpoints after these
  options.resume = false;
  options.checkpoint_seconds = 0;
  EXPECT_EQ(train().seconds, 24 + 2 + 24 + 2);
}

TEST_F(Loop, AMachineThatSlowsDownIsStillInTime) {
  schedule.epochs = 100;
  double now = 0;
  options.clock = [&] { return now; };
  options.workers = 0;
  training.on_batch = [&](std::uint64_t epoch, std::uint64_t) { now += epoch < 10 ? 1 : 5; };
  options.time_limit_seconds = 300;
  train();
  EXPECT_LE(now, 306);
}

}  // namespace
}  // namespace galen
