#include "galen/train/description.h"

#include <algorithm>

namespace galen {
namespace {

std::vector<InputSpec> in_own_words(std::vector<InputSpec> inputs, const JsonView& own) {
  for (const auto& [role, ignored] : own.json().items()) {
    const auto input = std::ranges::find(inputs, role, &InputSpec::role);
    if (input == inputs.end()) throw Error(own.where(), "the task has no input '" + role + "'");
    const JsonView words = own.at(role);
    words.only({"description", "modality"});
    input->description = words.get<std::string>("description", input->description);
    input->modality = words.get<std::string>("modality", input->modality);
  }
  return inputs;
}

}  // namespace

void describe(Bundle& bundle, const TaskInfo& task, const Recipe& recipe, const Dataset& dataset) {
  const JsonView own(recipe.bundle, "recipe: bundle");
  own.only({"id", "version", "question", "status", "licence", "attribution", "applies_to", "inputs"});
  bundle.id = own.get<std::string>("id", recipe.task);
  bundle.version = own.get<std::string>("version", bundle.version);
  bundle.question = own.get<std::string>("question", "");
  bundle.status = own.get<std::string>("status", bundle.status);
  bundle.licence = own.get<std::string>("licence", dataset.licence);
  bundle.attribution = own.get<std::string>("attribution", dataset.citation);
  bundle.applies_to = own.get<std::string>("applies_to", "");
  bundle.inputs = own.has("inputs") ? in_own_words(task.inputs, own.at("inputs")) : task.inputs;
  bundle.task = task.name;
  bundle.task_version = task.version;
  bundle.classes = dataset.classes;
  bundle.prep = recipe.plan;
  bundle.recipe = to_json(recipe);
}

}  // namespace galen
