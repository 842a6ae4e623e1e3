#pragma once
// One axis of a chart: its range, ticks and tick labels.
#include <string>
#include <vector>

namespace galen {

/// Finite, low < high.
struct AxisRange {
  double low = 0, high = 1;
};

/// The smallest and largest of many values; values that are not drawable() are ignored.
class Extent {
 public:
  void add(double value);
  void add(const Extent& other);
  bool empty() const { return !(low_ <= high_); }
  double low() const { return low_; }
  double high() const { return high_; }
  /// Extended at both ends by `air` times its width. For a single value: a range around it; for none: 0 to 1.
  AxisRange range(double air) const;

 private:
  double low_ = 1, high_ = 0;
};

/// Finite and at most 1e100 in magnitude.
bool drawable(double value);

struct Tick {
  double at = 0;
  std::string text;
};

/// At most about `most` ticks, at multiples of 1, 2 or 5 times a power of ten; only at whole numbers if `whole`.
std::vector<Tick> number_ticks(const AxisRange& range, int most, bool whole = false);
/// Ticks at whole seconds, minutes or hours: "1:30", or "0:00:15" if they are less than a minute apart.
std::vector<Tick> time_ticks(const AxisRange& seconds, int most);

}  // namespace galen
