// Interrupted trainings, and what is refused before training starts.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "galen/train/train_bundle_fixture_test.h"
#include "galen/train/work_folder.h"

namespace galen {
namespace {

using namespace testing_train;
using ::testing::HasSubstr;

struct Kill {};  // not an Error, so nothing catches it

class TrainBundleResume : public TrainBundle {
 protected:
  /// Counts the task's steps in a whole training, which makes the bundle.
  int count_steps() {
    int steps = 0;
    task.on_step = [&](const std::string&) { ++steps; };
    train();
    task.on_step = nullptr;
    return steps;
  }
  int count_batches() {
    int batches = 0;
    task.on_step = [&](const std::string& step) { batches += step == "batch"; };
    train();
    task.on_step = nullptr;
    return batches;
  }
  /// Ends the training before this step, counted from 1.
  void kill_before(int step) {
    int steps = 0;
    task.on_step = [&](const std::string&) {
      if (++steps == step) throw Kill{};
    };
    EXPECT_THROW(train(), Kill) << step;
    task.on_step = nullptr;
  }
  void expect_no_bundle() const {
    EXPECT_FALSE(fs::exists(options.target));
    for (const auto& entry : fs::recursive_directory_iterator(folder.path())) {
      EXPECT_EQ(entry.path().string().find(".partial"), std::string::npos) << entry.path();
    }
  }
  void expect_refused_untrained(Fault fault, const std::string& word) {
    task.on_step = [](const std::string& step) { ADD_FAILURE() << step << " was done"; };
    const Error error = refusal();
    EXPECT_EQ(error.fault(), fault) << error.what();
    EXPECT_THAT(error.what(), HasSubstr(word));
    task.on_step = nullptr;
  }
};

TEST_F(TrainBundleResume, KilledAtAnyStepItEndsInTheSameBundle) {
  engine.native = {Precision::bf16, Precision::f32};
  for (const int folds : {0, 2}) {
    options.folds = folds;
    options.resume = false;
    choose(fmt::format("whole of {}", folds));
    const int steps = count_steps();
    const auto whole_networks = networks();
    const Json whole = bundle();
    EXPECT_TRUE(whole["precisions"].contains("bf16"));
    for (int step = 2; step <= steps; step += 4) {
      options.resume = false;
      choose(fmt::format("killed {} of {}", step, folds));
      kill_before(step);
      expect_no_bundle();
      options.resume = true;
      train();
      EXPECT_EQ(networks(), whole_networks) << folds << ", " << step;
      EXPECT_EQ(bundle(), whole) << folds << ", " << step;
    }
  }
}

TEST_F(TrainBundleResume, InterruptedAtAnyStageItEndsInTheSameBundle) {
  options.folds = 2;
  choose("whole");
  train();
  const Json whole = bundle();
  const auto whole_networks = networks();
  for (const std::string stage : {"batch", "validate", "describe", "examine"}) {
    options.resume = false;
    choose(stage);
    int count = 0;
    task.on_step = [&](const std::string& step) {
      if (step == stage && ++count == 2) request_stop();
    };
    EXPECT_EQ(refusal().fault(), Fault::interrupted) << stage;
    expect_no_bundle();
    clear_stop();
    task.on_step = nullptr;
    options.resume = true;
    train();
    EXPECT_EQ(networks(), whole_networks) << stage;
    EXPECT_EQ(bundle(), whole) << stage;
  }
}

TEST_F(TrainBundleResume, NetworksThatWereComputedInTwoWaysSaySo) {
  options.folds = 2;
  int batches = 0;
  task.on_step = [&](const std::string& step) {
    if (step == "batch" && ++batches == 2) request_stop();
  };
  EXPECT_EQ(refusal().fault(), Fault::interrupted);
  clear_stop();
  task.on_step = nullptr;
  options.resume = true;
  options.trainable.bf16 = true;
  train();
  const Json members = bundle()["training"]["members"];
  EXPECT_EQ(members[0]["precision"], "bf16");
  ASSERT_EQ(members[0].value("computed_by", Json()).size(), 2u);
  EXPECT_EQ(members[0]["computed_by"][0].get<std::string>().find("f32 on cpu, "), 0u);
  EXPECT_EQ(members[0]["computed_by"][1].get<std::string>().find("bf16 on cpu, "), 0u);
  EXPECT_FALSE(members[1].contains("computed_by"));
}

TEST_F(TrainBundleResume, WhatIsDoneIsNotDoneAgain) {
  options.folds = 2;
  choose("whole");
  EXPECT_EQ(count_batches(), 2 * 2 * 3);
  choose("killed");
  int batches = 0;
  task.on_step = [&](const std::string& step) {
    if (step == "batch" && ++batches == 2 * 3 + 3 + 2) throw Kill{};  // in the second epoch of the second fold
  };
  EXPECT_THROW(train(), Kill);
  options.resume = true;
  EXPECT_EQ(count_batches(), 3);  // of the last epoch, whose beginning is not in a checkpoint
  EXPECT_EQ(count_batches(), 0);
  Sentences progress;
  train(progress);
  EXPECT_THAT(progress.all, HasSubstr("fold-0: done before"));
}

TEST_F(TrainBundleResume, ATargetThatExistsIsRefusedWithoutForce) {
  fs::create_directories(options.target);
  write_file(options.target / "precious.txt", "mine");
  expect_refused_untrained(Fault::usage, "--force");
  options.resume = true;
  expect_refused_untrained(Fault::usage, "already exists");
  options.resume = false;
  options.force = true;
  train();
  EXPECT_EQ(members().size(), 1u);
  EXPECT_FALSE(fs::exists(options.target / "precious.txt"));
}

TEST_F(TrainBundleResume, WordsThatNoBundleCanHaveAreRefusedUntrained) {
  for (const Json& words : {Json{{"id", "Two Words"}}, Json{{"license", "none"}}, Json{{"status", "final"}}}) {
    recipe.bundle = words;
    expect_refused_untrained(Fault::refused, "recipe: bundle");
  }
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST_F(TrainBundleResume, ABundleOfAnotherTrainingIsNotReplacedByResume) {
  train();
  const Json before = bundle();
  recipe.seed = 2;
  options.resume = true;
  options.work = folder.path() / "work";
  expect_refused_untrained(Fault::usage, "already exists");
  EXPECT_EQ(bundle(), before);
}

TEST_F(TrainBundleResume, AnUnfinishedTrainingIsNeitherLostNorMistaken) {
  kill_before(4);
  expect_refused_untrained(Fault::usage, "--resume");
  options.resume = true;
  recipe.seed = 2;
  expect_refused_untrained(Fault::refused, "holds another training");
  recipe.seed = 1;
  options.folds = 2;
  expect_refused_untrained(Fault::refused, "holds another training");
  options.folds = 0;
  dataset.fingerprint = "1";
  expect_refused_untrained(Fault::refused, "holds another training");
  dataset.fingerprint = "0";
  options.start_name = "other weights";
  expect_refused_untrained(Fault::refused, "holds another training");
  options.start_name.clear();
  train();
  EXPECT_EQ(members().size(), 1u);
}

TEST_F(TrainBundleResume, ForceBeginsAnew) {
  train();
  const Json first = bundle();
  options.force = true;
  EXPECT_EQ(count_batches(), 2 * 3);
  EXPECT_EQ(bundle(), first);
}

TEST_F(TrainBundleResume, AFolderOfOtherThingsIsNeverTakenForWork) {
  options.work = folder.path() / "photos";
  fs::create_directories(options.work);
  train();  // an empty one may be used
  options.work = folder.path() / "letters";
  choose("second");
  fs::create_directories(options.work);
  write_file(options.work / "letter.txt", "mine");
  expect_refused_untrained(Fault::usage, "is not a folder of a training");
  options.resume = true;
  expect_refused_untrained(Fault::usage, "is not a folder of a training");
  options.resume = false;
  options.force = true;
  expect_refused_untrained(Fault::usage, "is not a folder of a training");
  EXPECT_EQ(read_text(options.work / "letter.txt"), "mine");
}

TEST_F(TrainBundleResume, AWorkFolderIsOneTrainingsAtATime) {
  options.folds = 2;
  options.only_folds = {0};
  bool asked = false;
  task.on_step = [&](const std::string& step) {
    if (step != "batch" || asked) return;
    asked = true;
    const TrainOptions own = options;
    for (const bool resume : {false, true}) {
      options.resume = resume;
      options.force = !resume;
      const Error error = refusal();
      EXPECT_EQ(error.fault(), Fault::usage) << error.what();
      EXPECT_THAT(error.what(), HasSubstr("is in use (another training works there)"));
    }
    options = own;
    options.only_folds = {1};
    choose("beside");
    train();  // another fold in another folder
    EXPECT_EQ(members(), std::vector<std::string>{"fold-1.onnx"});
    options = own;
  };
  train();
  EXPECT_TRUE(asked);
  EXPECT_EQ(members(), std::vector<std::string>{"fold-0.onnx"});
  task.on_step = nullptr;
  options.force = true;
  train();  // a finished training releases its folder
}

TEST_F(TrainBundleResume, FoldsAndSeedsThatCannotBeAreRefused) {
  options.folds = 1;
  expect_refused_untrained(Fault::usage, "folds: must be 2 or more");
  options.folds = 3;
  options.only_folds = {3};
  expect_refused_untrained(Fault::usage, "--only-folds of 0 to 2");
  options.folds = 0;
  options.only_folds = {0};
  expect_refused_untrained(Fault::usage, "choice of folds: applies only with folds");
  options.only_folds.clear();
  options.seeds = 0;
  expect_refused_untrained(Fault::usage, "seeds: must be 1 or more");
  options.seeds = 1;
  options.folds = 8;
  expect_refused_untrained(Fault::refused, "7 patients");
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST_F(TrainBundleResume, WhatIsRefusedBeforeAnythingIsTrainedLeavesNothing) {
  const Dataset all = dataset;
  std::erase_if(dataset.rows, [](const DatasetRow& row) { return row.patient != "a" && row.split == Split::train; });
  expect_refused_untrained(Fault::refused, "too few patients");
  EXPECT_TRUE(fs::is_empty(folder.path()));
  dataset = all;
  task.on_step = [](const std::string&) { throw Error("case a1", "is damaged"); };  // when the first batch is made
  EXPECT_THAT(refusal().what(), HasSubstr("is damaged"));
  EXPECT_TRUE(fs::is_empty(folder.path()));

  task.on_step = [](const std::string& step) {
    if (step == "describe") throw Error("case a1", "is damaged");
  };
  EXPECT_THAT(refusal().what(), HasSubstr("is damaged"));
  EXPECT_TRUE(recipe_of_work(work_folder(options)).has_value()) << "what was trained is lost";
  expect_refused_untrained(Fault::usage, "--resume");
}

TEST_F(TrainBundleResume, TheRecipeOfAnUnfinishedTrainingCanBeReadAgain) {
  EXPECT_FALSE(recipe_of_work(work_folder(options)).has_value());
  recipe.seed = 77;
  kill_before(2);
  const std::optional<Recipe> found = recipe_of_work(work_folder(options));
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(to_json(*found), to_json(recipe));
}

}  // namespace
}  // namespace galen
