#include <gmock/gmock.h>

#include <set>
#include <utility>

#include "galen/train/torch/call.h"
#include "galen/train/torch/operator_cases_test.h"

namespace galen {
namespace {

using I = std::int64_t;

std::vector<OperatorCase> layers() {
  return {
      {"Conv", {{1, 2, 6}, {3, 2, 3}, {3}}, {{"pads", Shape{1, 1}}}},
      {"Conv", {{1, 2, 5, 4}, {3, 2, 3, 3}, {3}}, {{"pads", Shape{1, 0, 0, 1}}, {"strides", Shape{2, 1}}}},
      {"Conv", {{2, 2, 4, 4, 4}, {2, 1, 3, 3, 3}}, {{"group", I{2}}, {"auto_pad", std::string("SAME_UPPER")}}},
      {"Conv", {{1, 1, 7, 5, 5}, {2, 1, 3, 1, 1}, {2}}, {{"dilations", Shape{2, 1, 1}}}},
      {"ConvTranspose", {{1, 2, 4}, {2, 3, 2}, {3}}, {{"strides", Shape{2}}}},
      {"ConvTranspose", {{1, 2, 3, 3, 2}, {2, 2, 2, 2, 1}, {2}}, {{"strides", Shape{2, 2, 1}}}},
      {"ConvTranspose",
       {{1, 2, 3, 3}, {2, 2, 3, 3}, {2}},
       {{"strides", Shape{2, 2}}, {"pads", Shape{1, 0, 0, 1}}, {"output_padding", Shape{1, 0}}}},
      {"InstanceNormalization", {{2, 3, 3, 4}, {3}, {3}}},
      {"InstanceNormalization", {{2, 2, 2, 3, 3}, {2}, {2}}},
      {"BatchNormalization", {{3, 2, 4}, {2}, {2}}, {}, {floats({0.1f, 0.2f}), floats({0.9f, 1.1f})}},
      {"GroupNormalization", {{2, 4, 3}, {2}, {2}}, {{"num_groups", I{2}}}},
      {"LayerNormalization", {{2, 3, 4}, {4}, {4}}},
      {"Gemm", {{2, 3}, {4, 3}, {4}}, {{"transB", I{1}}, {"alpha", 0.5f}, {"beta", 2.0f}}},
      {"MatMul", {{2, 3, 4}, {4, 2}}},
      {"Einsum", {{2, 3}, {3, 4}}, {{"equation", std::string("ij,jk->ik")}}},
      {"MaxPool", {{1, 2, 6, 6}}, {{"kernel_shape", Shape{2, 2}}, {"strides", Shape{2, 2}}}},
      {"MaxPool", {{1, 1, 4, 4, 4}}, {{"kernel_shape", Shape{3, 3, 3}}, {"pads", Shape{1, 1, 1, 1, 1, 1}}}},
      {"AveragePool", {{1, 2, 5, 5}}, {{"kernel_shape", Shape{3, 3}}, {"pads", Shape{1, 0, 0, 1}}}},
      {"AveragePool", {{1, 1, 4, 4, 2}}, {{"kernel_shape", Shape{2, 2, 1}}, {"strides", Shape{2, 2, 1}}}},
      {"GlobalAveragePool", {{2, 3, 3, 2}}},
      {"GlobalMaxPool", {{2, 3, 3, 2}}},
      {"Resize", {{1, 2, 3, 4}}, {{"mode", std::string("linear")}}, {Tensor{}, Tensor{}, integers({1, 2, 6, 8})}},
      {"Resize", {{1, 1, 2, 3, 2}}, {{"mode", std::string("linear")}}, {Tensor{}, floats({1, 1, 2, 2, 2})}},
      {"Resize", {{1, 2, 5, 7}}, {{"mode", std::string("linear")}}, {Tensor{}, Tensor{}, integers({1, 2, 3, 4})}},
      {"Resize",
       {{1, 1, 3, 3}},
       {{"mode", std::string("nearest")},
        {"coordinate_transformation_mode", std::string("asymmetric")},
        {"nearest_mode", std::string("floor")}},
       {Tensor{}, floats({1, 1, 2, 3})}},
      {"Resize", {{1, 1, 4, 4}}, {{"mode", std::string("cubic")}}, {Tensor{}, Tensor{}, integers({1, 1, 7, 6})}},
  };
}

std::vector<OperatorCase> pointwise() {
  const Shape s{2, 3};
  return {
      {"Add", {{2, 3}, {3}}},
      {"Sub", {{2, 3}, {2, 1}}},
      {"Mul", {{2, 3}, {1, 3}}},
      {"Div", {{2, 3}, {3}}, {}, {}, 0.5, 2},
      {"Mod", {{2, 3}, {2, 3}}, {{"fmod", I{1}}}, {}, 0.5, 2},
      {"Pow", {{2, 3}, {2, 3}}, {}, {}, 0.5, 2},
      {"Pow", {s}, {}, {floats({2})}},
      {"Min", {s, s}},
      {"Max", {s, s}},
      {"Sum", {s, s, {3}}},
      {"Mean", {s, s}},
      {"Abs", {s}},
      {"Neg", {s}},
      {"Reciprocal", {s}, {}, {}, 0.5, 2},
      {"Sqrt", {s}, {}, {}, 0.5, 2},
      {"Exp", {s}},
      {"Log", {s}, {}, {}, 0.5, 2},
      {"Erf", {s}},
      {"Sin", {s}},
      {"Cos", {s}},
      {"Tan", {s}},
      {"Asin", {s}, {}, {}, -0.9, 0.9},
      {"Acos", {s}, {}, {}, -0.9, 0.9},
      {"Atan", {s}},
      {"Sinh", {s}},
      {"Cosh", {s}},
      {"Tanh", {s}},
      {"Sigmoid", {s}},
      {"Relu", {s}},
      {"LeakyRelu", {s}, {{"alpha", 0.1f}}},
      {"PRelu", {s, {3}}},
      {"Elu", {s}, {{"alpha", 1.5f}}},
      {"Celu", {s}, {{"alpha", 1.5f}}},
      {"Selu", {s}},
      {"Mish", {s}},
      {"Softplus", {s}},
      {"Softsign", {s}},
      {"HardSigmoid", {s}},
      {"HardSwish", {s}, {}, {}, -4, 4},
      {"ThresholdedRelu", {s}, {{"alpha", 0.2f}}},
      {"Clip", {s}, {}, {Tensor::scalar(-0.5f), Tensor::scalar(0.5f)}},
      {"Softmax", {{2, 3, 2}}, {{"axis", I{1}}}},
      {"LogSoftmax", {{2, 3, 2}}, {{"axis", I{1}}}},
      {"Cast", {s}, {{"to", I{1}}}},
      {"CastLike", {s}, {}, {Tensor::scalar(0.0f)}},
      {"Identity", {s}},
  };
}

std::vector<OperatorCase> reductions() {
  std::vector<OperatorCase> cases = {
      {"CumSum", {{2, 4}}, {{"reverse", I{1}}}, {Tensor::scalar<I>(1)}},
      {"CumSum", {{3, 2}}, {{"exclusive", I{1}}}, {Tensor::scalar<I>(0)}},
      {"CumSum", {{2, 4}}, {{"exclusive", I{1}}, {"reverse", I{1}}}, {Tensor::scalar<I>(-1)}},
  };
  for (const char* op : {"ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2",
                         "ReduceSumSquare", "ReduceLogSumExp"}) {
    cases.push_back({op, {{2, 3, 4}}, {{"keepdims", I{0}}}, {integers({0, 2})}});
  }
  cases.push_back({"ReduceLogSum", {{2, 3}}, {}, {integers({1})}, 0.5, 2});
  cases.push_back({"TopK", {{2, 5}}, {}, {integers({2})}, -1, 1, 2});
  cases.push_back({"TopK", {{4, 3}}, {{"axis", I{0}}, {"largest", I{0}}}, {integers({3})}, -1, 1, 2});
  return cases;
}

std::vector<OperatorCase> shapes() {
  const std::vector<bool> bits{true, false, false, true, true, false};
  Tensor mask(Scalar::boolean, {2, 3});
  for (std::size_t i = 0; i < bits.size(); ++i) mask.values<bool>()[i] = bits[i];
  return {
      {"Reshape", {{2, 6}}, {}, {integers({0, -1, 2})}},
      {"Flatten", {{2, 3, 2}}},
      {"Transpose", {{2, 3, 4}}, {{"perm", Shape{2, 0, 1}}}},
      {"Squeeze", {{2, 1, 3}}, {}, {integers({1})}},
      {"Unsqueeze", {{2, 3}}, {}, {integers({0, 3})}},
      {"Expand", {{2, 1}}, {}, {integers({3, 2, 4})}},
      {"Tile", {{2, 3}}, {}, {integers({2, 2})}},
      {"Concat", {{2, 3}, {2, 2}}, {{"axis", I{1}}}},
      {"Split", {{4, 3}}, {{"axis", I{0}}}, {integers({1, 3})}, -1, 1, 2},
      {"Slice", {{4, 6}}, {}, {integers({1, -1}), integers({4, 0}), integers({0, 1}), integers({2, -2})}},
      {"Pad", {{2, 3}}, {}, {integers({1, 0, 0, 2}), Tensor::scalar(0.5f)}},
      {"Pad", {{3, 4}}, {{"mode", std::string("reflect")}}, {integers({1, 2, 2, 0})}},
      {"Pad", {{2, 3}}, {{"mode", std::string("edge")}}, {integers({1, 0, 0, 2})}},
      {"DepthToSpace", {{1, 4, 2, 3}}, {{"blocksize", I{2}}}},
      {"SpaceToDepth", {{1, 1, 4, 2}}, {{"blocksize", I{2}}}},
      {"Gather", {{4, 3}}, {{"axis", I{0}}}, {integers({2, 0, 2})}},
      {"GatherElements", {{3, 2}}, {{"axis", I{0}}}, {integers({0, 2, 1, 2}).reshaped({2, 2})}},
      {"ScatterElements",
       {{3, 3}, {2, 3}},
       {{"axis", I{0}}},
       {integers({0, 1, 2, 2, 0, -2}).reshaped({2, 3})},
       -1,
       1,
       1,
       {0, 2, 1}},
      {"ScatterElements",
       {{2, 4}, {2, 3}},
       {{"axis", I{1}}, {"reduction", std::string("add")}},
       {integers({0, 0, 2, 3, 1, 3}).reshaped({2, 3})},
       -1,
       1,
       1,
       {0, 2, 1}},
      {"Where", {{2, 3}, {3}}, {}, {mask}, -1, 1, 1, {2, 0, 1}},
      {"Trilu", {{3, 3}}},
  };
}

/// The reasons why some operators have no case here.
const std::vector<std::pair<const char*, std::vector<std::string>>> exempt = {
    {"newer than the opset of these graphs: gradient_test.cpp", {"Gelu", "Swish"}},
    {"its derivative is 0, where it has one; results: onnx_suite_test.cpp", {"Sign", "Floor", "Ceil", "Round"}},
    {"the identity as it runs: parity_test.cpp; what it drops in training: trainable_test.cpp", {"Dropout"}},
    {"gives no floats; results: onnx_suite_test.cpp",
     {"Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "And", "Or", "Xor", "Not", "IsNaN", "IsInf",
      "ArgMax", "ArgMin", "NonZero", "Shape", "Size"}},
    {"is of no floats; results: onnx_suite_test.cpp", {"OneHot", "Constant", "ConstantOfShape", "Range"}},
};

TEST(OperatorCases, EveryOperatorHasOneOrAReasonForNone) {
  std::set<std::string> with_case;
  for (const OperatorCase& c : operator_cases()) with_case.insert(c.op);
  std::vector<std::string> told(with_case.begin(), with_case.end());
  for (const auto& [reason, operators] : exempt) told.insert(told.end(), operators.begin(), operators.end());
  EXPECT_THAT(told, testing::UnorderedElementsAreArray(torch_room::operator_names()));
}

}  // namespace

std::vector<OperatorCase> operator_cases() {
  std::vector<OperatorCase> all;
  for (const auto& family : {layers(), pointwise(), reductions(), shapes()}) {
    all.insert(all.end(), family.begin(), family.end());
  }
  return all;
}

}  // namespace galen
