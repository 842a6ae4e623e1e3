#pragma once
// Random variations of training patches. Defaults are nnU-Net's (batchgeneratorsv2, default trainer); images are
// expected normalised. Everything is drawn from the stream that the caller gives: equal streams, equal patches.
#include <array>

#include "galen/base/json.h"
#include "galen/base/random.h"
#include "galen/prep/crop.h"

namespace galen {

/// Done with a probability, with a strength drawn uniformly from [low, high]; a factor whose range holds 1 is drawn
/// below and above 1 equally often.
struct Draw {
  double probability = 0;
  double low = 0, high = 0;
};

struct Augmentation {
  // Of the patch's shape: all in one interpolation, read from the whole image around the patch.
  Draw rotation{0.2, -30, 30};  ///< degrees, about each axis of rotation_axes, in millimetre space
  std::array<bool, 3> rotation_axes{true, true, true};  ///< about x, y, z; images of one slice turn about z only
  Draw scaling{0.2, 0.7, 1.4};                          ///< factor by which things look larger
  Draw elastic{0, 1, 4};                                ///< standard deviation of the displacement, in voxels
  double elastic_spacing = 16;                          ///< voxels between the knots of the displacement's B-splines
  std::array<bool, 3> mirror{true, true, true};         ///< along x, y, z, each with probability 1/2
  bool cubic = true;                                    ///< images by Catmull-Rom splines; else linear

  // Of the intensities, in this order; each channel draws its own strength.
  Draw noise{0.1, 0, 0.1};             ///< standard deviation of Gaussian noise
  Draw blur{0.2, 0.5, 1};              ///< standard deviation of a Gaussian, in voxels; half of the channels
  Draw brightness{0.15, 0.75, 1.25};   ///< factor
  Draw shift{0, -0.1, 0.1};            ///< summand
  Draw contrast{0.15, 0.75, 1.25};     ///< factor about the mean, clipped to the range there was
  Draw low_resolution{0.25, 0.5, 1};   ///< factor of a coarser grid and back; half of the channels
  Draw bias_field{0, 0.1, 0.4};        ///< standard deviation of the logarithm of a smooth factor (MR coils)
  Draw inverted_gamma{0.1, 0.7, 1.5};  ///< gamma of the negative; keeps mean and standard deviation
  Draw gamma{0.3, 0.7, 1.5};           ///< exponent on [least, greatest]; keeps mean and standard deviation
};

/// Every probability 0, no mirroring: the patch as it is.
Augmentation no_augmentation();

Json to_json(const Augmentation& augmentation);
/// Keys that are left out keep their defaults. Errors: unknown keys, probabilities outside [0, 1], low above high,
/// strengths without a meaning (a factor or gamma of 0 or less, a negative deviation, a resolution above 1).
Augmentation augmentation_from_json(const JsonView& json);

struct Sample {
  Image image;
  Labels labels;
};

/// The patch of an image and its labels (on one grid), varied. Labels follow the same deformation, with the class of
/// greatest linear weight; what lies outside the image is zero and background. Patches up to 2^18 voxels stay on the
/// calling thread.
Sample augmented(const Image& image, const Labels& labels, const Box& patch, const Augmentation& augmentation,
                 Random& random);
Image augmented(const Image& image, const Box& patch, const Augmentation& augmentation, Random& random);

}  // namespace galen
