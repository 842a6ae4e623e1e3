#pragma once
// Which channels of a recording are looked at.
#include <cstddef>
#include <string>
#include <vector>

#include "galen/data/signal.h"

namespace galen {

inline constexpr std::size_t most_leads = 2;

/// One or two channels of one rate, by name: first a limb lead as near to II as there is, then a precordial one as near
/// to V1; so the order of the file does not matter. Channels that are named as something else (PLETH, ABP, RESP, two
/// electrodes of an EEG) or have the unit of something else (mm[Hg], %, /min, s) are never taken. Where no name is that
/// of a lead, the first two that are not something else. Errors: none is left.
std::vector<std::size_t> choose_leads(const std::vector<Channel>& channels);

/// chosen_channels() of the leads: the signal's rate is theirs. Errors: as choose_leads().
Signal leads_of(const Signal& signal);

/// The leads of a window of a signal of leads_of(), or of one whose channels have one rate: [lead][count]. Errors
/// (defect): a lead of more samples than the signal.
std::vector<std::vector<float>> read_leads(const Signal& signal, const std::vector<std::size_t>& leads,
                                           std::int64_t begin, std::int64_t count);

}  // namespace galen
