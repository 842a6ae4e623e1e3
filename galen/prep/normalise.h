#pragma once
// Normalisation of intensities to a range suited to networks, chosen by modality as in nnU-Net.
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
  ct,                  ///< clipped to the dataset's percentiles, then z-scored with its mean and standard deviation
  rescale,             ///< minimum to maximum becomes 0 to 1
};

/// How one channel is normalised. low, high, mean and deviation are those of the dataset, used by `ct` alone.
struct Normalisation {
  NormalisationScheme scheme = NormalisationScheme::z_score;
  double low = 0, high = 0;  ///< 0.5th and 99.5th percentile of the foreground
  double mean = 0, deviation = 1;
};

Json to_json(const Normalisation& normalisation);
/// Errors: unknown scheme or keys, low above high, a deviation that is not positive.
Normalisation normalisation_from_json(const JsonView& json);

/// By DICOM modality: CT, which has units of its own, gets `ct`; photographs (XC, ES, OP, GM, SM) are rescaled; all
/// others, and an unstated modality, get a z-score.
NormalisationScheme choose_normalisation(std::string_view modality);

/// The `ct` scheme from foreground values sampled over a dataset; consumes them. Errors: no values.
Normalisation ct_normalisation(std::vector<float> foreground);

/// In place. A constant image becomes zeros.
void normalise(std::span<float> values, const Normalisation& normalisation);
/// Normalises each channel by its own entry, or all channels by a single one. Errors (defect): any other number of
/// entries.
void normalise(Image& image, std::span<const Normalisation> normalisations);

}  // namespace galen
