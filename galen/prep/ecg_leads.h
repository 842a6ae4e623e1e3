#pragma once
// Which channels of a recording are looked at.
#include <cstddef>
#include <string>
#include <vector>

#include "galen/data/signal.h"

namespace galen {

inline constexpr std::size_t most_leads = 2;

/// One or two channels, by name: first a limb lead as near to II as there is, then a precordial one as near to V1; so
/// the order of the file does not matter. Channels that are named as something else (PLETH, ABP, RESP) are never taken.
/// Where no name is that of a lead, the first two that are not something else. Errors: none is left.
std::vector<std::size_t> choose_leads(const std::vector<Channel>& channels);

/// chosen_channels() of the leads. Errors: as choose_leads().
Signal leads_of(const Signal& signal);

/// The chosen channels of a window of a signal, at its rate: [lead][count].
std::vector<std::vector<float>> read_leads(const Signal& signal, const std::vector<std::size_t>& leads,
                                           std::int64_t begin, std::int64_t count);

}  // namespace galen
