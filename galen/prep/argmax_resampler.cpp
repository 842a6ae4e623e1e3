#include "galen/prep/argmax_resampler.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "galen/base/error.h"
#include "galen/base/threads.h"
#include "galen/prep/lattice.h"

namespace galen {
namespace {

constexpr std::size_t scores_per_piece = 1 << 16;  // less work than this stays on the calling thread

std::vector<Taps<2>> taps_along(std::size_t axis, const GridMap& map, const Grid& scores, const Grid& target) {
  std::vector<Taps<2>> out;
  out.reserve(static_cast<std::size_t>(target.size[axis]));
  for (std::int64_t i = 0; i < target.size[axis]; ++i) {
    out.push_back(linear_taps(map.matrix[axis][axis] * static_cast<double>(i) + map.offset[axis], scores.size[axis]));
  }
  return out;
}

}  // namespace

struct ArgmaxResampler::State {
  int classes;
  Index3 size;  // of the scores
  std::array<std::vector<Taps<2>>, 3> taps;
  std::vector<std::vector<std::int64_t>> due;  // for each slice of scores, the target slices that it completes
  std::vector<float> before, now;              // two slices of scores [class, y, x]
  std::int64_t next = 0;
  Labels out;

  void label_row(std::int64_t y, std::int64_t z, std::vector<float>& line, std::vector<float>& best);
};

// Blends the four rows of scores around a target row, then interpolates its points along x.
void ArgmaxResampler::State::label_row(std::int64_t y, std::int64_t z, std::vector<float>& line,
                                       std::vector<float>& best) {
  const auto width = static_cast<std::size_t>(size[0]), area = width * static_cast<std::size_t>(size[1]);
  const Taps<2>& ty = taps[1][static_cast<std::size_t>(y)];
  const Taps<2>& tz = taps[2][static_cast<std::size_t>(z)];
  const std::int64_t step = tap_step(size[1], size[0]);
  const float w00 = tz.weights[0] * ty.weights[0], w01 = tz.weights[0] * ty.weights[1],
              w10 = tz.weights[1] * ty.weights[0], w11 = tz.weights[1] * ty.weights[1];
  std::uint8_t* labels = out.values.data() + (z * out.grid.size[1] + y) * out.grid.size[0];
  std::fill(best.begin(), best.end(), -std::numeric_limits<float>::infinity());
  for (int c = 0; c < classes; ++c) {
    const std::size_t row = static_cast<std::size_t>(c) * area + static_cast<std::size_t>(ty.first) * width;
    const float *low = before.data() + row, *high = now.data() + row;
    for (std::size_t x = 0; x < width; ++x) {
      line[x] = w00 * low[x] + w01 * low[x + step] + (w10 * high[x] + w11 * high[x + step]);
    }
    for (std::size_t x = 0; x < best.size(); ++x) {
      const Taps<2>& tx = taps[0][x];
      const float* at = line.data() + tx.first;
      const float score = tx.weights[0] * at[0] + tx.weights[1] * at[1];
      const bool more = score > best[x];
      best[x] = more ? score : best[x];
      labels[x] = more ? static_cast<std::uint8_t>(c) : labels[x];
    }
  }
}

ArgmaxResampler::ArgmaxResampler(int classes, const Grid& scores, const Grid& target) {
  if (classes > 256) throw defect("argmax_resampler", fmt::format("{} classes", classes));
  const GridMap map = map_between(target, scores);
  if (!is_axis_aligned(map, target)) throw defect("argmax_resampler", "the grids' axes are not parallel");
  state_ = std::make_unique<State>();
  state_->classes = classes;
  state_->size = scores.size;
  for (std::size_t a = 0; a < 3; ++a) state_->taps[a] = taps_along(a, map, scores, target);
  state_->due.resize(static_cast<std::size_t>(scores.size[2]));
  for (std::int64_t z = 0; z < target.size[2]; ++z) {
    const std::int64_t upper = state_->taps[2][static_cast<std::size_t>(z)].first + tap_step(scores.size[2], 1);
    state_->due[static_cast<std::size_t>(upper)].push_back(z);
  }
  state_->out = blank_labels(target);
}

ArgmaxResampler::~ArgmaxResampler() = default;
ArgmaxResampler::ArgmaxResampler(ArgmaxResampler&&) noexcept = default;

void ArgmaxResampler::add(std::int64_t z, std::span<const float> scores) {
  State& s = *state_;
  if (z != s.next || z >= s.size[2]) throw defect("argmax_resampler", fmt::format("slice {} is out of turn", z));
  if (static_cast<std::int64_t>(scores.size()) != s.classes * s.size[0] * s.size[1]) {
    throw defect("argmax_resampler", "the scores are not of one slice");
  }
  ++s.next;
  s.before.swap(s.now);
  s.now.assign(scores.begin(), scores.end());
  if (z == 0) s.before = s.now;  // a single slice is its own neighbour on both sides
  const auto& due = s.due[static_cast<std::size_t>(z)];
  const auto rows = static_cast<std::size_t>(s.out.grid.size[1]), width = s.taps[0].size();
  const std::size_t grain = scores_per_piece / (width * static_cast<std::size_t>(s.classes)) + 1;
  parallel_for(due.size() * rows, grain, [&](std::size_t begin, std::size_t end) {
    std::vector<float> line(static_cast<std::size_t>(s.size[0] + 1)), best(width);  // + 1: second tap of a line of one
    for (std::size_t i = begin; i < end; ++i)
      s.label_row(static_cast<std::int64_t>(i % rows), due[i / rows], line, best);
  });
}

Labels ArgmaxResampler::labels() && {
  if (state_->next != state_->size[2]) throw defect("argmax_resampler", "slices of scores are missing");
  return std::move(state_->out);
}

}  // namespace galen
