#pragma once
// Chooses the channels of a recording for the kinds that a recipe wants.
#include <optional>
#include <string>
#include <vector>

#include "galen/data/signal.h"

namespace galen::classify {

enum class Kind { ecg, pressure, pulse };
std::string_view name_of(Kind kind);
/// Errors: a word other than "ecg", "pressure", "pulse".
Kind kind_named(const std::string& name, const std::string& where);

/// Lowest sampling rate that preserves the shape of such a wave.
double least_rate_hz(Kind kind);

/// For each wanted kind, in order, a channel of that kind; none: the recording has no (further) one. ECG leads as
/// chosen by choose_leads(); pressure and pulse by name (ABP, ART, BP and PLETH, PPG, SPO2), the fastest first. Errors:
/// no channel of any wanted kind.
std::vector<std::optional<std::size_t>> choose_channels(const std::vector<Channel>& channels,
                                                        const std::vector<Kind>& wanted);

}  // namespace galen::classify
