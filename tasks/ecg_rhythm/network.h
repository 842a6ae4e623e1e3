#pragma once
// The network that names beats: it encodes each beat alone, then attends to its neighbours.
#include <cstdint>
#include <span>

#include "galen/graph/builder.h"
#include "tasks/ecg_rhythm/plan.h"

namespace galen::ecg {

/// The network with its loss, for training: a one-dimensional residual encoder of the crops of each beat, and layers of
/// attention over the beats around it. Inputs "crops" [beat, 2 lead_count, crop_samples], "features" [sequence, time,
/// feature_count] with beat = sequence * time, "targets" [sequence, time, beat_classes], f32, 0 where a beat does not
/// count; outputs "logits" [sequence, time, beat_classes] and "loss". seed: as for a Builder.
Graph training_graph(const BeatPlan& plan, std::uint64_t seed);

/// A trained ensemble that goes along recordings `count` beats at a time, so that nothing is computed twice for a beat.
/// Inputs "crops" [sequence, count, 2 lead_count, crop_samples], "features" [sequence, count, feature_count] and, for
/// each layer of attention, "past.0", ... [sequence, neighbours, networks * width], its most recent inputs. Outputs
/// "logits" [sequence, count, beat_classes], the mean over the networks, for the beats reach().after places before
/// those that came in; and "next.0", ..., the past for the next step. Errors: networks that do not match the plan.
Graph step_of(std::span<const Graph> networks, const BeatPlan& plan, std::int64_t count);

}  // namespace galen::ecg
