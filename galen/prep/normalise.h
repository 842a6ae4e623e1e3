#pragma once
// Intensities brought to a range that networks learn from, as nnU-Net does by modality.
#include <span>
#include <string_view>
#include <vector>

#include "galen/base/json.h"
#include "galen/prep/image.h"

namespace galen {

enum class NormalisationScheme {
  none,
  z_score,             ///< mean 0, standard deviation 1 over the image
  z_score_foreground,  ///< the same over the voxels that are not 0; the others stay 0
  ct,                  ///< clipped to the dataset's percentiles, then its mean and standard deviation
  rescale,             ///< least to greatest becomes 0 to 1
};

/// How one channel is normalised. low, high, mean and deviation are the dataset's and used by `ct` alone.
struct Normalisation {
  NormalisationScheme scheme = NormalisationScheme::z_score;
  double low = 0, high = 0;  ///< 0.5th and 99.5th percentile of the foreground
  double mean = 0, deviation = 1;
};

Json to_json(const Normalisation& normalisation);
/// Errors: unknown scheme or keys, low above high, a deviation that is not positive.
Normalisation normalisation_from_json(const JsonView& json);

/// By DICOM modality: CT has units of its own; photographs (XC, ES, OP, GM, SM) are rescaled; the others, and those
/// not stated, get a z-score.
NormalisationScheme choose_normalisation(std::string_view modality);

/// The `ct` scheme from foreground values sampled over a dataset; consumes them. Errors: no values.
Normalisation ct_normalisation(std::vector<float> foreground);

/// In place. A constant image becomes zeros.
void normalise(std::span<float> values, const Normalisation& normalisation);
/// Each channel by its own; one for all if there is only one. Errors (defect): their counts differ otherwise.
void normalise(Image& image, std::span<const Normalisation> normalisations);

}  // namespace galen
