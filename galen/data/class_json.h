#pragma once
// Classes as datasets, bundles and findings write them: [{"value": 1, "name": "anterior", "code": {...}}, ...].
#include <vector>

#include "galen/base/json.h"
#include "galen/data/dataset.h"

namespace galen {

Json classes_to_json(const std::vector<ClassLabel>& classes);
/// Errors: unknown keys, a value or a name twice, an empty name, a negative value.
std::vector<ClassLabel> classes_from_json(const JsonView& json);

}  // namespace galen
