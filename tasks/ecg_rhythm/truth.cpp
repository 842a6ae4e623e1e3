#include "tasks/ecg_rhythm/truth.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "galen/base/error.h"

namespace galen::ecg {

bool Truth::in_flutter(std::int64_t sample, std::int64_t margin) const {
  return std::ranges::any_of(flutter,
                             [&](const Stretch& s) { return sample >= s.begin - margin && sample <= s.end + margin; });
}

Truth truth_of(const Annotations& annotations, double rate_hz, std::int64_t length) {
  Truth out;
  for (const Mark& mark : annotations.marks) {
    const std::int64_t sample = std::llround(mark.at_seconds * rate_hz);
    if (sample < 0 || sample >= length) {
      throw Error("annotation", fmt::format("has a mark at {:.3f} s, outside the recording", mark.at_seconds),
                  fmt::format("which is {:.3f} s long", static_cast<double>(length) / rate_hz));
    }
    if (mark.code == "[") out.flutter.push_back({sample, length});
    if (mark.code == "]" && !out.flutter.empty()) out.flutter.back().end = sample;
    const Beat beat = class_of_code(mark.code);
    if (beat == Beat::none) continue;
    out.beats.push_back({sample, beat});
    out.paced = out.paced || mark.code == "/" || mark.code == "f";
  }
  if (out.beats.empty()) throw Error("annotation", "has no beat");
  std::ranges::stable_sort(out.beats, {}, &TrueBeat::sample);
  return out;
}

std::vector<std::int64_t> matched(const std::vector<TrueBeat>& truth, const std::vector<std::int64_t>& found,
                                  double window_samples) {
  std::vector<std::int64_t> out(truth.size(), -1);
  std::size_t f = 0;
  for (std::size_t t = 0; t < truth.size() && f < found.size();) {
    const std::int64_t late = found[f] - truth[t].sample;
    if (static_cast<double>(std::abs(late)) > window_samples) {
      late < 0 ? ++f : ++t;
      continue;
    }
    // A later found beat that is nearer takes its place, unless it is nearer still to the next reference beat.
    const auto distance = [&](std::size_t a, std::size_t b) { return std::abs(found[a] - truth[b].sample); };
    const bool nearer = f + 1 < found.size() && distance(f + 1, t) < distance(f, t);
    const bool wanted = t + 1 < truth.size() && nearer && distance(f + 1, t + 1) < distance(f + 1, t);
    if (nearer && !wanted) {
      ++f;
      continue;
    }
    out[t++] = static_cast<std::int64_t>(f++);
  }
  return out;
}

}  // namespace galen::ecg
