#pragma once
// Choice of the ECG leads of a recording.
#include <cstddef>
#include <string>
#include <vector>

#include "galen/data/signal.h"

namespace galen {

inline constexpr std::size_t most_leads = 2;

/// One or two channels of the same rate, by name: first the limb lead nearest to II, then the precordial lead nearest
/// to V1, so the order in the file does not matter. Channels whose name (PLETH, ABP, RESP, two electrodes of an EEG) or
/// unit (mm[Hg], %, /min, s) is that of something else are never taken. If fewer than two are named as leads, the first
/// other channels are added, those named ECG before the rest. Errors: none is left.
std::vector<std::size_t> choose_leads(const std::vector<Channel>& channels);

/// chosen_channels() of the chosen leads: the signal has their rate. Errors: as choose_leads().
Signal leads_of(const Signal& signal);

/// Samples of the leads in a window: [lead][count]. For a signal of leads_of(), or one whose channels have one rate.
/// Errors (defect): a lead with a higher rate than the signal.
std::vector<std::vector<float>> read_leads(const Signal& signal, const std::vector<std::size_t>& leads,
                                           std::int64_t begin, std::int64_t count);

}  // namespace galen
