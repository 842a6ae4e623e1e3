#pragma once
// Losses as graphs: each takes values of a builder and returns a scalar, [].
#include <functional>
#include <vector>

#include "galen/graph/builder.h"

namespace galen {

/// Cross-entropy of logits [batch, class, ...] against labels [batch, ...] of any integer type, each in [0, classes):
/// the mean over all labels, weighted by class if weights are given (one per class).
Value cross_entropy(Builder& builder, const Value& logits, const Value& labels, const std::vector<float>& weights = {});

/// Cross-entropy of logits [batch, class, ...] against f32 targets of the same shape: the mean over all positions, each
/// weighted by the sum of its targets (0: it does not count).
Value soft_cross_entropy(Builder& builder, const Value& logits, const Value& targets);

/// Cross-entropy that down-weights what is already right: each term times (1 - p)^gamma. Lin et al., "Focal loss for
/// dense object detection", ICCV 2017.
Value focal(Builder& builder, const Value& logits, const Value& labels, float gamma = 2,
            const std::vector<float>& weights = {});

/// Mean binary cross-entropy of logits against targets in [0, 1] of the same shape, f32.
Value binary_cross_entropy(Builder& builder, const Value& logits, const Value& targets);

/// Mean squared difference of two f32 values of the same shape.
Value mean_squared_error(Builder& builder, const Value& prediction, const Value& target);

struct DiceOptions {
  bool batch = true;              ///< one Dice over the batch per class, not one per image
  bool ignore_background = true;  ///< class 0 does not count in the Dice
  float smooth = 1e-5f;           ///< keeps an absent class from dividing by 0
};

/// 1 - mean soft Dice of the softmax, plus cross-entropy (Isensee et al., Nature Methods 2021). logits
/// [batch, class, ...], labels [batch, ...] integers in [0, classes).
Value dice_cross_entropy(Builder& builder, const Value& logits, const Value& labels, const DiceOptions& options = {});

/// A loss at one resolution, for deep_supervision().
using LabelLoss = std::function<Value(Builder& builder, const Value& logits, const Value& labels)>;

/// The loss at every resolution, weighted 1, 1/2, 1/4, ... and divided by their sum. Labels at coarser resolutions are
/// sampled from the fine ones, nearest to the centre of the coarse voxel. Errors: extents that are not fixed, or not
/// multiples.
Value deep_supervision(Builder& builder, const std::vector<Value>& logits, const Value& labels, const LabelLoss& loss);

}  // namespace galen
