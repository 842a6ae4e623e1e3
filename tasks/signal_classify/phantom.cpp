#include "tasks/signal_classify/phantom.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "galen/base/random.h"
#include "galen/data/memory_source.h"

namespace galen::classify {
namespace {

struct Beat {
  double at_seconds;
  bool broad;
};

struct Bump {
  double at_seconds, height, width_seconds;  // relative to the R peak
};

std::vector<Beat> beats_of(const PhantomOptions& options, Random& random) {
  std::vector<Beat> out;
  for (double at = 0.4; at < options.seconds;) {
    const bool broad = options.rhythm == Rhythm::fast_and_broad && at > 0.4 * options.seconds;
    out.push_back({at, broad});
    const double usual = 60 / (broad ? 180 : options.per_minute);
    const double change = options.rhythm == Rhythm::irregular ? random.uniform(-0.5, 0.5) : 0.02 * random.normal();
    at += usual * (1 + change);
  }
  return out;
}

std::vector<Bump> bumps_of(Kind kind, bool broad, bool p_wave) {
  if (kind == Kind::pressure) return {{0.25, broad ? 3.0 : 40.0, 0.09}, {0.5, broad ? 0.0 : 10.0, 0.1}};
  if (kind == Kind::pulse) return {{0.35, broad ? 0.08 : 1.0, 0.11}};
  if (broad) return {{0, 1.4, 0.04}, {0.13, -0.9, 0.05}};
  return {{-0.16, p_wave ? 0.15 : 0.0, 0.025},
          {-0.025, -0.1, 0.01},
          {0, 1.1, 0.011},
          {0.025, -0.2, 0.012},
          {0.26, 0.3, 0.05}};
}

std::vector<float> wave(Kind kind, const PhantomOptions& options, const std::vector<Beat>& beats, Random& random) {
  std::vector<float> out(static_cast<std::size_t>(options.seconds * options.rate_hz));
  const double base = kind == Kind::pressure ? 70 : 0, noise = kind == Kind::pressure ? 0.3 : options.noise_mv;
  for (float& v : out) v = static_cast<float>(base + noise * random.normal());
  const bool p_wave = options.rhythm != Rhythm::irregular;
  for (const Beat& beat : beats) {
    for (const Bump& bump : bumps_of(kind, beat.broad, p_wave)) {
      const double centre = beat.at_seconds + bump.at_seconds, reach = 5 * bump.width_seconds;
      const auto first = std::max<std::int64_t>(0, std::llround((centre - reach) * options.rate_hz));
      const auto end = std::min<std::int64_t>(std::ssize(out), std::llround((centre + reach) * options.rate_hz));
      for (std::int64_t i = first; i < end; ++i) {
        const double x = (static_cast<double>(i) / options.rate_hz - centre) / bump.width_seconds;
        out[static_cast<std::size_t>(i)] += static_cast<float>(bump.height * std::exp(-x * x / 2));
      }
    }
  }
  if (options.inverted && kind == Kind::ecg) {
    for (float& v : out) v = -v;
  }
  return out;
}

}  // namespace

Signal phantom(const std::vector<Kind>& kinds, const PhantomOptions& options) {
  Random random(options.seed, 0, 0, "strip phantom");
  const std::vector<Beat> beats = beats_of(options, random);
  std::vector<Channel> channels;
  std::vector<std::vector<float>> samples;
  bool first_lead = true;
  for (const Kind kind : kinds) {
    samples.push_back(wave(kind, options, beats, random));
    if (kind == Kind::pressure) channels.push_back({"ABP", "mm[Hg]"});
    if (kind == Kind::pulse) channels.push_back({"PLETH", "1"});
    if (kind == Kind::ecg) channels.push_back({first_lead ? "II" : "V1", "mV"});
    first_lead = first_lead && kind != Kind::ecg;
  }
  return held_signal(std::move(channels), options.rate_hz, std::move(samples));
}

std::map<std::string, PhantomOptions> golden_phantoms() {
  return {{"regular", {}},
          {"irregular", {.rhythm = Rhythm::irregular, .per_minute = 110}},
          {"fast_and_broad", {.rhythm = Rhythm::fast_and_broad, .seconds = 16}},
          {"short", {.seconds = 3}}};
}

}  // namespace galen::classify
