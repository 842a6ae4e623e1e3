#include "galen/prep/normalise.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "galen/base/random.h"

namespace galen {
namespace {

#include "galen/prep/reference_values.inc"

using testing::Each;
using testing::ElementsAre;
using testing::FloatNear;
using testing::Pointwise;

std::vector<float> drawn(std::size_t n, double mean, double deviation) {
  Random random(3, 0, 0, "test");
  std::vector<float> out;
  for (std::size_t i = 0; i < n; ++i) out.push_back(static_cast<float>(mean + deviation * random.normal()));
  return out;
}

double mean_of(const std::vector<float>& v) {
  double sum = 0;
  for (const float x : v) sum += x;
  return sum / static_cast<double>(v.size());
}

double deviation_of(const std::vector<float>& v) {
  double sum = 0;
  for (const float x : v) sum += (x - mean_of(v)) * (x - mean_of(v));
  return std::sqrt(sum / static_cast<double>(v.size()));
}

TEST(Normalise, ZScoreHasMeanZeroAndDeviationOneFarFromZeroToo) {
  auto values = drawn(500, 30000, 12);
  normalise(values, {});
  EXPECT_NEAR(mean_of(values), 0, 1e-5);
  EXPECT_NEAR(deviation_of(values), 1, 1e-5);
}

TEST(Normalise, ForegroundAloneCountsAndBackgroundStaysZero) {
  auto inside = drawn(200, 50, 5);
  std::vector<float> values = inside;
  values.insert(values.end(), 300, 0.0f);
  normalise(values, {.scheme = NormalisationScheme::z_score_foreground});
  EXPECT_THAT(std::vector<float>(values.begin() + 200, values.end()), Each(0.0f));
  normalise(inside, {});
  values.resize(200);
  EXPECT_THAT(values, Pointwise(FloatNear(1e-6f), inside));
}

TEST(Normalise, ConstantImagesBecomeZeros) {
  for (const auto scheme :
       {NormalisationScheme::z_score, NormalisationScheme::z_score_foreground, NormalisationScheme::rescale}) {
    std::vector<float> values(20, 0.1f);
    normalise(values, {.scheme = scheme});
    EXPECT_THAT(values, Each(0.0f));
  }
}

TEST(Normalise, RescaleSpansZeroToOne) {
  std::vector<float> values{-2, 0, 2};
  normalise(values, {.scheme = NormalisationScheme::rescale});
  EXPECT_THAT(values, ElementsAre(0, 0.5, 1));
}

TEST(Normalise, CtClipsToPercentilesAndUsesTheDatasetsMoments) {
  std::vector<float> foreground;
  for (int i = 0; i <= 1000; ++i) foreground.push_back(static_cast<float>(1000 - i));
  const Normalisation ct = ct_normalisation(foreground);
  EXPECT_DOUBLE_EQ(ct.low, 5);  // numpy.percentile(0..1000, [0.5, 99.5])
  EXPECT_DOUBLE_EQ(ct.high, 995);
  EXPECT_DOUBLE_EQ(ct.mean, 500);
  std::vector<float> values{-1000, 500, 3000};
  normalise(values, ct);
  EXPECT_NEAR(values[0], (5 - 500) / ct.deviation, 1e-6);
  EXPECT_EQ(values[1], 0);
  EXPECT_NEAR(values[2], (995 - 500) / ct.deviation, 1e-6);
  EXPECT_THROW(ct_normalisation({}), Error);
}

TEST(Normalise, CtStatisticsAgreeWithNumpy) {
  std::vector<float> values;  // the image of scripts/reference/prep.py
  for (int z = 0; z < 5; ++z) {
    for (int y = 0; y < 6; ++y) {
      for (int x = 0; x < 7; ++x) {
        values.push_back(
            static_cast<float>(std::sin(0.9 * x) + std::cos(0.7 * y) * 0.5 + std::sin(0.4 * x * y) * 0.3 + 0.1 * z));
      }
    }
  }
  const Normalisation ct = ct_normalisation(values);
  EXPECT_NEAR(ct.low, percentiles[0], 1e-6);
  EXPECT_NEAR(ct.high, percentiles[1], 1e-6);
  EXPECT_NEAR(ct.mean, moments[0], 1e-6);
  EXPECT_NEAR(ct.deviation, moments[1], 1e-6);
}

TEST(Normalise, ChannelsHaveTheirOwnSchemes) {
  Image image = blank_image(Grid{.size = {2, 1, 1}}, 2);
  image.values = {1, 3, 10, 30};
  const Normalisation both[] = {{.scheme = NormalisationScheme::none}, {.scheme = NormalisationScheme::rescale}};
  normalise(image, both);
  EXPECT_THAT(image.values, ElementsAre(1, 3, 0, 1));
  EXPECT_THROW(normalise(image, std::vector<Normalisation>(3)), Error);
}

TEST(Normalise, SchemeFollowsTheModality) {
  EXPECT_EQ(choose_normalisation("CT"), NormalisationScheme::ct);
  EXPECT_EQ(choose_normalisation("MR"), NormalisationScheme::z_score);
  EXPECT_EQ(choose_normalisation(""), NormalisationScheme::z_score);
  EXPECT_EQ(choose_normalisation("ES"), NormalisationScheme::rescale);
}

TEST(Normalisation, SurvivesJsonAndRefusesNonsense) {
  const Normalisation ct{NormalisationScheme::ct, -900, 300, -20, 210};
  const Json json = to_json(ct);
  const Normalisation again = normalisation_from_json({json, "recipe"});
  EXPECT_EQ(to_json(again), json);
  for (const char* text : {R"({"scheme": "zscore"})", R"({"scheme": "ct", "low": 0})", R"({"scheme": "none", "a": 1})",
                           R"({"scheme": "ct", "low": 2, "high": 1, "mean": 0, "deviation": 1})",
                           R"({"scheme": "ct", "low": 0, "high": 1, "mean": 0, "deviation": 0})"}) {
    const Json wrong = parse_json(text, "recipe");
    EXPECT_THROW(normalisation_from_json({wrong, "recipe"}), Error) << text;
  }
}

}  // namespace
}  // namespace galen
