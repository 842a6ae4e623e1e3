#pragma once
// Goldens of a new bundle: generated inputs and the findings that it now gives for them.
#include <map>
#include <string>

#include "galen/pipeline/task.h"

namespace galen {

/// The files under goldens/<name>/ of a bundle, by relative path: the inputs, case.json (roles -> files), finding.json.
/// Volumes are NIfTI, signals and annotations WFDB. Errors: an input that its format cannot hold, a failed prediction.
std::map<std::string, Bytes> golden_files(const std::map<std::string, Case>& goldens, const Predictor& predictor);

}  // namespace galen
