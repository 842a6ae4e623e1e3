#include "galen/pipeline/precision_effect.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "galen/base/message_test.h"
#include "galen/pipeline/predict.h"

namespace galen {
namespace {

using ::testing::HasSubstr;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// Compiles nothing; `native` lists the precisions of its processor.
class NativeEngine final : public Engine {
 public:
  std::shared_ptr<const Executable> compile(const Graph&, const CompileOptions&) override { return nullptr; }
  MemoryEstimate predict_memory(const Graph&, const CompileOptions&) const override { return {}; }
  std::vector<Precision> native_precisions() const override { return native; }
  std::string description() const override { return "none"; }

  std::vector<Precision> native = {Precision::bf16, Precision::f32};
};

/// Says the precision it was made with, followed after a comma by that of each bundle it uses.
class SayingPredictor final : public Predictor {
 public:
  explicit SayingPredictor(std::string said) : said_(std::move(said)) {}
  Finding predict(const Case&, Progress&) const override {
    Finding finding;
    finding.provenance.precision = said_;
    return finding;
  }
  Record examine(const Case&) const override { return {}; }

 private:
  const std::string said_;
};

/// A task whose scores are sums over records; "vague" has no interval.
class SumTask final : public Task {
 public:
  const TaskInfo& info() const override {
    static const TaskInfo info = {"sum", 1, "Nothing", {}, {}, false};
    return info;
  }
  Recipe plan(const PlanRequest&) const override { return {}; }
  std::unique_ptr<Training> training(const TrainingRequest&) const override { return nullptr; }
  std::unique_ptr<Predictor> predictor(const PredictorRequest& request) const override {
    std::string said(name_of(request.options.precision));
    for (const auto& [role, other] : request.used)
      said += ", " + other->predict({}, no_progress()).provenance.precision;
    return std::make_unique<SayingPredictor>(said);
  }
  Scores score(const Bundle&, const std::vector<Record>& records) const override {
    Scores scores;
    for (const Record& record : records) {
      for (const auto& [name, value] : record.values.items())
        scores[name].value += value.is_null() ? nan : value.get<double>();
    }
    for (auto& [name, score] : scores) {
      const double half = name == "vague" ? nan : 1;
      score.low = score.value - half, score.high = score.value + half;
    }
    return scores;
  }
  void conclude(Bundle&, const std::vector<Record>&) const override {}
  std::map<std::string, Case> goldens(const Bundle&) const override { return {}; }
};

Record record(const std::string& id, const Json& values) {
  return {id, id, {}, values};
}

PrecisionEffect effect_of(const std::vector<Record>& f32, const std::vector<Record>& lower) {
  return precision_effect(SumTask(), {}, f32, lower);
}

TEST(PrecisionEffect, AScoreMayChangeByATenthOfItsInterval) {
  const PrecisionEffect effect = effect_of({record("a", {{"dice", 0.5}})}, {record("a", {{"dice", 0.31}})});
  EXPECT_DOUBLE_EQ(effect.scores.at("dice").f32, 0.5);
  EXPECT_DOUBLE_EQ(effect.scores.at("dice").lower, 0.31);
  EXPECT_DOUBLE_EQ(effect.scores.at("dice").limit, 0.2);
  EXPECT_TRUE(effect.within_limit());
  EXPECT_TRUE(effect_of({record("a", {{"dice", 0.5}})}, {record("a", {{"dice", 0.69}})}).within_limit());
  EXPECT_FALSE(effect_of({record("a", {{"dice", 0.5}})}, {record("a", {{"dice", 0.29}})}).within_limit());
  EXPECT_FALSE(effect_of({record("a", {{"dice", 0.5}})}, {record("a", {{"dice", 0.71}})}).within_limit());
  EXPECT_FALSE(effect_of({record("a", {{"dice", 0.5}, {"iou", 0.5}})}, {record("a", {{"dice", 0.5}, {"iou", 0.8}})})
                   .within_limit())
      << "one of two is beyond";
}

TEST(PrecisionEffect, WithoutAnIntervalAScoreIsNotJudgedAndAloneProvesNothing) {
  const Json f32 = {{"dice", 0.5}, {"vague", 0.5}}, lower = {{"dice", 0.5}, {"vague", 3}};
  EXPECT_TRUE(effect_of({record("a", f32)}, {record("a", lower)}).within_limit());
  EXPECT_FALSE(effect_of({record("a", {{"vague", 0.5}})}, {record("a", {{"vague", 0.5}})}).within_limit());
  PrecisionEffect same;
  same.scores["dice"] = {0.5, 0.5, 0};  // an interval without width
  EXPECT_TRUE(same.within_limit());
}

TEST(PrecisionEffect, AScoreThatIsLostIsBeyondTheLimit) {
  EXPECT_FALSE(effect_of({record("a", {{"dice", 0.5}})}, {record("a", {{"dice", nullptr}})}).within_limit());
  EXPECT_FALSE(effect_of({record("a", {{"dice", 0.5}})}, {record("a", Json::object())}).within_limit());
}

TEST(PrecisionEffect, TheSameCasesAreComparedAndNoneMayFail) {
  const std::vector<Record> f32 = {record("a", {{"dice", 0.5}}), record("b", {{"dice", 0.25}})};
  const std::vector<Record> more = {record("b", {{"dice", 0.25}}), record("c", {{"dice", 9}}),
                                    record("a", {{"dice", 0.5}})};
  const PrecisionEffect effect = effect_of(f32, more);
  EXPECT_EQ(effect.cases, 2);
  EXPECT_EQ(effect.failed, 0);
  EXPECT_DOUBLE_EQ(effect.scores.at("dice").lower, 0.75) << "c has no record in f32";
  EXPECT_TRUE(effect.within_limit());
  const PrecisionEffect failing = effect_of(f32, {record("a", {{"dice", 0.75}})});
  EXPECT_EQ(failing.failed, 1);
  EXPECT_FALSE(failing.within_limit());
}

class Automatic : public ::testing::Test {
 protected:
  static Bundle bundle(const std::string& id, const std::string& precisions) {
    Bundle out;
    out.id = id;
    out.task = "sum";
    out.precisions = parse_json(precisions, "precisions");
    return out;
  }
  std::string taken(const Bundle& bundle, Precision asked = Precision::automatic) {
    const Service service = open_service(registry_, std::make_shared<Bundle>(bundle), engine_, {.precision = asked});
    const std::string said = service.answer({}, no_progress()).provenance.precision;
    EXPECT_TRUE(said.starts_with(name_of(service.options.precision))) << said;
    return said;
  }

