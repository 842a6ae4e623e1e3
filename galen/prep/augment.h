#pragma once
// Random augmentation of training patches. Defaults are nnU-Net's (batchgeneratorsv2, default trainer); images are
// expected to be normalised. All random numbers come from the caller's stream: equal streams give equal patches.
#include <array>

#include "galen/base/json.h"
#include "galen/base/random.h"
#include "galen/prep/crop.h"

namespace galen {

/// Applied with this probability, at a strength drawn uniformly from [low, high]. A factor whose range contains 1 is
/// drawn below and above 1 equally often.
struct Draw {
  double probability = 0;
  double low = 0, high = 0;
};

struct Augmentation {
  // Spatial: all in one interpolation, which reads the whole image around the patch.
  Draw rotation{0.2, -30, 30};  ///< degrees, about each axis of rotation_axes, in millimetre space
  std::array<bool, 3> rotation_axes{true, true, true};  ///< about x, y, z; patches of one slice turn about z only
  Draw scaling{0.2, 0.7, 1.4};                          ///< magnification
  Draw elastic{0, 1, 4};                                ///< standard deviation of the displacement, in voxels
  double elastic_spacing = 16;                          ///< voxels between the B-spline knots of the displacement
  std::array<bool, 3> mirror{true, true, true};         ///< along x, y, z, each with probability 1/2
  bool cubic = true;                                    ///< interpolates images by Catmull-Rom splines; else linearly

  // Intensity: applied in this order; each channel draws its own strength.
  Draw noise{0.1, 0, 0.1};             ///< standard deviation of Gaussian noise
  Draw blur{0.2, 0.5, 1};              ///< standard deviation in voxels; each channel with probability 1/2
  Draw brightness{0.15, 0.75, 1.25};   ///< factor
  Draw shift{0, -0.1, 0.1};            ///< offset added to the values
  Draw contrast{0.15, 0.75, 1.25};     ///< factor about the mean; the result is clipped to the previous range
  Draw low_resolution{0.25, 0.5, 1};   ///< resolution of a coarser grid, and back; each channel with probability 1/2
  Draw bias_field{0, 0.1, 0.4};        ///< standard deviation of the logarithm of a smooth factor (MR coils)
  Draw inverted_gamma{0.1, 0.7, 1.5};  ///< gamma of the negative image; keeps mean and standard deviation
  Draw gamma{0.3, 0.7, 1.5};           ///< exponent on [minimum, maximum]; keeps mean and standard deviation
};

/// Every probability 0 and no mirroring: patches are left unchanged.
Augmentation no_augmentation();

Json to_json(const Augmentation& augmentation);
/// Keys that are left out keep their defaults. Errors: unknown keys, probabilities outside [0, 1], low above high,
/// meaningless strengths (a factor or gamma of 0 or less, a negative deviation, a resolution above 1).
Augmentation augmentation_from_json(const JsonView& json);

struct Sample {
  Image image;
  Labels labels;
};

/// An augmented patch of an image and its labels, which share a grid. Labels follow the same deformation and take the
/// class of greatest linear weight; outside the image, values are zero and labels background. Patches up to 2^18 voxels
/// stay on the calling thread.
Sample augmented(const Image& image, const Labels& labels, const Box& patch, const Augmentation& augmentation,
                 Random& random);
Image augmented(const Image& image, const Box& patch, const Augmentation& augmentation, Random& random);

}  // namespace galen
