#include "galen/train/train_bundle.h"

#include <gmock/gmock.h>

#include "galen/train/train_bundle_fixture_test.h"

namespace galen {
namespace {

using namespace testing_train;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

TEST_F(TrainBundle, WithFoldsEachPatientIsJudgedOnceByTheNetworkThatDidNotSeeIt) {
  options.folds = 3;
  train();
  EXPECT_THAT(members(), ElementsAre("fold-0.onnx", "fold-1.onnx", "fold-2.onnx"));
  EXPECT_THAT(concluded_from(), UnorderedElementsAre("a1", "a2", "b1", "c1", "d1", "d2", "e1", "f1", "g1"));
  EXPECT_THAT(scored(), UnorderedElementsAre("a1", "a2", "b1", "c1", "d1", "d2", "e1", "f1", "g1"));
  std::map<std::string, Json> judge_of;
  const Json made = bundle();
  for (const Json& record : made["decision"]["records"]) {
    const Json& values = record["values"];
    EXPECT_EQ(values["networks"].size(), 1u);
    EXPECT_EQ(values["saw_the_patient"], 0) << record;
    const auto [known, first] = judge_of.emplace(record["patient"], values["networks"]);
    EXPECT_EQ(known->second, values["networks"]) << "a patient in two folds";
  }
  EXPECT_EQ(made["results"]["patients"], 7);
  EXPECT_THAT(protocol(), HasSubstr("3 of 3 folds (numbers 0, 1, 2)"));
  EXPECT_THAT(protocol(), HasSubstr("9 cases of 7 patients, 0 failed"));
}

TEST_F(TrainBundle, WithFoldsTheTestSplitIsNotLookedAt) {
  options.folds = 2;
  for (const char* id : {"t1", "t2", "u1"}) damage(id);
  train();
  const Json made = bundle();
  EXPECT_EQ(made["results"]["failed"], 0);
  for (const Json& member : made["reference"]["members"]) {
    EXPECT_THAT(member["patients"], Not(::testing::Contains("t"))) << "a patient of the test split";
  }
}

TEST_F(TrainBundle, WithoutChoicesOnValidateAllPatientsOfTheOtherFoldsTrain) {
  options.folds = 2;
  const auto trained = [&] {
    int patients = 0;
    const Json made = bundle();
    for (const Json& member : made["training"]["members"]) patients += member["patients"]["train"].get<int>();
    return patients;
  };
  train();
  EXPECT_EQ(trained(), 7 - 2);  // each fold's training moves one patient to validate
  EXPECT_THAT(protocol(), HasSubstr("weights chosen on patients of neither side"));
  EXPECT_EQ(bundle()["training"]["members"][0]["patients"]["validate"], 1);
  recipe.schedule.keep = "last";
  choose("last");
  train();
  EXPECT_EQ(trained(), 7);
  EXPECT_THAT(protocol(), HasSubstr("weights of the last epoch"));
  EXPECT_FALSE(bundle()["training"]["members"][0]["patients"].contains("validate"));
  const std::string card = read_text(options.target / "card.md");
  EXPECT_THAT(card, AllOf(HasSubstr("- held out:\n"), Not(HasSubstr("- validate:")))) << "nothing was chosen on them";
}

TEST_F(TrainBundle, FoldsDoneApartGiveTheBundleOfOneRun) {
  options.folds = 3;
  choose("whole");
  train();
  const auto whole_networks = networks();
  const Json whole = bundle();

  choose("parts");
  options.only_folds = {1};
  train();
  EXPECT_THAT(members(), ElementsAre("fold-1.onnx"));
  EXPECT_EQ(networks().at("fold-1.onnx"), whole_networks.at("fold-1.onnx"));
  EXPECT_THAT(protocol(), HasSubstr("1 of 3 folds (numbers 1)"));
  options.resume = true;
  options.only_folds = {2, 0};
  Sentences progress;
  train(progress);
  EXPECT_EQ(networks(), whole_networks);
  EXPECT_EQ(bundle(), whole);
}

TEST_F(TrainBundle, RefittedTheBundleHoldsOneNetworkOfAllPatientsAndTheScoresOfTheFolds) {
  options.folds = 3;
  choose("folds");
  train();
  const Json folds = bundle();
  const auto records = concluded_from();

  choose("refitted");
  options.refit = true;
  options.only_folds = {0, 1};
  train();
  EXPECT_EQ(members().size(), 2u) << "refitted before all folds were there";
  options.only_folds.clear();
  options.resume = true;
  train();
  EXPECT_THAT(members(), ::testing::ElementsAre("all.onnx"));
  EXPECT_EQ(concluded_from(), records);
  const Json made = bundle();
  EXPECT_EQ(made["results"]["metrics"], folds["results"]["metrics"]);
  EXPECT_THAT(protocol(), HasSubstr("3 of 3 folds"));
  EXPECT_THAT(protocol(), HasSubstr("trained on all of these, which no score here is of"));
  ASSERT_EQ(made["training"]["members"].size(), 4u);
  EXPECT_EQ(made["training"]["members"][3]["patients"]["train"], 7);
  EXPECT_EQ(made["reference"]["members"].size(), 1u);

  options.folds = 0;
  options.resume = false;
  choose("none");
  EXPECT_THAT(refusal().what(), HasSubstr("refit: applies only with folds"));
}

TEST_F(TrainBundle, SeedsGiveSeveralNetworksOfEachFold) {
  options.folds = 2;
  options.seeds = 2;
  train();
  EXPECT_THAT(members(),
              ElementsAre("fold-0-seed-1.onnx", "fold-0-seed-2.onnx", "fold-1-seed-1.onnx", "fold-1-seed-2.onnx"));
  const auto all = weights();
  EXPECT_EQ(std::set(all.begin(), all.end()).size(), 4u);
  const Json made = bundle();
  EXPECT_EQ(made["reference"]["members"].size(), 4u);
  for (const Json& record : made["decision"]["records"]) {
    EXPECT_EQ(record["values"]["networks"].size(), 2u);
    EXPECT_EQ(record["values"]["saw_the_patient"], 0) << record;
  }
  EXPECT_THAT(protocol(), HasSubstr("by the 2 network(s)"));

  // The first network of a fold is the same as with one seed.
  options.seeds = 1;
  choose("one");
  train();
  EXPECT_EQ(weights(), (std::vector{all[0], all[2]}));
  recipe.seed = 2;
  choose("another seed");
  train();
  EXPECT_NE(weights()[0], all[0]);
}

TEST_F(TrainBundle, WithoutFoldsEachSplitHasItsUse) {
  set_split("b", Split::validate);
  set_split("d", Split::calibrate);
  train();
  EXPECT_THAT(members(), ElementsAre("splits.onnx"));
  EXPECT_THAT(concluded_from(), UnorderedElementsAre("d1", "d2"));
  EXPECT_THAT(scored(), UnorderedElementsAre("t1", "t2", "u1"));
  const Json made = bundle();
  EXPECT_EQ(made["reference"]["members"][0]["patients"], Json({"a", "c", "e", "f", "g"}));
  EXPECT_EQ(made["results"]["cases"], 3);
  EXPECT_EQ(made["results"]["patients"], 2);
  EXPECT_THAT(protocol(), HasSubstr("test split of 'seven patients': 3 cases of 2 patients"));
  EXPECT_THAT(protocol(), HasSubstr("probabilities and coverage from the calibrate split"));
}

TEST_F(TrainBundle, WithoutACalibrateSplitItSaysWhereProbabilitiesAreFrom) {
  set_split("b", Split::validate);
  train();
  EXPECT_THAT(concluded_from(), UnorderedElementsAre("b1"));
  EXPECT_THAT(protocol(), HasSubstr("from the validate split, which chose the weights too"));
  recipe.schedule.keep = "last";
  choose("last");
  train();
  EXPECT_THAT(protocol(), HasSubstr("from the validate split;"));
}

TEST_F(TrainBundle, WithoutAValidateSplitPatientsOfTrainAreHeldOut) {
  train();
  ASSERT_EQ(concluded_from().size(), 1u);
  EXPECT_EQ(bundle()["decision"]["records"][0]["values"]["saw_the_patient"], 0);
  EXPECT_THAT(protocol(), HasSubstr("from a held-out part of the train split, which chose the weights too"));
}

TEST_F(TrainBundle, WithoutATestSplitThereAreNoScores) {
  std::erase_if(dataset.rows, [](const DatasetRow& row) { return row.split == Split::test; });
  train();
  EXPECT_THAT(scored(), IsEmpty());
  EXPECT_THAT(protocol(), HasSubstr("no scores: 'seven patients' has no test split"));
}

TEST_F(TrainBundle, CasesThatFailAreCountedAndSaid) {
  options.folds = 2;
  damage("d1");
  Sentences progress;
  train(progress);
  EXPECT_EQ(bundle()["results"]["failed"], 1);
  EXPECT_EQ(bundle()["results"]["cases"], 8);
  EXPECT_THAT(protocol(), HasSubstr("1 failed"));
  EXPECT_THAT(progress.all, HasSubstr("not counted: case d1"));
}

TEST_F(TrainBundle, ATestSplitThatFailsIsNotSaidToBeMissing) {
  for (const char* id : {"t1", "t2", "u1"}) damage(id);
  Sentences progress;
  train(progress);
  EXPECT_THAT(scored(), IsEmpty());
  EXPECT_THAT(protocol(), Not(HasSubstr("no test split")));
  EXPECT_THAT(protocol(), HasSubstr("3 failed"));
  EXPECT_THAT(progress.all, HasSubstr("not counted: case u1"));
}

TEST_F(TrainBundle, ABundleThatNothingSpeaksForIsNotWritten) {
  options.folds = 2;
  for (const DatasetRow& row : std::vector(dataset.rows)) damage(row.id);
  EXPECT_THAT(refusal().what(), HasSubstr("no case could be examined"));
  EXPECT_FALSE(fs::exists(options.target));
}

TEST_F(TrainBundle, SaysOnWhatItWasTrained) {
  train();
  EXPECT_EQ(bundle()["training"]["gradients"], "linear models, CPU");
  options.trainable.device = "cuda:1";
  choose("by a card");
  train();
  EXPECT_EQ(bundle()["training"]["gradients"], "linear models, CUDA");
}

TEST_F(TrainBundle, ForgetsWhatNobodyAsksForAgain) {
  train();
  EXPECT_EQ(engine.forgotten, 2 + 1);  // two validations, and the kept network
}

class TrainBundlePrecision : public TrainBundle {
 protected:
  TrainBundlePrecision() {
    engine.native = {Precision::bf16, Precision::f32};
    options.folds = 2;
  }
  /// The bundle's entry for bf16; null if there is none.
  Json said() const { return bundle()["precisions"].value("bf16", Json()); }
};

TEST_F(TrainBundlePrecision, WhatItDoesToEachScoreOfTheFoldsIsRecorded) {
  task.loss_of_precision = 0.05;
  train();
  const Json effect = said();
  EXPECT_EQ(effect["within_limit"], true);
  EXPECT_EQ(effect["cases"], 9);
  EXPECT_EQ(effect["failed"], 0);
  EXPECT_EQ(effect["processor"], bundle()["training"]["machine"]);
  ASSERT_EQ(effect["scores"].size(), 9u);
  EXPECT_EQ(effect["scores"]["judged.c1"], Json({{"f32", 1.0}, {"bf16", 0.95}, {"limit", 0.1}}));
  EXPECT_EQ(bundle()["results"]["metrics"]["judged.c1"]["value"], 1.0);
  const Json made = bundle();
  for (const Json& record : made["decision"]["records"]) EXPECT_EQ(record["values"]["precision"], "f32");
  EXPECT_THAT(read_text(options.target / "card.md"), HasSubstr("| judged.c1 | 1 | 0.95 | -0.05 | 0.1 |"));

  task.loss_of_precision = 0.15;
  choose("worse");
  train();
  EXPECT_EQ(said()["within_limit"], false);
}

TEST_F(TrainBundlePrecision, ACaseThatFailsInItAloneIsBeyondTheLimit) {
  damage("a1");
  train();
  EXPECT_EQ(said()["within_limit"], true);
  EXPECT_EQ(said()["cases"], 8);
  damage("d1", "bf16");
  choose("failing");
  train();
  EXPECT_EQ(said()["within_limit"], false);
  EXPECT_EQ(said()["failed"], 1);
  EXPECT_EQ(bundle()["results"]["failed"], 1);
}

TEST_F(TrainBundlePrecision, OfFoldsThatWereNotAllExaminedInItNothingIsSaid) {
  options.only_folds = {0};
  train();
  EXPECT_EQ(said()["cases"], bundle()["results"]["cases"]);
  engine.native = {Precision::f32};  // another processor
  options.only_folds = {1};
  options.resume = true;
  train();
  EXPECT_TRUE(bundle()["precisions"].empty());
  engine.native = {Precision::bf16, Precision::f32};
  train();
  EXPECT_TRUE(said().is_null());
}

TEST_F(TrainBundlePrecision, WithoutFoldsItIsOfTheCasesThatScoresAreOf) {
  options.folds = 0;
  train();
  EXPECT_EQ(said()["cases"], 3);
  EXPECT_TRUE(said()["scores"].contains("judged.t1"));
  std::erase_if(dataset.rows, [](const DatasetRow& row) { return row.split == Split::test; });
  choose("without a test split");
  train();
  ASSERT_EQ(concluded_from().size(), 1u);
  EXPECT_TRUE(said()["scores"].contains("judged." + concluded_from().front()));
  EXPECT_EQ(said()["cases"], 1);
}

TEST_F(TrainBundle, BeginsFromGivenWeights) {
  options.start = linear_graph();
  const std::vector<float> solution{1, -2, 3};
  options.start->initializers["head.weight"] = Tensor::of<float>({3, 1}, solution);
  Bundle start;
  start.id = "earlier";
  options.start_bundle = std::make_shared<const Bundle>(start);
  options.start_name = "earlier 0123";
  recipe.schedule.learning_rate = 0;
  options.folds = 2;
  train();
  EXPECT_THAT(weights(), ElementsAre(solution, solution));
  EXPECT_EQ(bundle()["training"]["start"], "earlier 0123");
  EXPECT_EQ(bundle()["reference"]["members"][0]["start"], "earlier");
  EXPECT_THAT(bundle()["results"]["protocol"].get<std::string>(),
              HasSubstr("the weights of earlier 0123, which may have seen these patients"));
}

}  // namespace
}  // namespace galen
