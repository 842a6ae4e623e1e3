#include "galen/report/axis.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "galen/report/svg.h"

namespace galen {
namespace {

/// Multiples of a step within the range; `text` formats them.
template <class Text>
std::vector<Tick> multiples(const AxisRange& range, double step, Text text) {
  std::vector<Tick> ticks;
  const double first = std::ceil(range.low / step - 1e-6);
  for (int i = 0; i <= 100 && (first + i) * step <= range.high + step * 1e-6; ++i) {
    const double at = (first + i) * step + 0.0;  // no -0
    ticks.push_back({at, text(at)});
  }
  return ticks;
}

}  // namespace

bool drawable(double value) {
  return std::abs(value) <= 1e100;
}

void Extent::add(double value) {
  if (!drawable(value)) return;
  if (empty()) low_ = high_ = value;
  low_ = std::min(low_, value);
  high_ = std::max(high_, value);
}

void Extent::add(const Extent& other) {
  if (other.empty()) return;
  add(other.low_);
  add(other.high_);
}

AxisRange Extent::range(double air) const {
  if (empty()) return {};
  // the smallest width that doubles can resolve
  const double width = high_ - low_, least = std::max(std::abs(high_), std::abs(low_)) * 1e-9;
  if (width <= least) {
    const double around = high_ == 0 ? 0.5 : std::abs(high_) / 20;
    return {low_ - around, high_ + around};
  }
  return {low_ - air * width, high_ + air * width};
}

std::vector<Tick> number_ticks(const AxisRange& range, int most, bool whole) {
  const double rough = (range.high - range.low) / most;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (const double factor : {5.0, 2.0, 1.0}) {
    if (factor * power >= rough) step = factor * power;
  }
  if (whole) step = std::max(1.0, step);
  const double largest = std::max(std::abs(range.low), std::abs(range.high));
  const bool plain = largest < 1e6 && step >= 1e-4;
  const int decimals = std::max(0, -static_cast<int>(std::floor(std::log10(step) + 1e-9)));
  return multiples(range, step,
                   [&](double at) { return plain ? fmt::format("{:.{}f}", at, decimals) : fmt::format("{:.4g}", at); });
}

std::vector<Tick> time_ticks(const AxisRange& seconds, int most) {
  constexpr std::array<double, 18> steps = {1,   2,   5,    10,   15,   30,    60,    120,   300,
                                            600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400};
  const double rough = (seconds.high - seconds.low) / most;
  const auto found = std::ranges::find_if(steps, [&](double step) { return step >= rough; });
  const double step = found != steps.end() ? *found : 86400 * std::ceil(rough / 86400);
  return multiples(seconds, step, [&](double at) { return duration_text(at, step < 60); });
}

}  // namespace galen
