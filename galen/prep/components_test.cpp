#include "galen/prep/components.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "galen/base/random.h"

namespace galen {
namespace {

using testing::ElementsAre;

// Rows of digits, '.' is background.
Labels drawing(const std::vector<std::string>& rows) {
  Labels labels = blank_labels(
      Grid{.size = {static_cast<std::int64_t>(rows[0].size()), static_cast<std::int64_t>(rows.size()), 1}});
  std::size_t i = 0;
  for (const std::string& row : rows) {
    for (const char c : row) labels.values[i++] = c == '.' ? 0 : static_cast<std::uint8_t>(c - '0');
  }
  return labels;
}

TEST(ConnectedComponents, CountBendsOnceAndFollowConnectivity) {
  const Labels labels = drawing({"1.1.1", "1.1..", "111.1", "...1."});
  EXPECT_THAT(connected_components(labels, 1, Connectivity::faces).sizes, ElementsAre(7, 1, 1, 1));
  EXPECT_THAT(connected_components(labels, 1, Connectivity::edges).sizes, ElementsAre(9, 1));
}

TEST(ConnectedComponents, TellEdgesFromCornersInDepth) {
  Labels labels = blank_labels(Grid{.size = {3, 3, 3}});
  labels.values[0] = labels.values[13] = 1;  // (0, 0, 0) and (1, 1, 1): a corner
  labels.values[13 + 9 + 3] = 1;             // (1, 2, 2): an edge of (1, 1, 1)
  EXPECT_EQ(connected_components(labels, 1, Connectivity::faces).sizes.size(), 3u);
  EXPECT_EQ(connected_components(labels, 1, Connectivity::edges).sizes.size(), 2u);
  EXPECT_EQ(connected_components(labels, 1, Connectivity::corners).sizes.size(), 1u);
}

TEST(ConnectedComponents, EqualFloodFillOnNoise) {
  Labels labels = blank_labels(Grid{.size = {14, 13, 12}});
  Random random(9, 0, 0, "noise");
  for (auto& v : labels.values) v = random.chance(0.3);
  const Components parts = connected_components(labels, 1, Connectivity::faces);
  // Neighbours within the class share an id, and no id has two separate parts: so ids are the components.
  std::vector<char> reached(labels.values.size(), 0);
  std::vector<bool> seen_id(parts.sizes.size() + 1, false);
  for (std::size_t start = 0; start < reached.size(); ++start) {
    if (labels.values[start] == 0 || reached[start]) continue;
    ASSERT_FALSE(seen_id[static_cast<std::size_t>(parts.id[start])]);
    seen_id[static_cast<std::size_t>(parts.id[start])] = true;
    std::vector<std::size_t> queue{start};
    reached[start] = 1;
    for (std::size_t q = 0; q < queue.size(); ++q) {
      const auto i = static_cast<std::int64_t>(queue[q]);
      ASSERT_EQ(parts.id[queue[q]], parts.id[start]);
      const std::int64_t x = i % 14, y = i / 14 % 13, z = i / (14 * 13);
      const auto go = [&](bool inside, std::int64_t to) {
        const auto t = static_cast<std::size_t>(to);
        if (!inside || labels.values[t] == 0 || reached[t]) return;
        reached[t] = 1;
        queue.push_back(t);
      };
      go(x > 0, i - 1), go(x < 13, i + 1), go(y > 0, i - 14), go(y < 12, i + 14);
      go(z > 0, i - 14 * 13), go(z < 11, i + 14 * 13);
    }
    ASSERT_EQ(static_cast<std::int64_t>(queue.size()), parts.sizes[static_cast<std::size_t>(parts.id[start] - 1)]);
  }
}

TEST(LargestComponent, RemovesSmallerPartsOfItsClassAlone) {
  EXPECT_EQ(largest_component(drawing({"1..11", "..2..", "2..22"}), 1).values,
            drawing({"...11", "..2..", "2..22"}).values);
  EXPECT_EQ(largest_component(drawing({"3.3"}), 3).values, drawing({"3.."}).values);  // the first, on a tie
  EXPECT_EQ(largest_component(drawing({"3.3"}), 7).values, drawing({"3.3"}).values);
}

TEST(FillHoles, FillsEnclosedBackgroundAndKeepsOtherClasses) {
  EXPECT_EQ(fill_holes(drawing({".....", ".111.", "11.21", ".1.1.", "..1.."}), 1).values,
            drawing({".....", ".111.", "11121", ".111.", "..1.."}).values);
  EXPECT_EQ(fill_holes(drawing({"111", "1.1", "1.1"}), 1).values, drawing({"111", "1.1", "1.1"}).values);
}

TEST(FillHoles, NeedsAllSidesInDepth) {
  Labels shell = blank_labels(Grid{.size = {3, 3, 3}});
  std::fill(shell.values.begin(), shell.values.end(), std::uint8_t{2});
  shell.values[13] = 0;
  EXPECT_EQ(fill_holes(shell, 2).values[13], 2);
  shell.values[4] = 0;  // opens it towards z = 0
  EXPECT_EQ(fill_holes(shell, 2).values[13], 0);
}

}  // namespace
}  // namespace galen
