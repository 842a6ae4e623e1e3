#include "tasks/ecg_rhythm/augment_beats.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>
#include <vector>

#include "tasks/ecg_rhythm/beat_features.h"

namespace galen::ecg {
namespace {

constexpr std::array<std::pair<const char*, double BeatAugmentation::*>, 13> fields = {{
    {"swap_leads", &BeatAugmentation::swap_leads},
    {"invert_lead", &BeatAugmentation::invert_lead},
    {"drop_first", &BeatAugmentation::drop_first},
    {"drop_second", &BeatAugmentation::drop_second},
    {"noise", &BeatAugmentation::noise},
    {"wander", &BeatAugmentation::wander},
    {"gain", &BeatAugmentation::gain},
    {"stretch", &BeatAugmentation::stretch},
    {"blur", &BeatAugmentation::blur},
    {"shift", &BeatAugmentation::shift},
    {"rate", &BeatAugmentation::rate},
    {"forget", &BeatAugmentation::forget},
    {"simulate", &BeatAugmentation::simulate},
}};

// Where a beat's channels stand: lead, or its usual beat.
struct Beats {
  std::span<float> crops;
  std::size_t length, count;

  std::span<float> channel(std::size_t beat, std::size_t lead, bool usual) const {
    return crops.subspan((beat * 2 * lead_count + (usual ? lead_count : 0) + lead) * length, length);
  }
  bool has_lead(std::size_t lead) const {
    for (std::size_t beat = 0; beat < count; ++beat) {
      if (std::ranges::any_of(channel(beat, lead, false), [](float v) { return v != 0; })) return true;
    }
    return false;
  }
  template <class Change>
  void of_lead(std::size_t lead, Change change) const {
    for (std::size_t beat = 0; beat < count; ++beat) {
      for (const bool usual : {false, true}) {
        const std::span<float> samples = channel(beat, lead, usual);
        for (float& v : samples) v = change(v);
      }
    }
  }
};

// Returns whether a lead was swapped or dropped.
bool change_leads(const Beats& beats, const BeatAugmentation& how, Random& random) {
  const bool swaps = random.chance(how.swap_leads);
  if (swaps) {
    for (std::size_t beat = 0; beat < beats.count; ++beat) {
      for (const bool usual : {false, true}) {
        std::ranges::swap_ranges(beats.channel(beat, 0, usual), beats.channel(beat, 1, usual));
      }
    }
  }
  bool drops[] = {random.chance(how.drop_first), random.chance(how.drop_second)};
  if ((drops[0] && drops[1]) || !beats.has_lead(0) || !beats.has_lead(1)) drops[0] = drops[1] = false;
  for (std::size_t lead = 0; lead < lead_count; ++lead) {
    const float sign = random.chance(how.invert_lead) ? -1.f : 1.f;
    const auto factor = static_cast<float>(drops[lead] ? 0 : sign * (1 + random.uniform(-how.gain, how.gain)));
    beats.of_lead(lead, [factor](float v) { return factor * v; });
  }
  return swaps || drops[0] || drops[1];
}

void tell_complexes_anew(const SequenceView& view) {
  for (std::size_t beat = 0; beat < view.count(); ++beat) {
    if (!view.is_beat(beat)) continue;
    compare_with_usual(view.complex(beat), view.usual_complex(beat), view.plan, view.features(beat));
  }
}

// A crop on another clock: its sample i is taken from shift + i * stretch about the R peak.
void resample(std::span<float> samples, double before, double stretch, double shift) {
  const std::vector<float> old(samples.begin(), samples.end());
  const auto last = static_cast<double>(old.size() - 1);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double at = std::clamp(before + (static_cast<double>(i) - before) * stretch + shift, 0.0, last);
    const auto k = std::min(static_cast<std::size_t>(at), old.size() - 2);
    samples[i] = old[k] + static_cast<float>(at - static_cast<double>(k)) * (old[k + 1] - old[k]);
  }
}

void change_time(const Beats& beats, const BeatPlan& plan, const BeatAugmentation& how, Random& random) {
  const double stretch = 1 + random.uniform(-how.stretch, how.stretch);
  const auto before = static_cast<double>(plan.crop_before);
  for (std::size_t beat = 0; beat < beats.count; ++beat) {
    const double shift = random.uniform(-how.shift, how.shift) * plan.crop_rate_hz;
    for (std::size_t lead = 0; lead < lead_count; ++lead) {
      resample(beats.channel(beat, lead, false), before, stretch, shift);
      resample(beats.channel(beat, lead, true), before, stretch, 0);
    }
  }
}

void add_noise(const Beats& beats, const BeatPlan& plan, const BeatAugmentation& how, Random& random) {
  for (std::size_t lead = 0; lead < lead_count; ++lead) {
    // Most recordings are quiet: the cube makes small values likely.
    const double noise = how.noise * std::pow(random.uniform(), 3), wander = how.wander * std::pow(random.uniform(), 3);
    const double colour = random.uniform(0, 0.9);
    for (std::size_t beat = 0; beat < beats.count; ++beat) {
      const std::span<float> samples = beats.channel(beat, lead, false);
      if (std::ranges::all_of(samples, [](float v) { return v == 0; })) continue;
      const double frequency = 2 * std::numbers::pi * random.uniform(0.3, 2) / plan.crop_rate_hz;
      const double phase = random.uniform(0, 2 * std::numbers::pi);
      double last = 0;
      for (std::size_t i = 0; i < samples.size(); ++i) {
        last = colour * last + std::sqrt(1 - colour * colour) * random.normal();
        samples[i] += static_cast<float>(noise * last + wander * std::sin(frequency * static_cast<double>(i) + phase));
      }
    }
  }
}

void blur(const Beats& beats) {
  for (std::size_t lead = 0; lead < 2 * lead_count * beats.count; ++lead) {
    const std::span<float> samples = beats.crops.subspan(lead * beats.length, beats.length);
    float before = samples[0];
    for (std::size_t i = 0; i + 1 < samples.size(); ++i) {
      const float now = samples[i];
      samples[i] = 0.25f * before + 0.5f * now + 0.25f * samples[i + 1];
      before = now;
    }
  }
}

}  // namespace

