#pragma once
// Which channels of a recording answer the kinds that a recipe wants.
#include <optional>
#include <string>
#include <vector>

#include "galen/data/signal.h"

namespace galen::classify {

enum class Kind { ecg, pressure, pulse };
std::string_view name_of(Kind kind);
/// Errors: another word than "ecg", "pressure", "pulse".
Kind kind_named(const std::string& name, const std::string& where);

/// Samples a second that the shape of such a wave needs at least.
double least_rate_hz(Kind kind);

/// For each wanted kind, in order, the channel that answers it; none: the recording has no (further) one. ECG leads as
/// choose_leads() takes them; pressure and pulse by name: ABP, ART, BP and PLETH, PPG, SPO2, the
/// fastest first. Errors: nothing at all.
std::vector<std::optional<std::size_t>> choose_channels(const std::vector<Channel>& channels,
                                                        const std::vector<Kind>& wanted);

}  // namespace galen::classify
