#include "galen/train/bundle_sections.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "galen/base/threads.h"
#include "galen/pipeline/precision_effect.h"
#include "galen/pipeline/record_file.h"
#include "galen/train/protocol.h"

namespace galen {
namespace {

/// Adds a network's facts and training hours.
void add_member(Json& training, const Member& member) {
  training["members"].push_back(facts_of(member).training);
  training["hours"] = training.value("hours", 0.0) + training["members"].back().value("hours", 0.0);
}

std::string protocol(const TrainRequest& request, const TrainOptions& options, const std::vector<Group>& done,
                     const Judged& judged) {
  const std::string began =  // it is unknown which patients the start weights were trained on
      options.start_name.empty()
          ? ""
          : fmt::format("; training began with the weights of {}, which may have seen these {}", options.start_name,
                        request.dataset.patients_known ? "patients" : "cases");
  if (options.folds == 0) return protocol_of_splits(request.dataset, request.recipe.schedule, judged) + began;
  std::vector<int> folds;
  folds.reserve(done.size());
  for (const Group& group : done) folds.push_back(group.fold);
  return protocol_of_folds(request.dataset, request.recipe.schedule, options, folds, judged) + began;
}

}  // namespace

Examination pooled(const std::vector<Group>& groups, const std::function<fs::path(const Group&)>& file) {
  Examination out;
  for (const Group& group : groups) {
    Examination part = read_records(file(group));
    std::move(part.records.begin(), part.records.end(), std::back_inserter(out.records));
    std::move(part.failed.begin(), part.failed.end(), std::back_inserter(out.failed));
  }
  return out;
}

Json training_section(const TrainRequest& request, const TrainOptions& options, const std::vector<Group>& done,
                      const std::string& identity) {
  const Dataset& dataset = request.dataset;
  Json out = {{"dataset", dataset.name}, {"source", dataset.source}, {"dataset_fingerprint", dataset.fingerprint}};
  out["members"] = Json::array();
  out["hours"] = 0.0;
  for (const Group& group : done) {
    for (const Member& member : group.members) add_member(out, member);
  }
  out["machine"] = processor();
  out["threads"] = thread_count();
  out["gradients"] =
      fmt::format("{}, {}", request.gradients.description(), options.trainable.device == "cpu" ? "CPU" : "CUDA");
  if (!options.start_name.empty()) out["start"] = options.start_name;
  out["galen_version"] = galen_version;
  out["identity"] = identity;
  return out;
}

Json results_section(const TrainRequest& request, const TrainOptions& options, const Bundle& bundle,
                     const std::vector<Group>& done) {
  Examination judged;
  if (options.folds > 0 || fs::exists(done.front().report_file())) judged = pooled(done, &Group::scored_file);
  std::set<std::string> patients;
  for (const Record& record : judged.records) patients.insert(record.patient);
  Json out = Json::object();
  out["protocol"] = protocol(request, options, done, {judged.records.size(), patients.size(), judged.failed.size()});
  if (judged.records.empty() && judged.failed.empty()) return out;
  if (!judged.records.empty()) out["metrics"] = to_json(request.task.score(bundle, judged.records));
  out["cases"] = judged.records.size();
  out["patients"] = patients.size();
  out["failed"] = judged.failed.size();
  return out;
}

Json precisions_section(const TrainRequest& request, const Bundle& bundle, const std::vector<Group>& done) {
  Json out = Json::object();
  const std::vector<Record> f32 = pooled(done, &Group::scored_file).records;
  if (f32.empty()) return out;
  for (const Precision lower : lower_precisions(request.engine)) {
    const auto file = [&](const Group& group) { return group.lower_file(lower); };
    if (!std::ranges::all_of(done, [&](const Group& group) { return fs::exists(file(group)); })) continue;
    const PrecisionEffect effect = precision_effect(request.task, bundle, f32, pooled(done, file).records);
    out[name_of(lower)] = to_json(effect, lower, processor());
    request.progress.say(
        fmt::format("{} {} within its limit", name_of(lower), effect.within_limit() ? "is" : "is not"));
  }
  return out;
}

void say_refitted(Bundle& bundle, const Group& refitted) {
  for (const Member& member : refitted.members) add_member(bundle.training, member);
  bundle.results["protocol"] = protocol_of_refitted(bundle.results.at("protocol").get<std::string>());
}

}  // namespace galen
