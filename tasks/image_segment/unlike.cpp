#include "tasks/image_segment/unlike.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "galen/metric/stats.h"

namespace galen::segment {
namespace {

constexpr double extent_factor = 1.5;  // extents beyond the training images' by more than this factor are reported
constexpr std::array<double, 5> levels = {0.01, 0.25, 0.5, 0.75, 0.99};
constexpr std::array<std::string_view, 9> names = {"intensity 1 %",  "intensity 25 %", "intensity 50 %",
                                                   "intensity 75 %", "intensity 99 %", "roughness",
                                                   "extent x",       "extent y",       "extent z"};

}  // namespace

std::vector<double> statistics_of(const Image& prepared) {
  const auto values = prepared.channel(0);
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  std::vector<double> out;
  for (const double level : levels)
    out.push_back(sorted[static_cast<std::size_t>(level * static_cast<double>(sorted.size() - 1))]);
  double steps = 0;
  for (std::size_t i = 1; i < values.size(); ++i) steps += std::abs(values[i] - values[i - 1]);
  out.push_back(steps / static_cast<double>(values.size()));
  for (std::size_t a = 0; a < 3; ++a) {
    out.push_back(static_cast<double>(prepared.grid.size[a]) * prepared.grid.spacing_mm[a]);
  }
  return out;
}

Json profile_of(const std::vector<ReferenceCase>& cases) {
  const std::vector<std::string> statistics(names.begin(), names.end());
  const auto profile = kept_profile(statistics, cases);
  return profile ? to_json(*profile) : Json::object();
}

double distance_from_training(const Bundle& bundle, const Image& prepared,
                              const std::vector<std::vector<float>>& embeddings) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  const Json members = bundle.reference.value("members", Json::array());
  if (members.size() != embeddings.size() || members.empty()) return nan;
  double sum = 0;
  for (std::size_t m = 0; m < members.size(); ++m) {
    if (members[m].empty()) return nan;
    const ReferenceProfile profile = reference_from_json({members[m], fmt::format("reference: members[{}]", m)});
    sum += compare_with(profile, {"", statistics_of(prepared), embeddings[m]}).distance;
  }
  return sum / static_cast<double>(members.size());
}

std::optional<std::string> unlike_training(const Bundle& bundle, double distance) {
  if (std::isnan(distance) || !bundle.reference.contains("distances")) return {};
  const JsonView reference(bundle.reference, "reference");
  const auto known = reference.get<std::vector<double>>("distances");
  const auto rate = reference.get<double>("false_alarm_rate");
  if (conformal_p_value(distance, known) > rate) return {};
  return warning_text(
      "image", distance,
      fmt::format("{:.0f} % of training cases are below {:.1f}", 100 * (1 - rate), quantile(known, 1 - rate)));
}

std::optional<std::string> outside_extent(const Grid& grid, const SegmentPlan& plan) {
  for (std::size_t a = 0; a < 3; ++a) {
    const double extent = static_cast<double>(grid.size[a]) * grid.spacing_mm[a];
    if (plan.extent_high_mm[a] <= 0) continue;
    if (extent > extent_factor * plan.extent_high_mm[a] || extent * extent_factor < plan.extent_low_mm[a]) {
      return fmt::format(
          "the image covers {:.0f} mm along {}, the training images {:.0f} to {:.0f} mm: give a "
          "region with roi=",
          extent, "xyz"[a], plan.extent_low_mm[a], plan.extent_high_mm[a]);
    }
  }
  return {};
}

}  // namespace galen::segment
