#include "tasks/ecg_rhythm/phantom.h"

#include <cmath>
#include <numbers>

#include "galen/base/random.h"
#include "galen/data/memory_source.h"

namespace galen::ecg {
namespace {

struct Bump {
  double at_seconds, height_mv, width_seconds;  // from the R peak
};

constexpr double flutter_hz = 3.6;  // 216 a minute, 2 mV high

// P, Q, R, S, T of a conducted beat, and the broad complex of a ventricular one; the second lead sees them from another
// direction.
std::vector<Bump> bumps_of(Beat beat, std::size_t lead) {
  const bool first = lead == 0;
  if (beat == Beat::ventricular) {
    return first ? std::vector<Bump>{{0, 1.4, 0.035}, {0.06, -0.5, 0.04}, {0.3, -0.45, 0.07}}
                 : std::vector<Bump>{{0, -1.1, 0.04}, {0.07, 0.5, 0.03}, {0.3, 0.4, 0.07}};
  }
  return first ? std::vector<Bump>{{-0.16, 0.15, 0.025},
                                   {-0.025, -0.1, 0.01},
                                   {0, 1.1, 0.011},
                                   {0.025, -0.2, 0.012},
                                   {0.26, 0.3, 0.05}}
               : std::vector<Bump>{{-0.16, 0.06, 0.02}, {-0.012, 0.25, 0.01}, {0.012, -0.9, 0.014}, {0.26, -0.1, 0.05}};
}

}  // namespace

Phantom phantom(std::string_view beats, const PhantomOptions& options) {
  Random random(options.seed, 0, 0, "ecg phantom");
  const double usual = 60 / options.per_minute;
  Phantom out;
  double at = 1 - usual, owed = 0;  // the pause after a ventricular beat
  std::vector<double> flutter;      // where each second of it begins
  for (const char letter : beats) {
    if (letter == '-') {
      at += 3 - usual;
      continue;
    }
    if (letter == '~') {
      flutter.push_back(at);
      at += 1;
      continue;
    }
    const bool early = letter == 'S' || letter == 'V';
    at += (early ? 0.65 : 1) * usual * (1 + 0.02 * random.normal()) + (letter == 'V' ? 0 : owed);
    owed = letter == 'V' ? 0.35 * usual : 0;
    out.beats.push_back({std::llround(at * options.rate_hz), class_of_code(std::string_view(&letter, 1))});
  }
  const auto length = static_cast<std::size_t>((at + 2) * options.rate_hz);
  std::vector<std::vector<float>> samples(options.leads, std::vector<float>(length));
  for (std::size_t lead = 0; lead < options.leads; ++lead) {
    for (std::size_t i = 0; i < length; ++i) {
      const double t = static_cast<double>(i) / options.rate_hz;
      samples[lead][i] =
          static_cast<float>(0.05 * std::sin(2 * std::numbers::pi * 0.25 * t) + options.noise_mv * random.normal());
    }
    for (const double begin : flutter) {
      for (auto i = std::llround(begin * options.rate_hz); i < std::llround((begin + 1) * options.rate_hz); ++i) {
        const double t = static_cast<double>(i) / options.rate_hz;
        samples[lead][static_cast<std::size_t>(i)] +=
            static_cast<float>(std::sin(2 * std::numbers::pi * flutter_hz * t));
      }
    }
    for (const TrueBeat& beat : out.beats) {
      for (const Bump& bump : bumps_of(beat.beat, lead)) {
        const double centre = static_cast<double>(beat.sample) / options.rate_hz + bump.at_seconds;
        const auto first = std::max<std::int64_t>(0, std::llround((centre - 5 * bump.width_seconds) * options.rate_hz));
        const auto last = std::min<std::int64_t>(std::ssize(samples[lead]) - 1,
                                                 std::llround((centre + 5 * bump.width_seconds) * options.rate_hz));
        for (std::int64_t i = first; i <= last; ++i) {
          const double x = (static_cast<double>(i) / options.rate_hz - centre) / bump.width_seconds;
          samples[lead][static_cast<std::size_t>(i)] += static_cast<float>(bump.height_mv * std::exp(-x * x / 2));
        }
      }
    }
  }
  std::vector<Channel> channels = {{"II", "mV"}, {"V1", "mV"}};
  channels.resize(options.leads);
  out.signal = held_signal(std::move(channels), options.rate_hz, std::move(samples));
  return out;
}

}  // namespace galen::ecg
