#pragma once
// One axis of a chart: its range, its ticks, and what stands beside them.
#include <string>
#include <vector>

namespace galen {

/// Finite, low < high.
struct AxisRange {
  double low = 0, high = 1;
};

/// The smallest and largest of many values; what is not finite or beyond 1e100 is no value.
class Extent {
 public:
  void add(double value);
  void add(const Extent& other);
  bool empty() const { return !(low_ <= high_); }
  double low() const { return low_; }
  double high() const { return high_; }
  /// With air of a fraction of its width at both ends. Of one value: a range around it; of none: 0 to 1.
  AxisRange range(double air) const;

 private:
  double low_ = 1, high_ = 0;
};

/// True for what can be drawn.
bool drawable(double value);

struct Tick {
  double at = 0;
  std::string text;
};

/// About `most` ticks at most, at 1, 2 or 5 times a power of ten; at whole numbers alone where the values are `whole`.
std::vector<Tick> number_ticks(const AxisRange& range, int most, bool whole = false);
/// Ticks at whole seconds, minutes or hours: "1:30", or "0:00:15" where they are closer than a minute.
std::vector<Tick> time_ticks(const AxisRange& seconds, int most);

}  // namespace galen
