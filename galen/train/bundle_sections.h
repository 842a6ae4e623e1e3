#pragma once
// What a bundle says of the networks that were trained for it: their facts, their scores, and how these came about.
#include <functional>
#include <string>
#include <vector>

#include "galen/pipeline/evaluate.h"
#include "galen/train/group.h"
#include "galen/train/train_bundle.h"

namespace galen {

/// The records of all groups. file: which of a group's.
Examination pooled(const std::vector<Group>& groups, const std::function<fs::path(const Group&)>& file);

/// Bundle::training. identity: what makes this training this one.
Json training_section(const TrainRequest& request, const TrainOptions& options, const std::vector<Group>& done,
                      const std::string& identity);

/// Bundle::results: the protocol, and scores where cases were judged.
Json results_section(const TrainRequest& request, const TrainOptions& options, const Bundle& bundle,
                     const std::vector<Group>& done);

/// Bundle::precisions, of those in which all groups were examined: some may have been on another processor.
Json precisions_section(const TrainRequest& request, const Bundle& bundle, const std::vector<Group>& done);

/// Adds to both sections that the bundle holds these networks, and none of those that were judged.
void say_refitted(Bundle& bundle, const Group& refitted);

}  // namespace galen
