#pragma once
#include <memory>

#include "galen/pipeline/task.h"

namespace galen::segment {

/// Settings: roi (six voxel numbers), laterality (left, right), mirror (true: average over mirrored passes),
/// probability_map (true: adds the map of the structure's probability).
std::unique_ptr<Predictor> make_predictor(const PredictorRequest& request);

}  // namespace galen::segment
