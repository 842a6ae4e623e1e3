#pragma once
// The network: a residual encoder of the channels, joined with the features from signal processing.
#include "galen/graph/builder.h"
#include "tasks/signal_classify/strip.h"

namespace galen::classify {

/// Distribution of the features in the training data: constants of the network.
struct FeatureScale {
  std::vector<float> centre, scale;  ///< [feature]; a feature that does not vary has the scale 0
};
/// Mean and reciprocal of the standard deviation of the known values, clipped to their 1 % and 99 % quantiles.
FeatureScale scale_of(const std::vector<Features>& of);

/// The network with its loss. Inputs "signal" [batch, 2 channels, window] (channels, then their presence),
/// "values" and "known" [batch, feature], and "targets" [batch, class], whose sum is a strip's weight; outputs "logits"
/// [batch, class] and "loss". The encoder and the features also predict the class alone, each with a share of the
/// loss, so that neither relies on the other.
Graph training_graph(const StripPlan& plan, const FeatureScale& scale, std::int64_t classes, std::uint64_t seed);

}  // namespace galen::classify
