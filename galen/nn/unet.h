#pragma once
// The U-Net family: plain and residual encoders, 2D and 3D, anisotropic strides, deep supervision.
#include <cstdint>
#include <optional>
#include <vector>

#include "galen/base/json.h"
#include "galen/graph/builder.h"

namespace galen {

/// A U-Net (Ronneberger et al., MICCAI 2015; Çiçek et al., MICCAI 2016) as nnU-Net configures it (Isensee et al.,
/// Nature Methods 2021; residual encoder: Isensee et al., MICCAI 2024). A stage is a resolution, the first the finest.
struct UNet {
  std::int64_t dims = 3;  ///< 2 or 3
  std::int64_t in_channels = 1;
  std::int64_t classes = 2;
  std::vector<std::int64_t> features;       ///< channels per stage; at least two stages
  std::vector<Shape> kernels;               ///< per stage, per axis (z, y, x or y, x); odd
  std::vector<Shape> strides;               ///< into each stage; the first is usually all 1
  std::vector<std::int64_t> encoder_convs;  ///< per stage: convolutions, or blocks of a residual encoder
  std::vector<std::int64_t> decoder_convs;  ///< per stage but the last
  bool residual = false;                    ///< encoder of residual blocks, after a convolution at full resolution
  bool deep_supervision = true;             ///< logits at every stage of the decoder but its coarsest
  float dropout = 0;

  friend bool operator==(const UNet&, const UNet&) = default;
};

/// Errors: an unknown or missing key, lists of different lengths, values out of range.
UNet unet_from_json(const JsonView& json);
Json to_json(const UNet& net);
/// Errors: as unet_from_json().
void require_valid(const UNet& net);

/// The numbers of which the extents of an image must be multiples, per axis.
Shape divisor_of(const UNet& net);

/// Builds the network on image, [batch, in_channels, (z,) y, x]. Returns logits per supervised resolution,
/// [batch, classes, ...], the finest first, named "logits", "logits.1", ... The bottleneck is named "features", its
/// mean over space "embedding" ([batch, channel]); both can be tapped. No output is declared here.
std::vector<Value> unet(Builder& builder, const Value& image, const UNet& net);

/// The network alone: input "image" with a batch size that is not fixed and the given spatial extents, outputs the
/// finest "logits" and "embedding". seed: as for a Builder.
Graph unet_graph(const UNet& net, const Shape& spatial, std::optional<std::uint64_t> seed);

}  // namespace galen
