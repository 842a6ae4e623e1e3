#pragma once
// A residual network for signals, with optional self-attention over time.
#include <cstdint>
#include <vector>

#include "galen/base/json.h"
#include "galen/graph/builder.h"

namespace galen {

/// Residual blocks that halve time and widen channels, as for ECG in Ribeiro et al., Nature Communications 2020, with
/// optional squeeze-and-excitation, and optional self-attention over the remaining time axis.
struct ResNet1d {
  std::int64_t in_channels = 1;
  std::int64_t classes = 2;
  std::vector<std::int64_t> features;  ///< channels per stage; every stage but the first halves time
  std::vector<std::int64_t> blocks;    ///< per stage
  std::int64_t kernel = 7;             ///< odd, in samples
  std::int64_t stem_stride = 1;        ///< of the first convolution; shortens time for all stages
  std::int64_t squeeze = 0;            ///< reduction of squeeze-and-excitation; 0: none
  std::int64_t heads = 0;              ///< of the self-attention; 0: none
  float dropout = 0;

  friend bool operator==(const ResNet1d&, const ResNet1d&) = default;
};

/// Errors: an unknown or missing key, lists of different lengths, values out of range.
ResNet1d resnet1d_from_json(const JsonView& json);
Json to_json(const ResNet1d& net);
/// Errors: as resnet1d_from_json().
void require_valid(const ResNet1d& net);

/// Builds the network on signal, [batch, in_channels, time]. Returns logits, [batch, classes], named "logits". The last
/// features are named "features" ([batch, channel, time]), their mean over time "embedding" ([batch, channel]).
Value resnet1d(Builder& builder, const Value& signal, const ResNet1d& net);
/// The same without the final dropout and head: returns "embedding", for a head that combines it with something else.
Value resnet1d_embedding(Builder& builder, const Value& signal, const ResNet1d& net);

}  // namespace galen
