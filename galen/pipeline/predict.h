#pragma once
// A bundle put to work: its predictor, with the bundles that it uses, and findings with their provenance.
#include <memory>
#include <string>

#include "galen/pipeline/task.h"

namespace galen {

/// A bundle ready to answer.
struct Service {
  std::shared_ptr<const Bundle> bundle;
  const Task* task = nullptr;
  std::shared_ptr<const Predictor> predictor;
  PredictOptions options;  ///< with the precision that was decided
  std::string engine;      ///< Engine::description()

  /// The finding of a case, with provenance. Errors: the input is refused.
  Finding answer(const Case& input, Progress& progress) const;
};

/// Opens the predictors of the bundle and of those that it uses. Where the precision is automatic, each of them takes
/// what its own record allows (precision_effect.h). Errors: unknown task, a newer task version, a used bundle that is
/// missing or another than the one named by its hash, bundles that use each other in a circle, a record of precisions
/// that cannot be read.
Service open_service(const Registry& registry, const std::shared_ptr<const Bundle>& bundle, Engine& engine,
                     const PredictOptions& options);

/// Runs the bundle's goldens and compares statements and warnings with those that must come out, all but their
/// sentences. Errors: one differs (name and place). Returns how many there were.
int verify_goldens(const Service& service);

/// The project's, as CMakeLists.txt says it: "1.2.3".
extern const char* const galen_version;

}  // namespace galen
