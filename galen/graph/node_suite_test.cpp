// Every model of ONNX's own node suite (Debian: libonnx-testdata) is read, checked, and survives being written and
// read.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "galen/graph/graph.h"
#include "galen/graph/same_graph_test.h"

namespace galen {
namespace {

const fs::path suite = "/usr/share/libonnx-testdata/data/node";

// Models that Galen does not support: the refusal must contain one of these phrases.
bool is_known_refusal(const std::string& message) {
  static const std::vector<std::string> words = {
      "holds a subgraph",     "is no tensor",          "(string)", "(complex)",
      "functions of its own", "that is not supported", "sparse"};
  return std::ranges::any_of(words, [&](const std::string& word) { return message.find(word) != std::string::npos; });
}

TEST(NodeSuite, EveryModelIsReadCheckedAndRoundTrips) {
  if (!fs::exists(suite)) GTEST_SKIP() << "libonnx-testdata is not installed";
  std::size_t accepted = 0, refused = 0;
  for (const auto& folder : fs::directory_iterator(suite)) {
    const fs::path path = folder.path() / "model.onnx";
    if (!fs::exists(path)) continue;
    try {
      const Graph graph = read_onnx(path);
      const auto values = check(graph);
      expect_equal(parse_onnx(write_onnx(graph), path.string()), graph);
      for (const ValueInfo& output : graph.outputs) EXPECT_TRUE(values.contains(output.name)) << path;
      ++accepted;
    } catch (const Error& error) {
      EXPECT_TRUE(is_known_refusal(error.what())) << path << ": " << error.what();
      ++refused;
    }
  }
  EXPECT_GT(accepted, 800u);
  EXPECT_LT(refused, 120u);
}

// The output shapes that the suite declares are those that the operators really produce: shapes inferred without them
// must agree. Not inferred are operators outside the table, and shapes that depend on values known only at run time.
TEST(NodeSuite, InferredShapesAreThoseOfTheSuite) {
  if (!fs::exists(suite)) GTEST_SKIP() << "libonnx-testdata is not installed";
  std::size_t told = 0;
  for (const auto& folder : fs::directory_iterator(suite)) {
    const fs::path path = folder.path() / "model.onnx";
    if (!fs::exists(path)) continue;
    Graph graph;
    try {
      graph = read_onnx(path);
    } catch (const Error&) {
      continue;
    }
    const std::vector<ValueInfo> declared = graph.outputs;
    graph.outputs.clear();
    const auto values = check(graph);
    for (const ValueInfo& output : declared) {
      const auto found = values.find(output.name);
      if (found == values.end() || !found->second.ranked) continue;
      EXPECT_EQ(found->second.type, output.type) << path;
      ASSERT_EQ(found->second.dims.size(), output.dims.size()) << path;
      bool whole = true;
      for (std::size_t i = 0; i < output.dims.size(); ++i) {
        const Dim &inferred = found->second.dims[i], &given = output.dims[i];
        EXPECT_TRUE(!inferred.fixed() || !given.fixed() || inferred.extent == given.extent) << path << " axis " << i;
        whole = whole && inferred.fixed();
      }
      if (whole) ++told;
    }
  }
  EXPECT_GE(told, 725u);
}

}  // namespace
}  // namespace galen
