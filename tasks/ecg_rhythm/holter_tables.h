#pragma once
// The tables of a Holter report.
#include <string_view>
#include <vector>

#include "galen/data/finding.h"
#include "tasks/ecg_rhythm/holter.h"
#include "tasks/ecg_rhythm/quality.h"

namespace galen::ecg {

/// When each condition held: one row per episode, with rates per minute, blank where there is none. Times are from the
/// start; the time of day is added where started_at (ISO 8601) states it.
TableArtefact episodes_table(const std::vector<Episode>& episodes, std::string_view started_at);
/// Beats and rates of each hour, and the share of it that can be read; the time of day as above.
TableArtefact hours_table(const Holter& holter, const std::vector<QualityLook>& looks);
/// Every measure with its unit, or why it is absent.
TableArtefact variability_table(const Hrv& hrv);

}  // namespace galen::ecg
