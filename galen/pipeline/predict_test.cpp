// Goldens: the findings that a bundle must reproduce.
#include "galen/pipeline/predict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "galen/base/message_test.h"

namespace galen {
namespace {

using ::testing::HasSubstr;

Finding said() {
  Finding out;
  Statement statement;
  statement.id = "volume";
  statement.code = {"http://snomed.info/sct", "1", "One"};
  statement.text = "1.18 ml";
  statement.value = 1.18;
  statement.unit = "mL";
  statement.interval = {1, 2, 0.9, "split conformal"};
  statement.set = {"one", "two"};
  out.statements.push_back(statement);
  out.warnings.push_back({"quality", "poor (0.51)"});
  return out;
}

class SayingPredictor final : public Predictor {
 public:
  explicit SayingPredictor(Finding finding) : finding_(std::move(finding)) {}
  Finding predict(const Case&, Progress&) const override { return finding_; }
  Record examine(const Case&) const override { return {}; }

 private:
  Finding finding_;
};

class NoTask final : public Task {
 public:
  const TaskInfo& info() const override {
    static const TaskInfo info = {"none", 1, "Nothing", {}, {}, false};
    return info;
  }
  Recipe plan(const PlanRequest&) const override { return {}; }
  std::unique_ptr<Training> training(const TrainingRequest&) const override { return nullptr; }
  std::unique_ptr<Predictor> predictor(const PredictorRequest&) const override { return nullptr; }
  Scores score(const Bundle&, const std::vector<Record>&) const override { return {}; }
  void conclude(Bundle&, const std::vector<Record>&) const override {}
  std::map<std::string, Case> goldens(const Bundle&) const override { return {}; }
};

// The message of verify_goldens() for a bundle that predicts `finding` and whose golden is said().
std::string complaint(const Finding& finding) {
  const TemporaryFolder folder;
  const fs::path golden = folder.path() / "goldens" / "made";
  fs::create_directories(golden);
  write_file(golden / "case.json", "{}");
  write_json(golden / "finding.json", to_json(said()));
  const NoTask task;
  auto bundle = std::make_shared<Bundle>();
  bundle->id = "b";
  bundle->folder = folder.path();
  Service service;
  service.bundle = bundle;
  service.task = &task;
  service.predictor = std::make_shared<SayingPredictor>(finding);
  return message_of([&] { verify_goldens(service); });
}

TEST(Goldens, MayDifferInTheLastDigitsAndInSentences) {
  EXPECT_EQ(complaint(said()), "no error");
  Finding rounded = said();
  rounded.statements[0].value = 1.181;
  rounded.statements[0].text = "1.181 ml";
  rounded.warnings[0].text = "poor (0.52)";
  EXPECT_EQ(complaint(rounded), "no error");
}

TEST(Goldens, MustSayTheSameThing) {
  const auto changed = [](const std::function<void(Statement&)>& change) {
    Finding finding = said();
    change(finding.statements[0]);
    return complaint(finding);
  };
  EXPECT_THAT(changed([](Statement& s) { s.id = "area"; }), HasSubstr("statements/0/id: differs from the golden"));
  EXPECT_THAT(changed([](Statement& s) { s.code.code = "2"; }), HasSubstr("code/code"));
  EXPECT_THAT(changed([](Statement& s) { s.unit = "L"; }), HasSubstr("unit"));
  EXPECT_THAT(changed([](Statement& s) { s.set[0] = "three"; }), HasSubstr("set/0"));
  EXPECT_THAT(changed([](Statement& s) { s.interval->method = "guessed"; }), HasSubstr("interval/method"));
  EXPECT_THAT(changed([](Statement& s) { s.value = 1.3; }), HasSubstr("value"));
  Finding warned = said();
  warned.warnings[0].kind = "engine";
  EXPECT_THAT(complaint(warned), HasSubstr("warnings/0/kind"));
}

}  // namespace
}  // namespace galen
