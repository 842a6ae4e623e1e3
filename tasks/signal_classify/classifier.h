#pragma once
// The compiled networks of a bundle, and what they say of a strip.
#include <memory>
#include <vector>

#include "galen/engine/engine.h"
#include "tasks/signal_classify/strip.h"

namespace galen::classify {

/// What the advantage of a class loses without a part, in logits.
struct PartShares {
  double waves = 0, features = 0;
};

class Classifier {
 public:
  /// Errors: a network without the output "logits", and later one whose output is not of so many classes.
  Classifier(const StripPlan& plan, std::size_t classes, const std::vector<Graph>& members, Engine& engine,
             const CompileOptions& options);

  /// Mean of the logits over windows and networks: [class]. Errors: values that are not finite.
  std::vector<double> logits(const Strip& strip) const;
  /// What the logit of `kind`, over the mean of all logits, loses when a stretch of the strip is taken away (all
  /// channels), for each stretch of stretch_s in turn. The features of signal processing stay as they were.
  std::vector<double> occlusion(const Strip& strip, std::size_t kind, double stretch_s) const;
  /// The same for all waves at once, and for all features of signal processing.
  PartShares part_shares(const Strip& strip, std::size_t kind) const;
  Precision precision() const { return members_.front()->precision(); }

 private:
  /// The sum over the networks, of the window that begins there.
  std::vector<double> window_logits(const Strip& strip, std::int64_t begin) const;

  StripPlan plan_;
  std::size_t classes_;
  std::vector<std::shared_ptr<const Executable>> members_;
};

}  // namespace galen::classify
