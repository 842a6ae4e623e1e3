#include "galen/prep/augment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <thread>

#include "galen/base/threads.h"
#include "galen/prep/augment_steps.h"
#include "galen/prep/grids_test.h"

namespace galen {
namespace {

#include "galen/prep/reference_values.inc"

using testing::HasSubstr;

Random stream(std::uint64_t item) {
  return Random(11, 2, item, "augment");
}

Image waves(const Grid& grid) {
  return filled(grid, [](int x, int y, int z) { return std::sin(0.3 * x) + std::cos(0.25 * y) * std::sin(0.2 * z); });
}

// An ellipsoid of class 1 with a core of class 2.
Labels organ(const Grid& grid) {
  Labels labels = blank_labels(grid);
  std::size_t i = 0;
  for (int z = 0; z < grid.size[2]; ++z) {
    for (int y = 0; y < grid.size[1]; ++y) {
      for (int x = 0; x < grid.size[0]; ++x, ++i) {
        const double u = x / static_cast<double>(grid.size[0]) - 0.5, v = y / static_cast<double>(grid.size[1]) - 0.5,
                     w = z / static_cast<double>(grid.size[2]) - 0.5, r = std::sqrt(u * u + v * v + w * w);
        labels.values[i] = r < 0.15 ? 2 : r < 0.35 ? 1 : 0;
      }
    }
  }
  return labels;
}

Augmentation everything() {
  Augmentation a;
  for (Draw* d : {&a.rotation, &a.scaling, &a.elastic, &a.noise, &a.blur, &a.brightness, &a.shift, &a.contrast,
                  &a.low_resolution, &a.bias_field, &a.inverted_gamma, &a.gamma}) {
    d->probability = 1;
  }
  return a;
}

Augmentation spatial_only() {
  Augmentation a = no_augmentation();
  a.rotation.probability = a.scaling.probability = a.elastic.probability = 1;
  return a;
}

TEST(Augmented, WithoutAnyIsTheCrop) {
  const Grid grid = grid_of(20, 22, 18, {1, 0.8, 1.2});
  const Image image = waves(grid);
  const Labels labels = organ(grid);
  const Box patch{{-3, 4, 5}, {16, 16, 16}};
  Random random = stream(0);
  const Sample sample = augmented(image, labels, patch, no_augmentation(), random);
  EXPECT_EQ(sample.image.values, cropped(image, patch).values);
  EXPECT_EQ(sample.labels.values, cropped(labels, patch).values);
}

TEST(Augmented, DependsOnItsStreamAloneAndNotOnThreads) {
  const Grid grid = grid_of(30, 32, 28);
  const Image image = waves(grid);
  const Labels labels = organ(grid);
  const Box patch{{4, 4, 4}, {20, 24, 16}};
  const auto make = [&](std::uint64_t item) {
    Random random = stream(item);
    return augmented(image, labels, patch, everything(), random);
  };
  std::vector<Sample> alone;
  for (std::uint64_t i = 0; i < 6; ++i) alone.push_back(make(i));
  EXPECT_NE(alone[0].image.values, alone[1].image.values);
  std::vector<Sample> together(6);
  parallel_for(6, 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) together[i] = make(i);
  });
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_EQ(together[i].image.values, alone[i].image.values);
    EXPECT_EQ(together[i].labels.values, alone[i].labels.values);
  }
}

TEST(Augmented, EachPartChangesThePatchAndKeepsItFinite) {
  const Grid grid = grid_of(24, 24, 24);
  const Image image = waves(grid);
  const Box patch{{4, 4, 4}, {16, 16, 16}};
  const Image plain = cropped(image, patch);
  for (const auto member : {&Augmentation::rotation, &Augmentation::scaling, &Augmentation::elastic,
                            &Augmentation::noise, &Augmentation::blur, &Augmentation::brightness, &Augmentation::shift,
                            &Augmentation::contrast, &Augmentation::low_resolution, &Augmentation::bias_field,
                            &Augmentation::inverted_gamma, &Augmentation::gamma}) {
    Augmentation one = no_augmentation();
    (one.*member).probability = 1;
    int changed = 0;
    for (std::uint64_t i = 0; i < 10; ++i) {
      Random random = stream(i);
      const Image out = augmented(image, patch, one, random);
      changed += out.values != plain.values;
      for (const float v : out.values) ASSERT_TRUE(std::isfinite(v));
    }
    // Blur and low resolution apply to each channel with probability 1/2.
    EXPECT_GE(changed, member == &Augmentation::blur || member == &Augmentation::low_resolution ? 2 : 10);
  }
}

