#pragma once
// The sections of a bundle on its training: facts about the networks, their scores, and how these were obtained.
#include <functional>
#include <string>
#include <vector>

#include "galen/pipeline/evaluate.h"
#include "galen/train/group.h"
#include "galen/train/train_bundle.h"

namespace galen {

/// The records of all groups, pooled. file: which of a group's files to read.
Examination pooled(const std::vector<Group>& groups, const std::function<fs::path(const Group&)>& file);

/// Bundle::training. identity: the hash that identifies this training.
Json training_section(const TrainRequest& request, const TrainOptions& options, const std::vector<Group>& done,
                      const std::string& identity);

/// Bundle::results: the protocol, and scores if cases were judged.
Json results_section(const TrainRequest& request, const TrainOptions& options, const Bundle& bundle,
                     const std::vector<Group>& done);

/// Bundle::precisions, for those in which all groups were examined: some may have run on a processor without them.
Json precisions_section(const TrainRequest& request, const Bundle& bundle, const std::vector<Group>& done);

/// Records in Bundle::training and results that the bundle holds these networks, none of which was judged.
void say_refitted(Bundle& bundle, const Group& refitted);

}  // namespace galen
