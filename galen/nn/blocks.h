#pragma once
// Building blocks shared by several families of networks. Spatial axes: one per entry of the kernel.
#include <cstdint>
#include <optional>
#include <string>

#include "galen/graph/builder.h"

namespace galen {

enum class Norm { instance, batch };

/// Options for a convolution in a block.
struct BlockOptions {
  Shape kernel = {};           ///< odd extents
  Shape stride = {};           ///< empty: 1
  Norm norm = Norm::instance;  ///< with trainable parameters
  float dropout = 0;           ///< ratio; between convolution and normalisation
};

/// Convolution, normalisation, leaky ReLU (0.01). [batch, channel, ...] to [batch, channels, .../stride].
Value conv_block(Builder& builder, const std::string& name, const Value& x, std::int64_t channels,
                 const BlockOptions& options);

/// Two convolutions with a shortcut, which applies average pooling if the stride is not 1 and a convolution of kernel 1
/// if the channels differ. "BasicBlockD": He et al., "Bag of tricks for image classification", CVPR 2019, figure 2c; as
/// in the residual encoders of nnU-Net (Isensee et al., MICCAI 2024). squeeze > 0: squeeze_excite before the sum.
Value residual_block(Builder& builder, const std::string& name, const Value& x, std::int64_t channels,
                     const BlockOptions& options, std::int64_t squeeze = 0);

/// Reweights channels by their global averages; reduction: how many times narrower the hidden layer is.
/// Hu et al., "Squeeze-and-excitation networks", CVPR 2018.
Value squeeze_excite(Builder& builder, const std::string& name, const Value& x, std::int64_t reduction);

/// Which neighbours in time each position attends to, besides itself.
struct Band {
  std::int64_t before = 0, after = 0;
  std::int64_t neighbours() const { return before + after; }
};

/// Which positions attention with a band outputs: all, or only those with all their neighbours, which shortens time by
/// as many.
enum class Ends { kept, cut };

/// Pre-norm self-attention with a shortcut: [batch, time, channel] to the same shape.
/// Vaswani et al., "Attention is all you need", 2017; pre-norm: Xiong et al., ICML 2020.
/// With a band, each position attends only to those neighbours, with a learned bias per head and distance in time (as
/// in Raffel et al., JMLR 2020), so that the output does not depend on where in the sequence a neighbourhood lies.
/// Errors: heads do not divide the channels; a band over a time that is not fixed.
Value self_attention(Builder& builder, const std::string& name, const Value& x, std::int64_t heads,
                     const std::optional<Band>& band = {}, Ends ends = Ends::kept);

/// Mean over all spatial axes: [batch, channel, ...] to [batch, channel].
Value spatial_mean(Builder& builder, const Value& x);

}  // namespace galen
