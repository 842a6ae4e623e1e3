#include "tasks/signal_classify/strip.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "galen/base/message_test.h"
#include "galen/data/memory_source.h"
#include "tasks/signal_classify/augment_strip.h"
#include "tasks/signal_classify/phantom.h"

namespace galen::classify {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

StripPlan plan_of(std::vector<Kind> channels, double seconds = 10) {
  StripPlan plan;
  plan.channels = std::move(channels);
  plan.seconds = seconds;
  return plan;
}

TEST(Windows, CoverAStripAndNoMore) {
  EXPECT_THAT(window_begins(500, 1000), ElementsAre(0));
  EXPECT_THAT(window_begins(1000, 1000), ElementsAre(0));
  EXPECT_THAT(window_begins(1001, 1000), ElementsAre(0, 1));
  EXPECT_THAT(window_begins(2500, 1000), ElementsAre(0, 750, 1500));
}

TEST(Windows, AShorterStripIsPaddedAndSaysSo) {
  const StripPlan plan = plan_of({Kind::ecg, Kind::pulse});
  const Strip strip = read_strip(plan, phantom({Kind::ecg}, {.seconds = 6}));
  std::vector<float> window(4 * 1000, 7.f);
  put_window(strip, 0, 1000, window);
  EXPECT_EQ(window[600], 0);         // after the end
  EXPECT_EQ(window[2000 + 599], 1);  // the first channel is there
  EXPECT_EQ(window[2000 + 600], 0);
  EXPECT_EQ(*std::max_element(window.begin() + 3000, window.end()), 0);  // the second is not
  float greatest = 0;
  for (int i = 0; i < 600; ++i) greatest = std::max(greatest, std::abs(window[static_cast<std::size_t>(i)]));
  EXPECT_GT(greatest, 1);
}

TEST(ReadStrip, SaysWhyNothingCanBeSaid) {
  const StripPlan plan = plan_of({Kind::ecg});
  const auto reason = [&](const Signal& signal) { return read_strip(plan, signal).not_assessable.value_or(""); };
  EXPECT_EQ(reason(phantom({Kind::ecg})), "");
  EXPECT_THAT(reason(phantom({Kind::ecg}, {.seconds = 3})), HasSubstr("too short"));
  EXPECT_THAT(reason(phantom({Kind::ecg}, {.rate_hz = 60})), HasSubstr("too few"));
  EXPECT_THAT(reason(held_signal({{"II", "mV"}}, 250, {std::vector<float>(5000, 0.2f)})), HasSubstr("flat"));
  EXPECT_THAT(reason(held_signal({{"II", "mV"}}, 250, {std::vector<float>(5000, NAN)})), HasSubstr("flat, or missing"));
}

TEST(ReadStrip, ReadsEachChannelAtItsOwnRate) {
  const StripPlan plan = plan_of({Kind::ecg, Kind::pulse});
  const Signal alike = phantom({Kind::ecg, Kind::pulse}, {.rate_hz = 250, .noise_mv = 0});
  Signal mixed = phantom({Kind::pulse}, {.rate_hz = 125, .noise_mv = 0});  // and an ECG at 250, oxygen saturation at 1
  const std::vector<float> pulse = mixed.source->read(0, 0, mixed.length);
  const std::vector<float> ecg = alike.source->read(0, 0, alike.length);
  mixed =
      held_signal({{"SpO2", "%"}, {"PLETH", "1", 125}, {"II", "mV", 250}}, 1, {std::vector<float>(20, 97), pulse, ecg});
  const Strip expected = read_strip(plan, alike), strip = read_strip(plan, mixed);
  EXPECT_FALSE(strip.not_assessable);
  EXPECT_THAT(strip.there, ElementsAre(true, true));
  EXPECT_EQ(strip.length, expected.length);
  EXPECT_EQ(strip.seconds, 20);
  EXPECT_EQ(strip.channels[0], expected.channels[0]);
  for (std::size_t i = 200; i + 200 < strip.channels[1].size(); ++i) {
    ASSERT_NEAR(strip.channels[1][i], expected.channels[1][i], 0.05) << i;
  }
  EXPECT_NEAR(strip.features.of("pulse.rate"), expected.features.of("pulse.rate"), 0.5);
}

TEST(ReadStrip, LeavesOutWhatIsTooSlow) {
  const std::vector<float> ecg = phantom({Kind::ecg}).source->read(0, 0, 5000);
  const Signal slow_pulse =
      held_signal({{"PLETH", "1", 1}, {"II", "mV", 25}}, 10, {std::vector<float>(ecg.begin(), ecg.begin() + 200), ecg});
  const Strip strip = read_strip(plan_of({Kind::ecg, Kind::pulse}), slow_pulse);
  EXPECT_FALSE(strip.not_assessable);
  EXPECT_THAT(strip.there, ElementsAre(true, false));
}

TEST(ReadStrip, DoesNotDependOnTheUnitOfTheEcg) {
  std::vector<float> samples = phantom({Kind::ecg}).source->read(0, 0, 5000);
  const StripPlan plan = plan_of({Kind::ecg});
  const Strip mv = read_strip(plan, held_signal({{"II", "mV"}}, 250, {samples}));
  for (float& v : samples) v *= 1000;
  const Strip uv = read_strip(plan, held_signal({{"II", "uV"}}, 250, {samples}));
  EXPECT_NEAR(uv.features.of("main.height"), mv.features.of("main.height"), 1e-4);
}

TEST(ReadStrip, AGapIsNoPause) {
  std::vector<float> samples = phantom({Kind::ecg}).source->read(0, 0, 5000);
  const StripPlan plan = plan_of({Kind::ecg});
  const double longest = read_strip(plan, held_signal({{"II", "mV"}}, 250, {samples})).features.of("main.longest_s");
  std::fill(samples.begin() + 2000, samples.begin() + 2750, NAN);
  const Strip gap = read_strip(plan, held_signal({{"II", "mV"}}, 250, {samples}));
  EXPECT_NEAR(gap.features.of("main.longest_s"), longest, 0.05);
}

TEST(ReadStrip, AFlatLeadIsMissingAlsoWhereSamplesAre) {
  std::vector<float> flat(5000, 0.2f);
  flat.back() = NAN;
  const std::vector<float> ecg = phantom({Kind::ecg}).source->read(0, 0, 5000);
  const Strip strip =
      read_strip(plan_of({Kind::ecg, Kind::pulse}), held_signal({{"II", "mV"}, {"PLETH", "1"}}, 250, {ecg, flat}));
  EXPECT_THAT(strip.there, ElementsAre(true, false));
}

TEST(ReadStrip, RefusesWhatHasNoChannelThatIsAskedFor) {
  const Signal breath = held_signal({{"RESP", ""}}, 250, {std::vector<float>(5000, 0.f)});
  EXPECT_THAT(message_of([&] { read_strip(plan_of({Kind::ecg}), breath); }), HasSubstr("its channels are RESP"));
}

TEST(ReadStrip, GapsBecomeZeroAndNotNumbersThatAreNone) {
  std::vector<float> samples = phantom({Kind::ecg}).source->read(0, 0, 5000);
  std::fill(samples.begin() + 1000, samples.begin() + 1500, NAN);
  const Strip strip = read_strip(plan_of({Kind::ecg}), held_signal({{"II", "mV"}}, 250, {samples}));
  EXPECT_TRUE(std::ranges::all_of(strip.channels[0], [](float v) { return std::isfinite(v); }));
  EXPECT_EQ(strip.channels[0][500], 0);
}

TEST(Channels, AreChosenByKindAndNotByOrder) {
  const std::vector<Channel> channels = {{"PLETH", ""}, {"RESP", ""}, {"V", "mV"}, {"ABP", "mmHg"}, {"II", "mV"}};
  const auto chosen = choose_channels(channels, {Kind::ecg, Kind::ecg, Kind::pressure, Kind::pulse, Kind::pulse});
  EXPECT_THAT(chosen, ElementsAre(4u, 2u, 3u, 0u, std::nullopt));
}

TEST(Labels, ThatAreMissingOrUnknownAreNamed) {
  const std::vector<ClassLabel> classes = {{0, "normal", {}}, {1, "other", {}}};
  EXPECT_EQ(class_of_label({{"label", "other"}}, classes), 1);
  EXPECT_THAT(message_of([&] { class_of_label({}, classes); }), HasSubstr("is missing"));
  EXPECT_THAT(message_of([&] { class_of_label({{"label", "Other"}}, classes); }),
              HasSubstr("'Other' is no class (the dataset's are normal, other)"));
}

TEST(Augmentation, NeverTakesTheLastChannelAndKeepsWhatIsMissingMissing) {
  const StripPlan plan = plan_of({Kind::ecg, Kind::ecg, Kind::pulse});
  const Strip strip = read_strip(plan, phantom({Kind::ecg, Kind::pulse}, {.seconds = 16}));
  StripAugmentation how;
  how.drop_channel = 0.9;
  const auto window = static_cast<std::size_t>(plan.window());
  for (std::uint64_t i = 0; i < 50; ++i) {
    Random random(1, 0, i, "test");
    std::vector<float> out(6 * window);
    put_augmented(strip, plan, how, random, out);
    const std::span<const float> flags = std::span<const float>(out).subspan(3 * window);
    const auto there = [&](std::size_t c) { return std::ranges::max(flags.subspan(c * window, window)); };
    EXPECT_GT(there(0) + there(1) + there(2), 0);
    EXPECT_LE(there(0) + there(1), 1);
    for (std::size_t k = 0; k < flags.size(); ++k) ASSERT_TRUE(flags[k] == 1 || out[k] == 0);
  }
}

}  // namespace
}  // namespace galen::classify
