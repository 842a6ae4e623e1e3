#include "galen/nn/loss.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "galen/engine/openvino/openvino.h"
#include "galen/engine/outputs.h"
#include "galen/graph/builder.h"

namespace galen {
namespace {

// Two images of two voxels, and the probabilities of three classes in each: logits are their logarithms.
constexpr std::array<std::int64_t, 4> truth = {0, 1, 2, 0};    // [image, voxel]
constexpr std::array<float, 12> probabilities = {0.5f, 0.1f,   // first image: background
                                                 0.3f, 0.7f,   // class 1
                                                 0.2f, 0.2f,   // class 2
                                                 0.2f, 0.25f,  // second image
                                                 0.2f, 0.5f,   //
                                                 0.6f, 0.25f};
constexpr std::array<double, 4> true_ones = {0.5, 0.7, 0.6, 0.25};  // the probability of each voxel's true class

double value_of(const LabelLoss& loss) {
  Builder b("loss");
  const Value logits = b.input("logits", Scalar::f32, {{2, ""}, {3, ""}, {2, ""}});
  const Value labels = b.input("labels", Scalar::i64, {{2, ""}, {2, ""}});
  b.output(loss(b, logits, labels), "loss");
  std::array<float, probabilities.size()> logarithms{};
  for (std::size_t i = 0; i < logarithms.size(); ++i) logarithms[i] = std::log(probabilities[i]);
  const auto outputs = openvino_engine()
                           ->compile(b.build(), {})
                           ->run({{"logits", Tensor::of<float>({2, 3, 2}, logarithms)},
                                  {"labels", Tensor::of<std::int64_t>({2, 2}, truth)}});
  return static_cast<double>(output_of(outputs, "loss", {}).front());
}

double mean_over_voxels(double (*term)(double p)) {
  double sum = 0;
  for (const double p : true_ones) sum += term(p) / static_cast<double>(true_ones.size());
  return sum;
}

double cross_entropy_by_hand() {
  return mean_over_voxels([](double p) { return -std::log(p); });
}

TEST(Losses, CrossEntropyIsTheMeanOfMinusLogPAndWeightsAreNormalised) {
  EXPECT_NEAR(value_of([](Builder& b, const Value& l, const Value& t) { return cross_entropy(b, l, t); }),
              cross_entropy_by_hand(), 1e-5);
  const double weighted = -(std::log(0.5) + 2 * std::log(0.7) + 3 * std::log(0.6) + std::log(0.25)) / (1 + 2 + 3 + 1);
  EXPECT_NEAR(value_of([](Builder& b, const Value& l, const Value& t) { return cross_entropy(b, l, t, {1, 2, 3}); }),
              weighted, 1e-5);
}

TEST(Losses, FocalSparesWhatIsRight) {
  EXPECT_NEAR(value_of([](Builder& b, const Value& l, const Value& t) { return focal(b, l, t, 2); }),
              mean_over_voxels([](double p) { return -(1 - p) * (1 - p) * std::log(p); }), 1e-5);
  EXPECT_NEAR(value_of([](Builder& b, const Value& l, const Value& t) { return focal(b, l, t, 0); }),
              cross_entropy_by_hand(), 1e-5);
}

double dice_loss(const DiceOptions& options) {
  return value_of([&](Builder& b, const Value& l, const Value& t) { return dice_cross_entropy(b, l, t, options); });
}

TEST(Losses, DiceIsOverTheBatchPerClassWithoutBackground) {
  const double background = 2 * (0.5 + 0.25) / (0.5 + 0.1 + 0.2 + 0.25 + 2);
  const double one = 2 * 0.7 / (0.3 + 0.7 + 0.2 + 0.5 + 1), two = 2 * 0.6 / (0.2 + 0.2 + 0.6 + 0.25 + 1);
  EXPECT_NEAR(dice_loss({}), 1 - (one + two) / 2 + cross_entropy_by_hand(), 1e-4);
  EXPECT_NEAR(dice_loss({.ignore_background = false}), 1 - (background + one + two) / 3 + cross_entropy_by_hand(),
              1e-4);
}

TEST(Losses, DicePerImageIsZeroForAClassThatIsNotThere) {
  const double first = 2 * 0.7 / (0.3 + 0.7 + 1), second = 2 * 0.6 / (0.6 + 0.25 + 1);  // classes 1 and 2
  EXPECT_NEAR(dice_loss({.batch = false}), 1 - (first + 0 + 0 + second) / 4 + cross_entropy_by_hand(), 1e-4);
}

TEST(Losses, DeepSupervisionHalvesTheWeightAtEachScale) {
  const double both = value_of([](Builder& b, const Value& l, const Value& t) {
    const LabelLoss one = [](Builder& builder, const Value& x, const Value& y) { return cross_entropy(builder, x, y); };
    return deep_supervision(b, {l, b.mul(l, 0)}, t, one);  // uniform logits: log 3
  });
  EXPECT_NEAR(both, (cross_entropy_by_hand() + 0.5 * std::log(3.0)) / 1.5, 1e-5);
}

}  // namespace
}  // namespace galen
