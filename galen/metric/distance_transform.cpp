#include "galen/metric/distance_transform.h"

#include <limits>

#include "galen/base/error.h"
#include "galen/base/threads.h"

namespace galen {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// One line of the grid, with the buffers for its envelope.
struct Line {
  explicit Line(std::size_t length) : height(length), centre(length), from(length + 1) {}

  std::vector<double> height;       // squared distance so far, at each point
  std::vector<std::size_t> centre;  // parabolas of the envelope
  std::vector<double> from;         // where each becomes the lowest, in grid steps

  // height[i] <- min over j of height[j] + ((i - j) * step)^2
  void transform(double step) {
    const double square = step * step;
    std::size_t count = 0;
    for (std::size_t i = 0; i < height.size(); ++i) {
      if (height[i] == infinity) continue;
      double begin = -infinity;
      while (count > 0) {
        const auto p = static_cast<double>(centre[count - 1]), q = static_cast<double>(i);
        begin = (q + p) / 2 + (height[i] - height[centre[count - 1]]) / (2 * square * (q - p));
        if (begin > from[count - 1]) break;
        --count;
        begin = -infinity;
      }
      centre[count] = i;
      from[count] = begin;
      ++count;
    }
    if (count == 0) return;
    from[count] = infinity;
    result_.resize(height.size());
    for (std::size_t i = 0, k = 0; i < height.size(); ++i) {
      while (from[k + 1] < static_cast<double>(i)) ++k;
      const double apart = static_cast<double>(i) - static_cast<double>(centre[k]);
      result_[i] = height[centre[k]] + apart * apart * square;
    }
    height.swap(result_);
  }

 private:
  std::vector<double> result_;
};

}  // namespace

std::vector<double> squared_distances(std::span<const std::uint8_t> points, const Index3& size,
                                      const Vec3& spacing_mm) {
  const std::size_t extent[3] = {static_cast<std::size_t>(size[0]), static_cast<std::size_t>(size[1]),
                                 static_cast<std::size_t>(size[2])};
  if (points.size() != extent[0] * extent[1] * extent[2]) {
    throw defect("squared_distances", "the points do not fill the grid");
  }
  std::vector<double> distance(points.size());
  for (std::size_t i = 0; i < points.size(); ++i) distance[i] = points[i] ? 0 : infinity;
  std::size_t stride = 1;
  for (int axis = 0; axis < 3; ++axis) {
    const std::size_t length = extent[axis];
    if (length > 1) {
      parallel_for(points.size() / length, 256, [&](std::size_t begin, std::size_t end) {
        Line line(length);
        for (std::size_t number = begin; number < end; ++number) {
          double* first = distance.data() + number / stride * stride * length + number % stride;
          for (std::size_t i = 0; i < length; ++i) line.height[i] = first[i * stride];
          line.transform(spacing_mm[static_cast<std::size_t>(axis)]);
          for (std::size_t i = 0; i < length; ++i) first[i * stride] = line.height[i];
        }
      });
    }
    stride *= length;
  }
  return distance;
}

}  // namespace galen