Json to_json(const BeatAugmentation& augmentation) {
  Json out = Json::object();
  for (const auto& [name, field] : fields) out[name] = augmentation.*field;
  return out;
}

BeatAugmentation augmentation_from_json(const JsonView& json) {
  BeatAugmentation out;
  for (const auto& [name, ignored] : json.json().items()) {
    if (std::ranges::none_of(fields, [&](const auto& field) { return name == field.first; })) {
      throw Error(json.where(), "has an unknown key '" + name + "'", {}, "see the names in a planned recipe");
    }
  }
  for (const auto& [name, field] : fields) {
    out.*field = json.get<double>(name);
    if (!(out.*field >= 0 && out.*field <= 1)) throw Error(json.where() + "." + name, "is out of range", {}, "0 to 1");
  }
  return out;
}

void change_rate(std::span<float> features, const BeatAugmentation& augmentation, Random& random) {
  const auto slower = static_cast<float>(4 * std::log(1 + random.uniform(-augmentation.rate, augmentation.rate)));
  for (std::size_t beat = 0; beat < features.size() / feature_count; ++beat) {
    const std::span<float> its = features.subspan(beat * feature_count, feature_count);
    if (its[static_cast<std::size_t>(Feature::is_beat)] > 0) its[static_cast<std::size_t>(Feature::usual)] += slower;
  }
}

void augment_beats(const BeatSequence& sequence, const BeatPlan& plan, const BeatAugmentation& augmentation,
                   Random& random) {
  const SequenceView view{sequence, plan};
  const Beats beats{sequence.crops, static_cast<std::size_t>(plan.crop_samples), view.count()};
  if (change_leads(beats, augmentation, random)) tell_complexes_anew(view);
  change_time(beats, plan, augmentation, random);
  if (random.chance(augmentation.blur)) blur(beats);
  add_noise(beats, plan, augmentation, random);
  for (std::size_t k = 1; k < feature_count; ++k) {
    if (!random.chance(augmentation.forget)) continue;
    for (std::size_t beat = 0; beat < view.count(); ++beat) view.features(beat)[k] = 0;
  }
}

}  // namespace galen::ecg
