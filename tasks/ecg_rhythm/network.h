#pragma once
// The network that names beats: each is encoded alone, then its neighbours are heard.
#include <optional>

#include "galen/graph/builder.h"
#include "tasks/ecg_rhythm/plan.h"

namespace galen::ecg {

/// A one-dimensional residual encoder of the crops of each beat, and layers of attention over the beats around it.
/// Inputs "crops" [beat, 2 lead_count, crop_samples] and "features" [sequence, time, feature_count] with beat =
/// sequence * time; outputs "logits" [sequence, time, beat_classes]. "embedding" [beat, width] can be tapped; "tokens"
/// [sequence, time, width] parts encoder and attention. seed: as for a Builder.
Value beat_network(Builder& builder, const BeatPlan& plan, std::int64_t time);

/// The network with its loss, for training: input "targets" [sequence, time, beat_classes], f32, 0 where a beat does
/// not count; outputs "logits" and "loss".
Graph training_graph(const BeatPlan& plan, std::uint64_t seed);

/// A trained network in its two parts. Errors: another network than the plan's.
Graph encoder_of(const Graph& network);
/// For sequences of `time` beats: only the extents differ from those trained with, the parameters are the same.
Graph attention_of(const Graph& network, const BeatPlan& plan, std::int64_t time);

}  // namespace galen::ecg
