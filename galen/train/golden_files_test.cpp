#include "galen/train/golden_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "galen/base/error.h"
#include "galen/pipeline/load.h"

namespace galen {
namespace {

using ::testing::ElementsAre;
using ::testing::Key;

class Ramp : public SampleSource {
 public:
  std::vector<float> read(std::size_t, std::int64_t begin, std::int64_t count) const override {
    std::vector<float> out;
    for (std::int64_t i = begin; i < begin + count; ++i) out.push_back(static_cast<float>(i) / 3);
    return out;
  }
};

/// Repeats its input in warnings.
class Echo : public Predictor {
 public:
  Finding predict(const Case& input, Progress&) const override {
    const Signal& signal = input.signal("signal");
    Finding finding;
    finding.warnings.push_back({"echo", std::to_string(signal.source->read(0, 1, 1)[0])});
    finding.warnings.push_back({"echo", input.annotations("marks").marks.at(0).code});
    return finding;
  }
  Record examine(const Case&) const override { throw defect("echo", "examines nothing"); }
};

// A check reads the files, so the finding must come from their contents, here 1/3 rounded to thousandths.
TEST(GoldenFiles, HoldRecordingsAsWfdbAndFindingsOfWhatIsReadBack) {
  Case made;
  made.inputs.emplace("signal", Signal{{{"II", "mV", 1}}, 250, 20, {}, std::make_shared<const Ramp>()});
  made.inputs.emplace("marks", Annotations{250, {{0.5, 0.5, "V", ""}}});
  const auto files = golden_files({{"ramp", made}}, Echo());
  EXPECT_THAT(
      files, ElementsAre(Key("goldens/ramp/case.json"), Key("goldens/ramp/finding.json"), Key("goldens/ramp/marks.atr"),
                         Key("goldens/ramp/signal.dat"), Key("goldens/ramp/signal.hea")));
  const std::string finding(as_text(files.at("goldens/ramp/finding.json")));
  EXPECT_NE(finding.find("0.333000"), std::string::npos) << finding;
  const TemporaryFolder folder;
  for (const auto& [name, bytes] : files) write_file(folder.path() / fs::path(name).filename(), bytes);
  const std::vector<InputSpec> roles = {{"signal", "signal", "", "", true}, {"marks", "annotations", "", "", true}};
  const Case read =
      read_case(roles, {{"signal", folder.path() / "signal.hea"}, {"marks", folder.path() / "marks.atr"}}, "ramp");
  EXPECT_EQ(std::to_string(read.signal("signal").source->read(0, 1, 1)[0]), "0.333000");
}

TEST(GoldenFiles, HoldValuesThatTheUsualGainCannot) {
  Case made;
  made.inputs.emplace("signal",
                      Signal{{{"ABP", "mm[Hg]", 1}}, 250, 500, {}, std::make_shared<const Ramp>()});  // to 166
  made.inputs.emplace("marks", Annotations{250, {{0.5, 0.5, "V", ""}}});
  const auto files = golden_files({{"ramp", made}}, Echo());
  const TemporaryFolder folder;
  for (const auto& [name, bytes] : files) write_file(folder.path() / fs::path(name).filename(), bytes);
  const Case read = read_case({{"signal", "signal", "", "", true}}, {{"signal", folder.path() / "signal.hea"}}, "ramp");
  EXPECT_NEAR(read.signal("signal").source->read(0, 499, 1)[0], 499 / 3.0, 0.003);
}

}  // namespace
}  // namespace galen
