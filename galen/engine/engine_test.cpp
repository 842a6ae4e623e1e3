#include "galen/engine/engine.h"

#include <gtest/gtest.h>

#include <limits>

#include "galen/base/message_test.h"
#include "galen/engine/outputs.h"

namespace galen {
namespace {

TEST(Precision, NamesReadBack) {
  for (const Precision precision :
       {Precision::automatic, Precision::f32, Precision::bf16, Precision::f16, Precision::int8}) {
    EXPECT_EQ(precision_named(name_of(precision)), precision);
  }
  EXPECT_EQ(name_of(Precision::automatic), "auto");
}

TEST(Precision, AnotherWordIsWrongUsage) {
  try {
    precision_named("fp32");
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), Fault::usage);
    EXPECT_NE(std::string(error.what()).find("fp32"), std::string::npos);
  }
}

TEST(NonFinite, FindsNanAndInfinityInAnyFloatType) {
  const float nan = std::numeric_limits<float>::quiet_NaN(), infinity = std::numeric_limits<float>::infinity();
  const auto holds = [](const Tensor& tensor) { return has_non_finite({{"ok", Tensor::scalar(1.f)}, {"y", tensor}}); };
  EXPECT_FALSE(holds(Tensor::of<float>({2}, std::vector<float>{0, 3e38f})));
  EXPECT_TRUE(holds(Tensor::of<float>({2}, std::vector<float>{0, nan})));
  EXPECT_TRUE(holds(Tensor::of<float>({2}, std::vector<float>{-infinity, 0})));
  EXPECT_TRUE(holds(Tensor::of<double>({1}, std::vector<double>{infinity})));
  EXPECT_FALSE(holds(Tensor::of<double>({1}, std::vector<double>{1e300})));  // above f32's range, but finite
  EXPECT_TRUE(holds(Tensor::scalar(nan).as(Scalar::f16)));
  EXPECT_TRUE(holds(Tensor::scalar(nan).as(Scalar::bf16)));
  EXPECT_FALSE(holds(Tensor::scalar(std::int64_t{-1})));
}

TEST(Outputs, ANetworkWithoutTheOutputIsRefusedWithThoseThatItHas) {
  Graph network;
  network.name = "beats";
  network.outputs = {{"y", Scalar::f32, {}}, {"z", Scalar::f32, {}}};
  require_output(network, "z");
  EXPECT_EQ(
      message_of([&] { require_output(network, "logits"); }),
      "network 'beats': has no output 'logits' (its outputs: y, z); give a bundle whose networks were made for its "
      "task");
}

TEST(Outputs, AnotherShapeOrTypeIsRefused) {
  const std::map<std::string, Tensor> outputs = {{"logits", Tensor(Scalar::f32, {1, 2})},
                                                 {"best", Tensor(Scalar::i64, {1})}};
  EXPECT_EQ(output_of(outputs, "logits", {1, 2}).size(), 2u);
  const auto said = [&](const char* name, const Shape& shape) {
    return message_of([&] { output_of(outputs, name, shape); });
  };
  EXPECT_NE(said("logits", {1, 3}).find("is f32 [1, 2] (f32 [1, 3] is expected)"), std::string::npos);
  EXPECT_NE(said("best", {1}).find("is i64 [1]"), std::string::npos);
  EXPECT_NE(said("other", {1}).find("output 'other': is not among"), std::string::npos);
}

}  // namespace
}  // namespace galen
