#include "galen/pipeline/predict.h"

namespace galen {

const char* const galen_version = GALEN_VERSION;

}  // namespace galen
