// ONNX's own cases of every operator in the tables: Debian's libonnx-testdata (opset 17 and below), and those that
// scripts/setup had written (opset 18 and later).
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>
#include <set>

#include "galen/train/torch/call.h"
#include "galen/train/torch/torch_engine.h"

namespace galen {
namespace {

/// Cases that are not run, by the beginning of their name, and why. An entry that matches nothing is an error.
struct Exclusion {
  const char* prefix;
  const char* reason;
};
constexpr Exclusion exclusions[] = {
    {"test_training_dropout", "drops at random; the suite's numbers are NumPy's"},
    {"test_averagepool_2d_dilations", "ATen averages without dilation"},
    {"test_averagepool_3d_dilations", "ATen averages without dilation"},
    {"test_resize_downsample_sizes_linear_antialias", "no smoothing while resizing; networks of medicine do without"},
    {"test_resize_downsample_scales_linear_antialias", "no smoothing while resizing"},
    {"test_resize_downsample_sizes_cubic_antialias", "no smoothing while resizing"},
    {"test_resize_downsample_scales_cubic_antialias", "no smoothing while resizing"},
    {"test_resize_tf_crop_and_resize", "extrapolates by a value; an old way of TensorFlow"},
    {"test_resize_downsample_sizes_nearest_tf_half_pixel_for_nn", "a transformation that ONNX has dropped"},
    {"test_castlike_BFLOAT16_to_FLOAT", "its data have not the shape that the model declares"},
    {"test_castlike_FLOAT_to_BFLOAT16", "its data have not the shape that the model declares"},
    {"test_mod_uint16", "ATen has no arithmetic on u16"},
    {"test_mod_uint32", "ATen has no arithmetic on u32"},
    {"test_mod_uint64", "ATen has no arithmetic on u64"},
    {"test_reduce_max_empty_set", "ATen finds no largest of nothing"},
    {"test_reduce_min_empty_set", "ATen finds no smallest of nothing"},
};

void put_varint(std::string& out, std::uint64_t value) {
  for (; value >= 128; value >>= 7) out.push_back(static_cast<char>(value | 128));
  out.push_back(static_cast<char>(value));
}
void put_field(std::string& out, unsigned field, const std::string& bytes) {
  put_varint(out, field << 3 | 2);
  put_varint(out, bytes.size());
  out += bytes;
}

/// A TensorProto, read as the one initialiser of a model without nodes.
Tensor read_tensor_file(const fs::path& path) {
  std::string tensor = read_text(path), graph, opset, model;
  put_field(tensor, 8, "t");  // TensorProto.name: the last one counts
  put_field(graph, 5, tensor);
  put_field(graph, 2, "one tensor");
  put_varint(opset, 2 << 3), put_varint(opset, 17);
  put_varint(model, 1 << 3), put_varint(model, 8);
  put_field(model, 7, graph);
  put_field(model, 8, opset);
  return parse_onnx(as_bytes(model), path.string()).initializers.at("t");
}

/// The tensor of a graph's input or output. The older suite writes bf16 as the bits in u16.
Tensor read_value(const fs::path& path, const ValueInfo& info) {
  Tensor tensor = read_tensor_file(path);
  if (info.type != Scalar::bf16 || tensor.type() != Scalar::u16) return tensor;
  auto owner = std::make_shared<Tensor>(tensor);
  return Tensor(Scalar::bf16, tensor.shape(), owner, owner->bytes().data());
}

std::optional<Graph> readable(const fs::path& model) {
  try {
    return read_onnx(model);
  } catch (const Error&) {
    return std::nullopt;  // strings, sequences, subgraphs: not Galen's
  }
}

bool covered(const Graph& graph) {
  static const std::vector<std::string> names = torch_room::operator_names();
  return std::ranges::all_of(
      graph.nodes, [](const Node& node) { return node.domain.empty() && std::ranges::binary_search(names, node.op); });
}

double tolerance_of(Scalar type) {
  return type == Scalar::bf16 ? 2e-2 : type == Scalar::f16 ? 2e-3 : 1e-4;
}

/// Empty when they agree.
std::string difference(const Tensor& found, const Tensor& expected) {
  if (found.type() != expected.type()) return "type " + std::string(name_of(found.type()));
  if (found.shape() != expected.shape()) return "shape " + to_string(found.shape());
  const Tensor a = found.as(Scalar::f64), b = expected.as(Scalar::f64);
  const double tolerance = tolerance_of(expected.type());
  for (std::size_t i = 0; i < a.values<double>().size(); ++i) {
    const double x = a.values<double>()[i], y = b.values<double>()[i];
    if (x == y || (std::isnan(x) && std::isnan(y))) continue;
    if (!(std::abs(x - y) <= tolerance * std::max(1.0, std::abs(y)))) {
      return fmt::format("element {}: {} for {}", i, x, y);
    }
  }
  return {};
}

std::string run_case(GradientEngine& engine, const Graph& graph, const fs::path& data) {
  try {
    std::map<std::string, Tensor> inputs;
    std::size_t number = 0;
    for (const ValueInfo& input : graph.inputs) {
      inputs[input.name] = read_value(data / fmt::format("input_{}.pb", number++), input);
    }
    const auto outputs = engine.trainable(graph, {.train = false})->run(inputs);
    number = 0;
    for (const ValueInfo& output : graph.outputs) {
      const Tensor expected = read_value(data / fmt::format("output_{}.pb", number++), output);
      const std::string what = difference(outputs.at(output.name), expected);
      if (!what.empty()) return output.name + ": " + what;
    }
    return {};
  } catch (const Error& error) {
    return error.what();
  }
}

struct Tally {
  std::size_t ran = 0, excluded = 0, other = 0;
  std::set<std::string> operators, used_exclusions;
};

void run_suite(const fs::path& suite, Tally& tally) {
  const auto engine = torch_engine();
  for (const auto& folder : fs::directory_iterator(suite)) {
    const fs::path model = folder.path() / "model.onnx", data = folder.path() / "test_data_set_0";
    const std::optional<Graph> graph = fs::exists(model) ? readable(model) : std::nullopt;
    if (!graph || !covered(*graph)) {
      ++tally.other;
      continue;
    }
    const std::string name = folder.path().filename().string(), problem = run_case(*engine, *graph, data);
    const auto excluded =
        std::ranges::find_if(exclusions, [&](const Exclusion& e) { return name.rfind(e.prefix, 0) == 0; });
    if (excluded != std::end(exclusions)) {
      tally.used_exclusions.insert(excluded->prefix);
      ++tally.excluded;
      continue;
    }
    EXPECT_EQ(problem, "") << name;
    ++tally.ran;
    for (const Node& node : graph->nodes) tally.operators.insert(node.op);
  }
}

const fs::path written_cases = fs::path(GALEN_SOURCE_DIR) / ".deps" / "onnx-cases";

TEST(OnnxSuite, EveryCaseOfAnOperatorInTheTablesGivesItsNumbers) {
  const fs::path debian = "/usr/share/libonnx-testdata/data/node";
  if (!fs::exists(debian)) GTEST_SKIP() << "libonnx-testdata is not installed";
  Tally tally;
  run_suite(debian, tally);
  EXPECT_GT(tally.ran, 500u);
  const bool newer = fs::exists(written_cases);
  if (newer) run_suite(written_cases, tally);
  std::printf("%zu cases of %zu operators ran, %zu excluded, %zu of other operators%s\n", tally.ran,
              tally.operators.size(), tally.excluded, tally.other, newer ? "" : "; no cases of newer opsets");
  for (const Exclusion& exclusion : exclusions) {
    EXPECT_TRUE(!newer || tally.used_exclusions.contains(exclusion.prefix)) << exclusion.prefix << " excludes nothing";
  }
}

}  // namespace
}  // namespace galen
