#include "tasks/signal_classify/strip.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "galen/base/error.h"
#include "galen/data/chosen_channels.h"
#include "galen/data/units.h"
#include "galen/metric/stats.h"
#include "galen/prep/filter.h"
#include "galen/prep/resample_signal.h"
#include "galen/prep/signal_quality.h"

namespace galen::classify {
namespace {

constexpr double least_seconds = 5, most_seconds = 3600;
constexpr float most_size = 8;  // of a sample, relative to its channel's size
constexpr double baseline_hz = 0.5;

// [wanted]; no samples: missing (then no rate either), flat, or too slow for its kind.
using Raw = std::vector<RecordedChannel>;

// Factor to millivolts, in which heights are learned. 1: not a unit of voltage, or none stated.
float scale_of(Kind kind, const Channel& channel) {
  const double millivolts = kind == Kind::ecg ? millivolts_in(channel.unit) : 0;
  return millivolts > 0 ? static_cast<float>(millivolts) : 1;
}

Raw read_raw(const StripPlan& plan, const Signal& signal) {
  Raw out(plan.channels.size());
  const auto chosen = choose_channels(signal.channels, plan.channels);
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (!chosen[i]) continue;
    out[i] = recorded_channel(signal, *chosen[i]);
    std::vector<float>& samples = out[i].samples;
    const float scale = scale_of(plan.channels[i], signal.channels[*chosen[i]]);
    float low = std::numeric_limits<float>::infinity(), high = -low;
    for (float& v : samples) {
      v *= scale;
      if (std::isfinite(v)) low = std::min(low, v), high = std::max(high, v);
    }
    if (!(low < high) || out[i].rate_hz < least_rate_hz(plan.channels[i])) samples.clear();
  }
  return out;
}

std::vector<float> seen_by_network(const RecordedChannel& channel, const StripPlan& plan) {
  std::vector<float> out = resampled(channel.samples, channel.rate_hz, plan.rate_hz);
  out = zero_phase(butterworth_highpass(2, baseline_hz, plan.rate_hz), out);
  std::vector<double> sizes;
  for (const float v : out) {
    if (std::isfinite(v)) sizes.push_back(std::abs(v));
  }
  const double size = quantile(sizes, 0.95);
  for (float& v : out) {
    v = std::isfinite(v) && size > 0 ? std::clamp(v / static_cast<float>(size), -most_size, most_size) : 0.f;
  }
  return out;
}

// ECG leads, the most trustworthy first: that one is "main".
std::vector<std::size_t> ranked(const Raw& raw, const std::vector<LeadBeats>& leads,
                                const std::vector<std::size_t>& of) {
  std::vector<std::pair<double, std::size_t>> order;
  for (std::size_t i = 0; i < of.size(); ++i) {
    const RecordedChannel& channel = raw[of[i]];
    double trust = -1;
    if (!channel.samples.empty()) {
      trust = signal_quality(channel.samples, channel.rate_hz).index;
      trust += leads[i].likeness.empty() ? 0 : std::max(0.0, median(leads[i].likeness));
    }
    order.emplace_back(-trust, i);
  }
  std::ranges::sort(order);
  std::vector<std::size_t> out;
  for (const auto& [ignored, i] : order) out.push_back(i);
  return out;
}

// Intervals between successive beats, without those across a second or more of missing samples.
std::vector<double> known_intervals(const std::vector<double>& at_seconds, const RecordedChannel& channel) {
  const auto index = [&](double seconds) {
    return std::min(channel.samples.size(), static_cast<std::size_t>(std::max(0.0, seconds) * channel.rate_hz));
  };
  std::vector<double> out;
  for (std::size_t i = 1; i < at_seconds.size(); ++i) {
    double missing = 0, longest = 0;  // samples in a row
    for (std::size_t k = index(at_seconds[i - 1]); k < index(at_seconds[i]); ++k) {
      missing = std::isfinite(channel.samples[k]) ? 0 : missing + 1;
      longest = std::max(longest, missing);
    }
    if (longest < channel.rate_hz) out.push_back(at_seconds[i] - at_seconds[i - 1]);
  }
  return out;
}

Features features_of(const StripPlan& plan, const Raw& raw, double seconds) {
  Features out;
  std::vector<std::size_t> of;
  std::vector<LeadBeats> leads;
  for (std::size_t i = 0; i < plan.channels.size(); ++i) {
    if (plan.channels[i] != Kind::ecg) continue;
    of.push_back(i);
    leads.push_back(lead_beats(raw[i].samples, raw[i].rate_hz));
  }
  out.add("seconds", std::log(seconds));
  std::vector<double> main_intervals;
  const std::vector<std::size_t> order = ranked(raw, leads, of);
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    const LeadBeats& lead = leads[order[rank]];
    const RecordedChannel& channel = raw[of[order[rank]]];
    const std::string prefix = rank == 0 ? "main." : fmt::format("lead{}.", rank + 1);
    const std::vector<double> intervals = known_intervals(lead.at_seconds, channel);
    if (rank == 0) main_intervals = intervals;
    if (rank > 0) out.add(prefix + "there", channel.samples.empty() ? 0 : 1);
    add_rhythm(out, prefix, intervals);
    add_shape(out, prefix, lead);
    add_runs(out, prefix, lead);
    add_quality(out, prefix, channel.samples, channel.rate_hz);
  }
  for (std::size_t i = 0; i < plan.channels.size(); ++i) {
    if (plan.channels[i] == Kind::ecg) continue;
    const std::string prefix = fmt::format("{}.", name_of(plan.channels[i]));
    add_pulse(out, prefix, raw[i].samples, raw[i].rate_hz, main_intervals);
    add_quality(out, prefix, raw[i].samples, raw[i].rate_hz);
  }
  return out;
}

