#include "galen/engine/engine.h"

#include <gtest/gtest.h>

#include <limits>

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

}  // namespace
}  // namespace galen