TEST(Augmented, ImageAndLabelsStayAligned) {
  const Grid grid = grid_of(40, 44, 36, {1, 0.9, 1.2});
  const Labels labels = organ(grid);
  Image image = blank_image(grid, 1);
  std::transform(labels.values.begin(), labels.values.end(), image.values.begin(),
                 [](std::uint8_t v) { return v >= 1 ? 1.0f : 0.0f; });
  for (const bool cubic : {false, true}) {
    Augmentation augmentation = spatial_only();
    augmentation.cubic = cubic;
    augmentation.mirror = {true, true, true};
    for (std::uint64_t i = 0; i < 8; ++i) {
      Random random = stream(i);
      const Sample sample = augmented(image, labels, {{6, 8, 4}, {28, 28, 28}}, augmentation, random);
      int wrong = 0, inside = 0;
      for (std::size_t k = 0; k < sample.labels.values.size(); ++k) {
        wrong += (sample.image.values[k] > 0.5f) != (sample.labels.values[k] >= 1);
        inside += sample.labels.values[k] >= 1;
      }
      EXPECT_GT(inside, 500);
      // Linear: the same weights as for labels, except where three classes meet. Cubic: a little sharper at the border.
      EXPECT_LT(wrong, cubic ? inside / 50 : 3);
    }
  }
}

TEST(Augmented, LabelsOfTheMovedPatchKeepTheirClasses) {
  const Labels labels = organ(grid_of(30, 30, 30));
  const Image image = blank_image(labels.grid, 1);
  for (std::uint64_t i = 0; i < 5; ++i) {
    Random random = stream(i);
    const Sample sample = augmented(image, labels, whole(labels.grid), spatial_only(), random);
    for (const auto v : sample.labels.values) ASSERT_LE(v, 2);
  }
}

TEST(Augmented, TurnsByTheAngleInMillimetres) {
  // A quarter turn about z of an anisotropic grid takes millimetres along x to millimetres along y.
  const Grid grid = grid_of(41, 21, 5, {1, 2, 1});
  const Image image = filled(grid, [](int x, int, int) { return x - 20; });
  Augmentation augmentation = no_augmentation();
  augmentation.rotation = {1, 90, 90};
  augmentation.rotation_axes = {false, false, true};
  const Box patch{{16, 8, 1}, {9, 5, 3}};
  Random random = stream(0);
  const Image out = augmented(image, patch, augmentation, random);
  std::size_t i = 0;
  for (int z = 0; z < 3; ++z) {
    for (int y = -2; y <= 2; ++y) {
      for (int x = -4; x <= 4; ++x) ASSERT_NEAR(out.values[i++], -2 * y, 1e-4);
    }
  }
}

TEST(Augmented, ScalingMagnifiesAboutThePatchsMiddle) {
  const Grid grid = grid_of(31, 31, 31);
  const Image image = filled(grid, [](int x, int y, int z) { return (x - 15) + 10 * (y - 15) - 3 * (z - 15); });
  Augmentation augmentation = no_augmentation();
  augmentation.scaling = {1, 2, 2};
  const Box patch{{10, 10, 10}, {11, 11, 11}};
  Random random = stream(0);
  const Image out = augmented(image, patch, augmentation, random), plain = cropped(image, patch);
  for (std::size_t i = 0; i < out.values.size(); ++i) ASSERT_NEAR(out.values[i], plain.values[i] / 2, 1e-4);
}

TEST(Augmented, MirrorsExactlyAndHalfOfTheTime) {
  const Grid grid = grid_of(7, 6, 5);
  const Image image = waves(grid);
  Augmentation augmentation = no_augmentation();
  augmentation.mirror = {true, false, true};
  int along_x = 0;
  for (std::uint64_t i = 0; i < 200; ++i) {
    Random random = stream(i);
    Image out = augmented(image, whole(grid), augmentation, random);
    const bool x = out.values[0] == image.values[6] || out.values[0] == image.values[4 * 42 + 6];
    const bool z = out.values[0] == image.values[4 * 42] || out.values[0] == image.values[4 * 42 + 6];
    along_x += x;
    flip(out, {x, false, z});
    ASSERT_EQ(out.values, image.values);
  }
  EXPECT_NEAR(along_x, 100, 36);  // five standard deviations
}

TEST(Augmented, OneSliceTurnsInItsPlane) {
  const Grid grid = grid_of(32, 32, 1);
  const Image image = waves(grid);
  Augmentation augmentation = everything();
  augmentation.noise.probability = 0;
  for (std::uint64_t i = 0; i < 5; ++i) {
    Random random = stream(i);
    const Image out = augmented(image, {{4, 4, 0}, {24, 24, 1}}, augmentation, random);
    ASSERT_EQ(out.grid.size, (Index3{24, 24, 1}));
    const Image plain = cropped(image, {{4, 4, 0}, {24, 24, 1}});
    double power = 0;
    for (const float v : out.values) power += v * v;
    EXPECT_GT(power, 20);  // still the image, not the empty space above the slice
    EXPECT_NE(out.values, plain.values);
  }
}