  const std::string within_ = R"({"bf16": {"within_limit": true}})", beyond_ = R"({"bf16": {"within_limit": false}})";
  NativeEngine engine_;
  Registry registry_{[] {
    std::vector<std::unique_ptr<const Task>> tasks;
    tasks.push_back(std::make_unique<SumTask>());
    return tasks;
  }()};
};

TEST_F(Automatic, TakesTheFastestNativePrecisionWithinItsLimit) {
  EXPECT_EQ(taken(bundle("a", "{}")), "f32");
  EXPECT_EQ(taken(bundle("a", within_)), "bf16");
  EXPECT_EQ(taken(bundle("a", beyond_)), "f32");
  engine_.native = {Precision::f16, Precision::bf16, Precision::f32};
  EXPECT_EQ(taken(bundle("a", within_)), "bf16");
  EXPECT_EQ(taken(bundle("a", R"({"bf16": {"within_limit": true}, "f16": {"within_limit": true}})")), "f16");
  engine_.native = {Precision::f32};
  EXPECT_EQ(taken(bundle("a", within_)), "f32");
  engine_.native = {Precision::f32, Precision::bf16};  // it has bf16, but is no faster with it
  EXPECT_EQ(taken(bundle("a", within_)), "f32");
}

TEST_F(Automatic, WhatIsAskedForIsTakenWhateverIsRecorded) {
  EXPECT_EQ(taken(bundle("a", beyond_), Precision::bf16), "bf16");
  EXPECT_EQ(taken(bundle("a", within_), Precision::f32), "f32");
}

TEST_F(Automatic, ABundleThatIsUsedGoesByItsOwnRecord) {
  const TemporaryFolder folder;
  const auto write = [&](const Bundle& bundle) {
    write_bundle(bundle, {}, folder.path() / bundle.id, false);
    return open_bundle(folder.path() / bundle.id);
  };
  const auto inner = write(bundle("inner", within_));
  Bundle outer = bundle("outer", beyond_);
  outer.uses = {{"reference", inner->folder.string(), inner->hash}};
  EXPECT_EQ(taken(outer), "f32, bf16");
  outer.precisions = inner->precisions;
  EXPECT_EQ(taken(outer), "bf16, bf16");
}

TEST_F(Automatic, AMalformedRecordIsRefusedInOneLineOnAnyProcessor) {
  engine_.native = {Precision::f32};
  const auto refusal = [&](const std::string& precisions) {
    return message_of([&] { taken(bundle("a", precisions), Precision::f32); });
  };
  EXPECT_THAT(refusal(R"({"bf16": true})"), HasSubstr("bundle a: precisions: bf16: is not an object"));
  EXPECT_THAT(refusal(R"({"bf16": {}})"), HasSubstr("bundle a: precisions: bf16: lacks 'within_limit'"));
  EXPECT_THAT(refusal(R"({"bf16": {"within_limit": "yes"}})"), HasSubstr("within_limit: has the wrong type"));
}

TEST(PrecisionEffect, WhatIsWrittenIsWhatAutomaticReads) {
  NativeEngine engine;
  for (const double lower : {0.5, 5.0}) {
    const PrecisionEffect effect =
        effect_of({record("a", {{"dice", 0.5}, {"vague", 1}})}, {record("a", {{"dice", lower}, {"vague", 1}})});
    Bundle bundle;
    bundle.precisions["bf16"] = to_json(effect, Precision::bf16, "a processor");
    EXPECT_EQ(fastest_within_limit(bundle, engine), lower == 0.5 ? Precision::bf16 : Precision::f32);
    EXPECT_EQ(bundle.precisions["bf16"]["processor"], "a processor");
    EXPECT_EQ(bundle.precisions["bf16"]["scores"]["vague"], Json({{"f32", 1.0}, {"bf16", 1.0}, {"limit", nullptr}}));
  }
}

}  // namespace
}  // namespace galen
