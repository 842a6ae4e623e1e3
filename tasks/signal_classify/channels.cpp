#include "tasks/signal_classify/channels.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <functional>

#include "galen/base/error.h"
#include "galen/prep/ecg_leads.h"

namespace galen::classify {
namespace {

constexpr std::array<std::pair<Kind, std::string_view>, 3> names = {
    {{Kind::ecg, "ecg"}, {Kind::pressure, "pressure"}, {Kind::pulse, "pulse"}}};
constexpr std::array<std::string_view, 3> pressures = {"ABP", "ART", "BP"};
constexpr std::array<std::string_view, 3> pulses = {"PLETH", "PPG", "SPO2"};

bool begins_with_one_of(std::string name, const std::array<std::string_view, 3>& beginnings) {
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return std::ranges::any_of(beginnings, [&](std::string_view one) { return name.starts_with(one); });
}

// Channels of a kind, the preferred first.
std::vector<std::size_t> channels_of(const std::vector<Channel>& channels, Kind kind) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < channels.size(); ++i) {
    const bool of_kind = begins_with_one_of(channels[i].name, kind == Kind::pressure ? pressures : pulses);
    if (kind != Kind::ecg && of_kind) out.push_back(i);
  }
  // Prefer the wave to the value that a monitor records once a second.
  std::ranges::stable_sort(out, std::greater<>(), [&](std::size_t i) { return channels[i].samples_per_frame; });
  if (kind != Kind::ecg) return out;
  try {
    return choose_leads(channels);
  } catch (const Error&) {
    return {};  // no lead among them
  }
}

}  // namespace

std::string_view name_of(Kind kind) {
  return std::ranges::find(names, kind, &std::pair<Kind, std::string_view>::first)->second;
}

double least_rate_hz(Kind kind) {
  return kind == Kind::ecg ? 90 : 20;
}

Kind kind_named(const std::string& name, const std::string& where) {
  for (const auto& [kind, known] : names) {
    if (known == name) return kind;
  }
  throw Error(where, fmt::format("'{}' is no kind of channel", name), {}, "write ecg, pressure or pulse");
}

std::vector<std::optional<std::size_t>> choose_channels(const std::vector<Channel>& channels,
                                                        const std::vector<Kind>& wanted) {
  std::vector<std::optional<std::size_t>> out(wanted.size());
  bool any = false;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const auto before = static_cast<std::size_t>(
        std::count(wanted.begin(), wanted.begin() + static_cast<std::ptrdiff_t>(i), wanted[i]));
    const std::vector<std::size_t> found = channels_of(channels, wanted[i]);
    if (before < found.size()) out[i] = found[before];
    any = any || out[i].has_value();
  }
  if (any) return out;
  std::string there;
  for (const Channel& channel : channels) there += (there.empty() ? "" : ", ") + channel.name;
  throw Error("signal", "has no channel that is asked for", fmt::format("its channels are {}", there),
              "give a recording with an ECG");
}

}  // namespace galen::classify
