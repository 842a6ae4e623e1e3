#pragma once
// Comparison of graphs, for the room's tests.
#include <gtest/gtest.h>

#include <algorithm>

#include "galen/graph/graph.h"

namespace galen {

inline bool same_tensor(const Tensor& a, const Tensor& b) {
  return a.type() == b.type() && a.shape() == b.shape() && std::ranges::equal(a.bytes(), b.bytes());
}

inline bool same_attribute(const Attribute& a, const Attribute& b) {
  if (a.index() != b.index()) return false;
  return std::visit(
      [&](const auto& value) {
        using T = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<T, Tensor>) {
          return same_tensor(value, std::get<T>(b));
        } else {
          return value == std::get<T>(b);
        }
      },
      a);
}

inline void expect_equal(const ValueInfo& a, const ValueInfo& b) {
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(a.type, b.type) << a.name;
  EXPECT_EQ(a.ranked, b.ranked) << a.name;
  EXPECT_EQ(a.dims, b.dims) << a.name;
}

inline void expect_equal(const Node& a, const Node& b) {
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(a.op, b.op);
  EXPECT_EQ(a.domain, b.domain);
  EXPECT_EQ(a.inputs, b.inputs) << a.label();
  EXPECT_EQ(a.outputs, b.outputs) << a.label();
  ASSERT_EQ(a.attributes.size(), b.attributes.size()) << a.label();
  for (const auto& [key, value] : a.attributes) {
    EXPECT_TRUE(b.attributes.contains(key) && same_attribute(value, b.attributes.at(key))) << a.label() << " " << key;
  }
}

inline void expect_equal(const Graph& a, const Graph& b) {
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(a.opset, b.opset);
  EXPECT_EQ(a.metadata, b.metadata);
  EXPECT_EQ(a.domains, b.domains);
  EXPECT_EQ(a.constants, b.constants);
  ASSERT_EQ(a.inputs.size(), b.inputs.size());
  for (std::size_t i = 0; i < a.inputs.size(); ++i) expect_equal(a.inputs[i], b.inputs[i]);
  ASSERT_EQ(a.outputs.size(), b.outputs.size());
  for (std::size_t i = 0; i < a.outputs.size(); ++i) expect_equal(a.outputs[i], b.outputs[i]);
  ASSERT_EQ(a.nodes.size(), b.nodes.size());
  for (std::size_t i = 0; i < a.nodes.size(); ++i) expect_equal(a.nodes[i], b.nodes[i]);
  ASSERT_EQ(a.initializers.size(), b.initializers.size());
  for (const auto& [name, tensor] : a.initializers) {
    ASSERT_TRUE(b.initializers.contains(name)) << name;
    EXPECT_TRUE(same_tensor(tensor, b.initializers.at(name))) << name;
  }
}

}  // namespace galen