std::optional<std::string> why_not(const StripPlan& plan, const Signal& signal, const Raw& raw) {
  double rate_hz = 0, least = 0;  // of the channel that comes nearest to being fast enough
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const double needed = least_rate_hz(plan.channels[i]);
    if (least == 0 || raw[i].rate_hz / needed > rate_hz / least) rate_hz = raw[i].rate_hz, least = needed;
  }
  if (rate_hz < least) {
    return fmt::format("{:g} samples a second are too few to tell the shape of a beat ({:g} are needed)", rate_hz,
                       least);
  }
  if (signal.seconds() < least_seconds) {
    return fmt::format("{:.1f} s are too short to tell a rhythm ({:g} s are needed)", signal.seconds(), least_seconds);
  }
  const bool any = std::ranges::any_of(raw, [](const RecordedChannel& channel) {
    if (channel.samples.empty()) return false;
    const SignalQuality quality = signal_quality(channel.samples, channel.rate_hz);
    return quality.flat_share + quality.missing_share < 0.5;
  });
  if (!any) return "no channel has a signal for half of the time: flat, or missing";
  return {};
}

}  // namespace

RecordedChannel recorded_channel(const Signal& signal, std::size_t channel) {
  const Signal one = chosen_channels(signal, {channel});
  return {one.source->read(0, 0, one.length), one.rate_hz};
}

Strip read_strip(const StripPlan& plan, const Signal& signal) {
  if (signal.length == 0) throw Error("signal", "is empty");
  if (signal.seconds() > most_seconds) {
    throw Error("signal", fmt::format("has {:.0f} s", signal.seconds()), "one class is said of the whole recording",
                fmt::format("cut out at most {:g} s", most_seconds));
  }
  const Raw raw = read_raw(plan, signal);
  Strip out;
  out.seconds = signal.seconds();
  out.not_assessable = why_not(plan, signal, raw);
  if (out.not_assessable) return out;
  for (const RecordedChannel& channel : raw) {
    out.there.push_back(!channel.samples.empty());
    out.channels.push_back(channel.samples.empty() ? std::vector<float>() : seen_by_network(channel, plan));
    out.length = std::max<std::int64_t>(out.length, std::ssize(out.channels.back()));
  }
  for (std::vector<float>& channel : out.channels) channel.resize(static_cast<std::size_t>(out.length));
  out.features = features_of(plan, raw, out.seconds);
  return out;
}

std::vector<std::string> feature_names(const StripPlan& plan) {
  return features_of(plan, Raw(plan.channels.size()), 10).names;
}

std::vector<std::int64_t> window_begins(std::int64_t length, std::int64_t window) {
  if (length <= window) return {0};
  const std::int64_t count = (length + window - 1) / window;
  std::vector<std::int64_t> out;
  for (std::int64_t i = 0; i < count; ++i) out.push_back((length - window) * i / (count - 1));
  return out;
}

void put_window(const Strip& strip, std::int64_t begin, std::int64_t window, std::span<float> out) {
  std::ranges::fill(out, 0.f);
  const std::size_t channels = strip.channels.size(), size = static_cast<std::size_t>(window);
  const auto count = static_cast<std::size_t>(std::clamp<std::int64_t>(strip.length - begin, 0, window));
  for (std::size_t c = 0; c < channels; ++c) {
    if (!strip.there[c]) continue;
    const auto from = strip.channels[c].begin() + begin;
    std::copy(from, from + static_cast<std::ptrdiff_t>(count), out.begin() + static_cast<std::ptrdiff_t>(c * size));
    std::ranges::fill(out.subspan((channels + c) * size, count), 1.f);
  }
}

void put_features(const Features& features, std::span<float> values, std::span<float> known) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    const float v = features.values[i];
    known[i] = std::isnan(v) ? 0.f : 1.f;
    values[i] = std::isnan(v) ? 0.f : std::clamp(v, -greatest_feature, greatest_feature);
  }
}

}  // namespace galen::classify
