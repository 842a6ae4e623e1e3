#include "galen/io/wave/wave_csv.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "galen/base/message_test.h"

namespace galen {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class WaveCsv : public ::testing::Test {
 protected:
  Signal read(const std::string& text, const SignalOptions& options = {}) {
    write_file(folder_.path() / "a.csv", text);
    return read_wave_csv(folder_.path() / "a.csv", options);
  }
  std::string refusal(const std::string& text, const SignalOptions& options = {.rate_hz = 100}) {
    return message_of([&] { read(text, options); });
  }
  TemporaryFolder folder_;
};

TEST_F(WaveCsv, TimesStateTheRateAndNamesTheUnits) {
  const Signal signal = read("\xEF\xBB\xBFtime,II [mV],\"V1, left [uV]\"\r\n0,1.5,-2\r\n0.004,+2,3e1\r\n0.008,,4\r\n");
  EXPECT_EQ(signal.rate_hz, 250);
  EXPECT_EQ(signal.length, 3);
  ASSERT_EQ(signal.channels.size(), 2u);
  EXPECT_EQ(signal.channels[0].name, "II");
  EXPECT_EQ(signal.channels[0].unit, "mV");
  EXPECT_EQ(signal.channels[1].name, "V1, left");
  EXPECT_EQ(signal.channels[1].unit, "uV");
  EXPECT_THAT(signal.source->read(0, 0, 2), ElementsAre(1.5F, 2.0F));
  EXPECT_TRUE(std::isnan(signal.source->read(0, 2, 1).at(0)));
  EXPECT_THAT(signal.source->read(1, 1, 2), ElementsAre(30.0F, 4.0F));
  EXPECT_THAT(signal.remarks, IsEmpty());
  EXPECT_THAT(message_of([&] { signal.source->read(0, 2, 2); }), HasSubstr("does not have these samples"));
}

TEST_F(WaveCsv, TimesMayStateTheirUnitInTheirName) {
  for (const char* name : {"Time (s)", "time(sec)", "T (seconds)", "TIME_S"}) {
    const Signal signal = read(fmt::format("{},II\n0,1\n0.004,2\n", name));
    EXPECT_EQ(signal.rate_hz, 250) << name;
    EXPECT_EQ(signal.channels.size(), 1u) << name;
  }
}

TEST_F(WaveCsv, AFirstColumnThatMayHoldTimesIsNoChannel) {
  for (const char* name : {"time_ms", "timestamp", "Time (ms)", "time index"}) {
    EXPECT_THAT(refusal(fmt::format("{},II\n0,1\n4,2\n", name)),
                HasSubstr(fmt::format("has the first column '{}', which may hold times; write seconds and name it "
                                      "'time', or leave it out",
                                      name)));
  }
  EXPECT_EQ(read("II,timer\n0,1\n", {.rate_hz = 1}).channels.size(), 2u);
}

TEST_F(WaveCsv, TheRateMayBeGiven) {
  const Signal signal = read("II\n1\n\n3", {.rate_hz = 125});
  EXPECT_EQ(signal.rate_hz, 125);
  EXPECT_EQ(signal.length, 3);
  EXPECT_TRUE(std::isnan(signal.source->read(0, 1, 1).at(0)));
  EXPECT_THAT(refusal("II\n1\n", {}), HasSubstr("does not state its rate; add a first column 'time' in seconds, or"));
}

TEST_F(WaveCsv, AWholeRateIsReadFromRoundedTimes) {
  std::string text = "time,II\n";
  for (int i = 0; i < 1000; ++i) text += fmt::format("{:.3f},1\n", i / 360.0);
  const Signal signal = read(text);
  EXPECT_EQ(signal.rate_hz, 360);
  EXPECT_THAT(signal.remarks, ElementsAre("its times are rounded: they are taken for 360 Hz"));
}

TEST_F(WaveCsv, ExactTimesKeepABrokenRate) {
  EXPECT_DOUBLE_EQ(read("t,II\n0,1\n0.3,1\n0.6,1\n0.9,1\n").rate_hz, 1 / 0.3);
  EXPECT_EQ(read("t,II\n0,1\n1e-3,1\n2e-3,1\n").rate_hz, 1000);
  const Signal late = read("seconds [s],II\n10,1\n12,1\n14,1\n");
  EXPECT_EQ(late.rate_hz, 0.5);
  EXPECT_THAT(late.remarks, ElementsAre("its first time is 10 s"));
}

TEST_F(WaveCsv, AStepThatIsLeftOutIsRefusedWhereverItIs) {
  for (const int left_out : {1, 2, 50, 97, 98}) {
    std::string text = "time,II\n";
    for (int i = 0; i < 100; ++i) text += i == left_out ? "" : fmt::format("{:.2f},1\n", i / 100.0);
    EXPECT_THAT(refusal(text, {}), HasSubstr("has a time that is not even with the others")) << left_out;
  }
  EXPECT_THAT(refusal("t,II\n0,1\n0.1,1\n0.2,1\n0.5,1\n", {}), HasSubstr("a.csv: line "));
}

TEST_F(WaveCsv, TimesThatSayNoRateOrAnotherAreRefused) {
  EXPECT_THAT(refusal("t,II\n0,1\n", {}), HasSubstr("has times that do not say its rate"));
  EXPECT_THAT(refusal("t,II\n2,1\n1,1\n", {}), HasSubstr("has times that do not say its rate"));
  EXPECT_THAT(refusal("t,II\n0,1\n,1\n", {}), HasSubstr("line 3: has no time"));
  EXPECT_THAT(refusal("t,II\n0,1\n0.004,1\n"), HasSubstr("has times at 250 Hz, but 100 Hz is given"));
  EXPECT_THAT(refusal("time [ms],II\n0,1\n4,1\n"), HasSubstr("has its times in 'ms'; write them in seconds"));
  EXPECT_THAT(refusal("time\n0\n1\n"), HasSubstr("has times and no channels"));
}

TEST_F(WaveCsv, BadTextIsRefusedWithItsLine) {
  EXPECT_THAT(refusal(""), HasSubstr("a.csv: is empty; its first line names the channels"));
  EXPECT_THAT(refusal("II\n"), HasSubstr("a.csv: has no samples"));
  EXPECT_THAT(refusal("II,V1\n1,2\n3\n"), HasSubstr("line 3: has another number of cells than the first line has"));
  EXPECT_THAT(refusal("II,V1\n1,2,3\n"), HasSubstr("line 2: has another number of cells"));
  EXPECT_THAT(refusal("II,V1\n1,2\n\n3,4\n"), HasSubstr("line 3: has another number of cells"));
  EXPECT_THAT(refusal("II\n1\nx1\n"), HasSubstr("line 3: has no number for 'II' (it says 'x1')"));
  EXPECT_THAT(refusal("II\n+-1\n"), HasSubstr("line 2: has no number"));
  EXPECT_THAT(refusal("II\rV1\n1\n"), HasSubstr("line 1: has a control character"));
  EXPECT_THAT(refusal("II\n1;2\n"), HasSubstr("line 2: has no number"));
  EXPECT_THAT(refusal("II\ninf\n"), HasSubstr("line 2: has no number"));
  EXPECT_THAT(refusal("II\n1e39\n"), HasSubstr("line 2: has no number"));
  EXPECT_THAT(refusal("II\n\xC4\n"), HasSubstr("line 2: has no number for 'II' (it says '?')"));
  EXPECT_THAT(refusal("\xC4\n1\n"), HasSubstr("line 1: is not UTF-8"));
  EXPECT_THAT(refusal("II,II\n1,2\n"), HasSubstr("line 1: has the channel 'II' twice"));
  EXPECT_THAT(refusal("II,\n1,2\n"), HasSubstr("line 1: has a column without a name"));
  EXPECT_THAT(refusal("0.1,0.2\n1,2\n"), HasSubstr("line 1: has '0.1' for a name"));
  EXPECT_THAT(refusal("\"II\n1\n"), HasSubstr("line 1: has a quote that is never closed"));
  EXPECT_THAT(refusal("\"II\"x\n1\n"), HasSubstr("line 1: has text after a closing quote"));
  EXPECT_THAT(refusal("II,V1\n1,2\n3,4\n", {.rate_hz = 1, .limits = {.max_elements = 3}}),
              HasSubstr("has too many samples (the limit is 3)"));
}

}  // namespace
}  // namespace galen
