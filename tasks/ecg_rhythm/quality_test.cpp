#include "tasks/ecg_rhythm/quality.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "galen/base/random.h"
#include "galen/data/memory_source.h"
#include "tasks/ecg_rhythm/phantom.h"

namespace galen::ecg {
namespace {

using ::testing::HasSubstr;

Finding said_of(const Signal& signal, const std::vector<std::size_t>& leads) {
  Finding out;
  state_quality(look_at_quality(signal, leads), signal, leads, out);
  return out;
}

TEST(Quality, ACleanRecordingIsReadAndNothingIsWarnedOf) {
  const Finding finding = said_of(phantom(std::string(120, 'N')).signal, {0, 1});
  ASSERT_EQ(finding.statements.size(), 1u);
  EXPECT_EQ(finding.statements[0].value, 100);
  EXPECT_TRUE(finding.warnings.empty());
}

TEST(Quality, ALeadThatIsOffIsNamed) {
  const Signal made = phantom(std::string(60, 'N')).signal;
  const auto length = static_cast<std::size_t>(made.length);
  const Signal signal = held_signal({{"II", "mV", 1}, {"V1", "mV", 1}}, made.rate_hz,
                                    {made.source->read(0, 0, made.length), std::vector<float>(length, 0.25f)});
  const Finding finding = said_of(signal, {0, 1});
  EXPECT_EQ(finding.statements[0].value, 100) << "the other lead is there";
  ASSERT_EQ(finding.warnings.size(), 1u);
  EXPECT_THAT(finding.warnings[0].text, HasSubstr("lead V1 cannot be read for 100 % of the time, mostly: flat"));
}

TEST(Quality, NoiseAloneIsNotAssessable) {
  Random random(1, 0, 0, "noise");
  std::vector<float> noise(250 * 60);
  for (float& v : noise) v = static_cast<float>(random.normal());
  const Finding finding = said_of(held_signal({{"II", "mV", 1}}, 250, {noise}), {0});
  EXPECT_EQ(finding.statements[0].value, 0);
  EXPECT_THAT(finding.warnings[0].text, HasSubstr("not assessable"));
}

TEST(Quality, AShortStripIsLookedAtOnce) {
  EXPECT_EQ(look_at_quality(phantom("NN").signal, {0, 1}).size(), 1u);
}

}  // namespace
}  // namespace galen::ecg
