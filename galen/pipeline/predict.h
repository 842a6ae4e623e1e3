#pragma once
// Prediction with a bundle: its predictor, those of the bundles that it uses, and findings with provenance.
#include <memory>
#include <string>

#include "galen/pipeline/task.h"

namespace galen {

/// A bundle ready to answer.
struct Service {
  std::shared_ptr<const Bundle> bundle;
  const Task* task = nullptr;
  std::shared_ptr<const Predictor> predictor;
  PredictOptions options;  ///< with the precision that was chosen
  std::string engine;      ///< Engine::description()

  /// The finding of a case, with provenance. Errors: the input is refused.
  Finding answer(const Case& input, Progress& progress) const;
};

/// Opens the predictors of the bundle and of those that it uses. If the precision is automatic, it is chosen for each
/// bundle from its own record (precision_effect.h). Errors: unknown task, a newer task version, a used bundle that is
/// missing or has another hash, bundles that use each other in a circle, a malformed record of precisions; (usage) a
/// memory limit for a task that does not obey one.
Service open_service(const Registry& registry, const std::shared_ptr<const Bundle>& bundle, Engine& engine,
                     const PredictOptions& options);

/// Runs the bundle's goldens and compares statements and warnings, except their texts, with the expected ones. Returns
/// the number of goldens. Errors: one differs (name and place).
int verify_goldens(const Service& service);

/// The project's version, from CMakeLists.txt: "1.2.3".
extern const char* const galen_version;

}  // namespace galen
