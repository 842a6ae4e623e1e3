#include "galen/prep/sliding_window.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "galen/base/error.h"
#include "galen/base/random.h"

namespace galen {
namespace {

using testing::ElementsAre;

Image random_image(const Index3& size, int channels) {
  Image image = blank_image(Grid{.size = size}, channels);
  Random random(2, 0, 0, "scores");
  for (float& v : image.values) v = static_cast<float>(random.normal());
  return image;
}

// Sliding-window scores of a network.
template <class Network>
Image slide(const Image& image, const Index3& patch, int classes, Network&& network) {
  Image out = blank_image(image.grid, classes);
  Accumulator sums(classes, image.grid.size, patch, collect_into(out));
  for (const Box& box : tiles(image.grid.size, patch)) sums.add(network(cropped(image, box)), box.begin);
  sums.finish();
  return out;
}

std::vector<float> multiples(const Image& tile) {
  std::vector<float> out = tile.values;
  for (const float v : tile.values) out.push_back(2 * v);
  return out;
}

TEST(TileStarts, SpreadEvenlyFromEndToEnd) {
  EXPECT_THAT(tile_starts(100, 40), ElementsAre(0, 20, 40, 60));
  EXPECT_THAT(tile_starts(45, 40), ElementsAre(0, 5));
  EXPECT_THAT(tile_starts(110, 64), ElementsAre(0, 23, 46));  // nnU-Net's example
  EXPECT_THAT(tile_starts(40, 40), ElementsAre(0));
  EXPECT_THAT(tile_starts(35, 40), ElementsAre(-2));
  EXPECT_THAT(tile_starts(3, 1, 0.5), ElementsAre(0, 1, 2));
  EXPECT_THROW(tile_starts(10, 5, 0), Error);
}

TEST(GaussianImportance, IsAProductOfGaussiansWithGreatestValueOne) {
  const auto weights = gaussian_importance({8, 5, 1});
  ASSERT_EQ(weights.size(), 40u);
  EXPECT_EQ(*std::max_element(weights.begin(), weights.end()), 1);
  const auto at = [&](std::size_t x, std::size_t y) { return weights[y * 8 + x]; };
  EXPECT_NEAR(at(5, 2), std::exp(-(1.5 * 1.5 - 0.25) / 2), 1e-6);
  EXPECT_NEAR(at(3, 3), std::exp(-0.5 / (0.625 * 0.625)), 1e-6);
  for (std::size_t x = 0; x < 8; ++x) EXPECT_EQ(at(x, 0), at(7 - x, 4));
  double sum = 0;  // the sum approximates the integral: sigma * sqrt(2 pi) per axis
  for (const float w : gaussian_importance({64, 1, 1})) sum += w;
  EXPECT_NEAR(sum, 8 * std::sqrt(2 * 3.14159265) * std::exp(0.25 / 128), 0.01);
}

TEST(Accumulator, AConstantNetworkGivesAConstant) {
  const Image image = blank_image(Grid{.size = {25, 19, 30}}, 1);
  const Image out =
      slide(image, {16, 24, 8}, 3, [](const Image& tile) { return std::vector<float>(3 * tile.values.size(), 0.75f); });
  for (const float v : out.values) ASSERT_NEAR(v, 0.75, 1e-6);
}

TEST(Accumulator, APointwiseNetworkIsReproduced) {
  const Image image = random_image({23, 9, 31}, 1);
  const Image out = slide(image, {8, 16, 8}, 2, multiples);
  for (std::size_t i = 0; i < image.values.size(); ++i) {
    ASSERT_NEAR(out.channel(0)[i], image.values[i], 1e-5);
    ASSERT_NEAR(out.channel(1)[i], 2 * image.values[i], 1e-5);
  }
}

TEST(Accumulator, EqualsTheSumOverTheWholeImage) {
  const Index3 size{13, 11, 17}, patch{6, 6, 6};
  const auto boxes = tiles(size, patch);
  const auto importance = gaussian_importance(patch);
  const Image scores = random_image({216, static_cast<std::int64_t>(boxes.size()), 1}, 1);  // a row per tile
  const auto tile = [&](std::size_t t) { return std::span(scores.values).subspan(t * 216, 216); };
  Image out = blank_image(Grid{.size = size}, 1), sum = out, weight = out;
  Accumulator sums(1, size, patch, collect_into(out));
  for (std::size_t t = 0; t < boxes.size(); ++t) {
    sums.add(tile(t), boxes[t].begin);
    Image weighted = blank_image(Grid{.size = patch}, 1), weights = weighted;
    for (std::size_t i = 0; i < 216; ++i) weighted.values[i] = importance[i] * tile(t)[i];
    weights.values = importance;
    const auto& [x, y, z] = boxes[t].begin;
    const Box all{{-x, -y, -z}, size};  // in the tile's voxels
    const Image put = cropped(weighted, all), put_weights = cropped(weights, all);
    for (std::size_t i = 0; i < sum.values.size(); ++i) {
      sum.values[i] += put.values[i];
      weight.values[i] += put_weights.values[i];
    }
  }
  sums.finish();
  for (std::size_t i = 0; i < out.values.size(); ++i) {
    ASSERT_NEAR(out.values[i], sum.values[i] / weight.values[i], 1e-5);
  }
}

TEST(Accumulator, HandsSlicesOnEarlyAndHoldsOnePatchDepth) {
  const Index3 size{10, 10, 400}, patch{10, 10, 8};
  std::vector<std::int64_t> emitted;
  Accumulator sums(2, size, patch, [&](std::int64_t z, std::span<const float> scores) {
    EXPECT_EQ(scores.size(), 200u);
    emitted.push_back(z);
  });
  EXPECT_EQ(sums.bytes(), 8u * 100 * (2 + 1) * sizeof(float));
  const std::vector<float> scores(1600, 1.0f);
  for (const Box& box : tiles(size, patch)) {
    sums.add(scores, box.begin);
    ASSERT_EQ(static_cast<std::int64_t>(emitted.size()), box.begin[2]);
  }
  sums.finish();
  std::vector<std::int64_t> expected(400);
  std::iota(expected.begin(), expected.end(), 0);
  EXPECT_EQ(emitted, expected);
}

TEST(Accumulator, RefusesGapsAndDisorder) {
  const std::vector<float> scores(8, 1.0f);
  const auto nowhere = [](std::int64_t, std::span<const float>) {};
  Accumulator disorder(1, {2, 2, 6}, {2, 2, 2}, nowhere);
  disorder.add(scores, {0, 0, 0});
  disorder.add(scores, {0, 0, 1});
  EXPECT_THROW(disorder.add(scores, {0, 0, 0}), Error);
  Accumulator gap(1, {4, 2, 2}, {2, 2, 2}, nowhere);
  gap.add(scores, {0, 0, 0});
  EXPECT_THROW(gap.finish(), Error);
  EXPECT_THROW(gap.add(std::vector<float>(7), {0, 0, 0}), Error);
}

}  // namespace
}  // namespace galen
