#include "tasks/signal_classify/augment_strip.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace galen::classify {
namespace {

constexpr std::array<std::pair<const char*, double StripAugmentation::*>, 10> fields = {{
    {"invert", &StripAugmentation::invert},
    {"swap_leads", &StripAugmentation::swap_leads},
    {"drop_channel", &StripAugmentation::drop_channel},
    {"gain", &StripAugmentation::gain},
    {"noise", &StripAugmentation::noise},
    {"wander", &StripAugmentation::wander},
    {"stretch", &StripAugmentation::stretch},
    {"shift", &StripAugmentation::shift},
    {"feature_noise", &StripAugmentation::feature_noise},
    {"feature_drop", &StripAugmentation::feature_drop},
}};

// Sample i of the window is taken from the strip at begin + i * step.
struct Clock {
  double begin = 0, step = 1;
};

Clock draw_clock(const Strip& strip, std::int64_t window, const StripAugmentation& how, Random& random) {
  Clock out;
  out.step = 1 + random.uniform(-how.stretch, how.stretch);
  const double seen = out.step * static_cast<double>(window), beyond = how.shift * seen;
  const double room = static_cast<double>(strip.length) - seen;
  out.begin = random.uniform(std::min(0.0, room) - beyond, std::max(0.0, room) + beyond);
  if (room < 0) out.begin = random.uniform(-beyond, beyond);  // a shorter strip is placed at the window's beginning
  return out;
}

// Which of the strip's channels goes in each place; -1: none.
std::vector<std::int64_t> draw_places(const Strip& strip, const StripPlan& plan, const StripAugmentation& how,
                                      Random& random) {
  std::vector<std::int64_t> out;
  std::vector<std::size_t> leads;
  std::int64_t left = 0;
  for (std::size_t c = 0; c < strip.channels.size(); ++c) {
    out.push_back(strip.there[c] ? static_cast<std::int64_t>(c) : -1);
    left += strip.there[c];
    if (plan.channels[c] == Kind::ecg) leads.push_back(c);
  }
  for (std::int64_t& place : out) {
    if (place < 0 || !random.chance(how.drop_channel) || left <= 1) continue;
    place = -1;
    --left;
  }
  if (leads.size() >= 2 && random.chance(how.swap_leads)) std::swap(out[leads[0]], out[leads[1]]);
  return out;
}

void disturb(std::span<float> samples, std::span<const float> there, double rate_hz, const StripAugmentation& how,
             Random& random) {
  // Most recordings are quiet: the cube makes small values likely.
  const double noise = how.noise * std::pow(random.uniform(), 3), wander = how.wander * std::pow(random.uniform(), 3);
  const double colour = random.uniform(0, 0.9), own = std::sqrt(1 - colour * colour);
  const double turn = 2 * std::numbers::pi * random.uniform(0.15, 0.7) / rate_hz;
  const double phase = random.uniform(0, 2 * std::numbers::pi);
  const double gain = std::exp(random.uniform(-how.gain, how.gain));
  double last = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (there[i] == 0) continue;
    last = colour * last + own * random.normal();
    samples[i] =
        static_cast<float>(gain * samples[i] + noise * last + wander * std::sin(turn * static_cast<double>(i) + phase));
  }
}

}  // namespace

Json to_json(const StripAugmentation& augmentation) {
  Json out = Json::object();
  for (const auto& [name, field] : fields) out[name] = augmentation.*field;
  return out;
}

StripAugmentation strip_augmentation_from_json(const JsonView& json) {
  StripAugmentation out;
  for (const auto& [name, ignored] : json.json().items()) {
    if (std::ranges::none_of(fields, [&](const auto& field) { return name == field.first; })) {
      throw Error(json.where(), "has the key '" + name + "', which nobody knows");
    }
  }
  for (const auto& [name, field] : fields) {
    out.*field = json.get<double>(name);
    if (!(out.*field >= 0 && out.*field < 1)) throw Error(json.where() + "." + name, "is out of range", {}, "0 to 1");
  }
  return out;
}

void put_augmented(const Strip& strip, const StripPlan& plan, const StripAugmentation& how, Random& random,
                   std::span<float> out) {
  std::ranges::fill(out, 0.f);
  const auto window = static_cast<std::size_t>(plan.window());
  const std::size_t channels = strip.channels.size();
  const Clock clock = draw_clock(strip, plan.window(), how, random);
  const std::vector<std::int64_t> places = draw_places(strip, plan, how, random);
  for (std::size_t c = 0; c < channels; ++c) {
    if (places[c] < 0) continue;
    const std::vector<float>& from = strip.channels[static_cast<std::size_t>(places[c])];
    const float sign = plan.channels[c] == Kind::ecg && random.chance(how.invert) ? -1.f : 1.f;
    const std::span<float> samples = out.subspan(c * window, window),
                           there = out.subspan((channels + c) * window, window);
    for (std::size_t i = 0; i < window; ++i) {
      const double at = clock.begin + clock.step * static_cast<double>(i);
      if (at < 0 || at >= static_cast<double>(strip.length - 1)) continue;
      const auto k = static_cast<std::size_t>(at);
      samples[i] = sign * (from[k] + static_cast<float>(at - static_cast<double>(k)) * (from[k + 1] - from[k]));
      there[i] = 1;
    }
    disturb(samples, there, plan.rate_hz, how, random);
  }
}

void augment_features(std::span<float> values, std::span<float> known, const FeatureScale& scale,
                      const StripAugmentation& how, Random& random) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (random.chance(how.feature_drop)) known[i] = 0;
    const float deviation = scale.scale[i] > 0 ? 1 / scale.scale[i] : 0;
    values[i] += static_cast<float>(how.feature_noise * random.normal()) * deviation;
  }
}

}  // namespace galen::classify
