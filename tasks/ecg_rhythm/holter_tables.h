#pragma once
// The tables of a Holter report.
#include <string_view>
#include <vector>

#include "galen/data/finding.h"
#include "tasks/ecg_rhythm/holter.h"
#include "tasks/ecg_rhythm/quality.h"

namespace galen::ecg {

/// Where each condition held: one row an episode; rates by the minute, none where there are no beats. The time of day
/// beside that from the start where started_at (ISO 8601) tells it.
TableArtefact episodes_table(const std::vector<Episode>& episodes, std::string_view started_at);
/// Beats and rates of each hour, and which share of it can be read; the time of day as above.
TableArtefact hours_table(const Holter& holter, const std::vector<QualityLook>& looks);
/// Every measure with its unit, or why it is absent.
TableArtefact variability_table(const Hrv& hrv);

}  // namespace galen::ecg
