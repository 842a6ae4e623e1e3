#pragma once
// The network: a residual encoder of the channels, joined by the features of signal processing.
#include "galen/graph/builder.h"
#include "tasks/signal_classify/strip.h"

namespace galen::classify {

/// How the features of the training side are spread: constants of the network.
struct FeatureScale {
  std::vector<float> centre, scale;  ///< [feature]; a feature that does not vary has the scale 0
};
/// Mean and reciprocal of the standard deviation of what is known, values beyond the 1 % and 99 % quantiles drawn to
/// them.
FeatureScale scale_of(const std::vector<Features>& of);

/// The network with its loss. Inputs "signal" [batch, 2 channels, window] (channels, and whether each is there),
/// "values" and "known" [batch, feature], and "targets" [batch, class], whose sum is a strip's weight; outputs "logits"
/// [batch, class] and "loss". The encoder and the features must each tell the class alone, too, with a part of the
/// loss: so neither is left to the other.
Graph training_graph(const StripPlan& plan, const FeatureScale& scale, std::int64_t classes, std::uint64_t seed);

}  // namespace galen::classify