TEST(Augmented, BlurAgreesWithScipy) {
  const Image image = filled(grid_of(7, 6, 5), [](double x, double y, double z) {
    return std::sin(0.9 * x) + std::cos(0.7 * y) * 0.5 + std::sin(0.4 * x * y) * 0.3 + 0.1 * z;
  });
  Augmentation augmentation = no_augmentation();
  augmentation.blur = {1, 0.8, 0.8};
  bool happened = false;
  for (std::uint64_t i = 0; i < 20 && !happened; ++i) {
    Random random = stream(i);
    const Image out = augmented(image, whole(image.grid), augmentation, random);
    if (out.values == image.values) continue;
    happened = true;
    for (std::size_t k = 0; k < out.values.size(); ++k) ASSERT_NEAR(out.values[k], blurred[k], 2e-5);
  }
  EXPECT_TRUE(happened);
}

TEST(Augmented, GammaAndBiasKeepMeanAndDeviation) {
  const Image image = waves(grid_of(20, 20, 20));
  const auto moments_of = [](const Image& i) {
    double sum = 0, squares = 0;
    for (const float v : i.values) sum += v, squares += v * v;
    const double n = static_cast<double>(i.values.size());
    return std::pair{sum / n, std::sqrt(squares / n - sum / n * sum / n)};
  };
  for (const auto member : {&Augmentation::gamma, &Augmentation::inverted_gamma, &Augmentation::bias_field}) {
    Augmentation one = no_augmentation();
    (one.*member).probability = 1;
    Random random = stream(3);
    const Image out = augmented(image, whole(image.grid), one, random);
    EXPECT_NEAR(moments_of(out).first, moments_of(image).first, 1e-4);
    EXPECT_NEAR(moments_of(out).second, moments_of(image).second, 1e-4);
  }
}

TEST(Augmented, ConstantPatchesStayFinite) {
  const Image image = blank_image(grid_of(12, 12, 12), 2);
  for (std::uint64_t i = 0; i < 10; ++i) {
    Random random = stream(i);
    for (const float v : augmented(image, whole(image.grid), everything(), random).values)
      ASSERT_TRUE(std::isfinite(v));
  }
}

TEST(Draw, FactorsAreBalancedAboutOneAndHappenAsOftenAsAsked) {
  const Draw gamma{0.3, 0.7, 1.5};
  Random random = stream(0);
  int happened = 0, below = 0;
  for (int i = 0; i < 5000; ++i) {
    const Strength s = draw_factor(gamma, random);
    ASSERT_GE(s.value, 0.7);
    ASSERT_LE(s.value, 1.5);
    happened += s.happens;
    below += s.value < 1;
  }
  EXPECT_NEAR(happened, 1500, 165);
  EXPECT_NEAR(below, 2500, 180);
}

TEST(SmoothField, HasDeviationOneAndIsSmooth) {
  double squares = 0, steps = 0;
  for (std::uint64_t i = 0; i < 200; ++i) {
    Random random = stream(i);
    SmoothField field({40, 40, 1}, 8, random);
    std::vector<float> row(40);
    field.row(17, 0, row);
    for (std::size_t x = 1; x < 40; ++x) {
      squares += row[x] * row[x];
      steps = std::max(steps, static_cast<double>(std::abs(row[x] - row[x - 1])));
    }
  }
  EXPECT_NEAR(squares / (200 * 39), 1, 0.15);
  EXPECT_LT(steps, 1.0);
}

TEST(Augmentation, SurvivesJsonAndRefusesNonsense) {
  Augmentation augmentation = everything();
  augmentation.mirror = {false, true, false};
  augmentation.cubic = false;
  const Json json = to_json(augmentation);
  EXPECT_EQ(to_json(augmentation_from_json({json, "recipe"})), json);
  EXPECT_EQ(to_json(augmentation_from_json({Json::object(), "recipe"})), to_json(Augmentation{}));
  const auto refusal = [](const char* text) {
    const Json wrong = parse_json(text, "recipe");
    try {
      augmentation_from_json({wrong, "recipe"});
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  EXPECT_THAT(refusal(R"({"rotate": {}})"), HasSubstr("unknown key 'rotate'"));
  EXPECT_THAT(refusal(R"({"noise": {"probability": 1.5}})"), HasSubstr("recipe: noise: has a probability outside"));
  EXPECT_THAT(refusal(R"({"gamma": {"low": 0}})"), HasSubstr("not positive"));
  EXPECT_THAT(refusal(R"({"blur": {"low": -1}})"), HasSubstr("negative deviation"));
  EXPECT_THAT(refusal(R"({"low_resolution": {"high": 2}})"), HasSubstr("above 1"));
  EXPECT_THAT(refusal(R"({"scaling": {"low": 3}})"), HasSubstr("low above high"));
  EXPECT_THAT(refusal(R"({"mirror": [true]})"), HasSubstr("wrong type"));
  EXPECT_THAT(refusal(R"({"elastic_spacing": 0})"), HasSubstr("less than one voxel"));
}

}  // namespace
}  // namespace galen
