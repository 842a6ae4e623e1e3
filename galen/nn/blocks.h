#pragma once
// Blocks that several families of networks are made of. Spatial axes: one per entry of the kernel.
#include <cstdint>
#include <optional>
#include <string>

#include "galen/graph/builder.h"

namespace galen {

enum class Norm { instance, batch };

/// How a convolution of a block is done.
struct BlockOptions {
  Shape kernel = {};           ///< odd extents
  Shape stride = {};           ///< empty: 1
  Norm norm = Norm::instance;  ///< its parameters learn
  float dropout = 0;           ///< ratio; between convolution and normalisation
};

/// Convolution, normalisation, leaky ReLU (0.01). [batch, channel, ...] to [batch, channels, .../stride].
Value conv_block(Builder& builder, const std::string& name, const Value& x, std::int64_t channels,
                 const BlockOptions& options);

/// Two convolutions beside a shortcut that pools by the mean where the stride is not 1, and has a convolution of kernel
/// 1 where the channels differ. "BasicBlockD": He et al., "Bag of tricks for image classification", CVPR 2019, figure
/// 2c; as in the residual encoders of nnU-Net (Isensee et al., MICCAI 2024). squeeze > 0: squeeze_excite before the
/// sum.
Value residual_block(Builder& builder, const std::string& name, const Value& x, std::int64_t channels,
                     const BlockOptions& options, std::int64_t squeeze = 0);

/// Channels weighted by what the whole says of them; reduction: how much narrower the middle is.
/// Hu et al., "Squeeze-and-excitation networks", CVPR 2018.
Value squeeze_excite(Builder& builder, const std::string& name, const Value& x, std::int64_t reduction);

/// Which neighbours in time are attended to, and themselves.
struct Band {
  std::int64_t before = 0, after = 0;
  std::int64_t neighbours() const { return before + after; }
};

/// Which places come out of a band: all, or only those with all its neighbours, so that time becomes shorter by as
/// many.
enum class Ends { kept, cut };

/// Self-attention with a shortcut and layer normalisation before it: [batch, time, channel] to the same shape.
/// Vaswani et al., "Attention is all you need", 2017; normalisation before: Xiong et al., ICML 2020.
/// With a band, only those neighbours are seen, each with a learned bias for each head and distance in time (as in
/// Raffel et al., JMLR 2020), so that what comes out does not depend on where in the sequence a neighbourhood lies.
/// Errors: heads do not divide the channels; a band over a time that is not fixed.
Value self_attention(Builder& builder, const std::string& name, const Value& x, std::int64_t heads,
                     const std::optional<Band>& band = {}, Ends ends = Ends::kept);

/// Mean over all spatial axes: [batch, channel, ...] to [batch, channel].
Value spatial_mean(Builder& builder, const Value& x);

}  // namespace galen
