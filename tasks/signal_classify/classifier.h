#pragma once
// The compiled networks of a bundle, and their answers for a strip.
#include <memory>
#include <vector>

#include "galen/engine/engine.h"
#include "tasks/signal_classify/strip.h"

namespace galen::classify {

/// How much of a class's advantage is lost without a part of the input, in logits.
struct PartShares {
  double waves = 0, features = 0;
};

class Classifier {
 public:
  /// Errors: a network without the output "logits"; when it runs, an output with another number of classes.
  Classifier(const StripPlan& plan, std::size_t classes, const std::vector<Graph>& members, Engine& engine,
             const CompileOptions& options);

  /// Mean of the logits over windows and networks: [class]. Errors: values that are not finite.
  std::vector<double> logits(const Strip& strip) const;
  /// How much the logit of `kind`, relative to the mean of all logits, drops when a stretch of the strip is set to 0 in
  /// all channels, for each stretch of stretch_s in turn. The features from signal processing are unchanged.
  std::vector<double> occlusion(const Strip& strip, std::size_t kind, double stretch_s) const;
  /// The same for all waves at once, and for all features from signal processing.
  PartShares part_shares(const Strip& strip, std::size_t kind) const;
  Precision precision() const { return members_.front()->precision(); }

 private:
  /// The sum over the networks, for the window starting at begin.
  std::vector<double> window_logits(const Strip& strip, std::int64_t begin) const;

  StripPlan plan_;
  std::size_t classes_;
  std::vector<std::shared_ptr<const Executable>> members_;
};

}  // namespace galen::classify
