#include "galen/train/member.h"

#include <fmt/format.h>

#include <cmath>

#include "galen/base/text.h"
#include "galen/base/threads.h"
#include "galen/train/schedule.h"

namespace galen {
namespace {

// The name for patients outside a network's training: "held_out" if they were not used to choose anything.
const char* name_of_unseen(const Schedule& schedule) {
  return chooses_on_validate(schedule) ? "validate" : "held_out";
}

std::string words_of(const Sides& sides, const Schedule& schedule) {
  const auto words = [](const Rows& rows) {
    return fmt::format("{} of {}", counted(rows.size(), "case"), counted(count_patients(rows), "patient"));
  };
  std::string out = "trains on " + words(sides.train);
  if (sides.validate.empty()) return out;
  return out + (chooses_on_validate(schedule) ? ", validates on " : ", holds out ") + words(sides.validate);
}

Json describe(const Member& member, const TrainResult& result, const Sides& sides, const std::string& unseen) {
  Json json = {{"name", member.name}, {"seed", member.seed}};
  json["patients"] = {{"train", count_patients(sides.train)}};
  json["epochs"] = result.epochs;
  json["kept_epoch"] = result.kept_epoch;
  json["updates"] = result.updates;
  json["hours"] = std::round(result.seconds / 3.6) / 1000;
  if (!sides.validate.empty()) {  // a refit has no patients to validate on
    json["patients"][unseen] = count_patients(sides.validate);
    json[unseen] = {{"criterion", result.validation.criterion}};
    for (const auto& [name, value] : result.validation.values) json[unseen][name] = value;
  }
  if (result.skipped > 0) json["batches_skipped"] = result.skipped;
  if (result.stopped_early) json["stopped_early"] = true;
  if (!result.pace.empty()) {
    json["pace"] = Json::array();
    for (const PaceChange& change : result.pace) {
      json["pace"].push_back({{"at_update", change.at_update}, {"new_end", change.new_end}});
    }
  }
  if (result.computed_by.size() > 1) json["computed_by"] = result.computed_by;
  return json;
}

}  // namespace

void train_member(const Member& member, const MemberRequest& request) {
  if (member.done()) return;
  request.progress.say(fmt::format("{}: {}", member.name, words_of(request.sides, request.recipe.schedule)));
  Recipe recipe = request.recipe;
  recipe.seed = member.seed;
  const std::unique_ptr<Training> training =
      request.task.training({recipe, request.dataset, request.sides.train, request.sides.validate, request.load,
                             request.start_bundle, request.progress});
  const TrainResult result = train_network(
      {*training, recipe.schedule, recipe.seed, request.gradients, request.engine, request.progress}, request.loop);
  const double criterion = result.validation.criterion;
  request.progress.say(fmt::format("{}: {} in {:.2f} h; kept that of epoch {}{}", member.name,
                                   counted(result.epochs, "epoch"), result.seconds / 3600, result.kept_epoch,
                                   std::isnan(criterion) ? "" : fmt::format(", criterion {:.4f}", criterion)));
  write_file(member.network_file(), write_onnx(result.network));
  const Json reference = training->describe(result.network, request.engine);
  request.engine.forget();  // the bundle's weights differ: they are stored in 16 bits
  Json training_facts = describe(member, result, request.sides, name_of_unseen(recipe.schedule));
  training_facts["precision"] = request.loop.trainable.bf16 ? "bf16" : "f32";
  write_json(member.facts_file(), {{"training", training_facts}, {"reference", reference}});
}

MemberFacts facts_of(const Member& member) {
  const Json json = read_json(member.facts_file());
  const JsonView view(json, member.facts_file().string());
  return {view.at("training").json(), view.at("reference").json()};
}

}  // namespace galen
