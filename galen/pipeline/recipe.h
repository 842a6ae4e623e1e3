#pragma once
// A recipe: together with a dataset and a seed it determines a bundle. Plain data, readable and editable.
#include <cstdint>
#include <string>

#include "galen/base/json.h"
#include "galen/bundle/bundle.h"

namespace galen {

/// How the training loop runs; the same for every task.
struct Schedule {
  int epochs = 100;
  int batches_per_epoch = 50;
  int accumulate = 1;          ///< batches per update
  std::string method = "sgd";  ///< "sgd" (Nesterov) or "adamw"
  double learning_rate = 1e-2;
  double weight_decay = 3e-5;
  double momentum = 0.99;
  std::string decay = "polynomial";  ///< "polynomial" (exponent 0.9), "cosine" or "constant"
  int warmup_updates = 0;            ///< linear warm-up
  double clip_norm = 12;
  double ema_decay = 0;       ///< 0: none
  int validate_every = 5;     ///< epochs
  int patience = 0;           ///< validations without improvement before early stopping; 0: no early stopping
  std::string keep = "best";  ///< which weights go into the bundle: "best" on validate, or "last"
};

struct Recipe {
  std::string task;
  std::uint64_t seed = 1;
  Json network = Json::object(), plan = Json::object(), augmentation = Json::object();  ///< specific to the task
  Json bundle = Json::object();  ///< the bundle's description: id, question, licence, applies_to, ...
  Schedule schedule;
};

Json to_json(const Recipe& recipe);
/// Errors: unknown keys, wrong types, values out of range.
Recipe recipe_from_json(const JsonView& json);
/// The recipe that the bundle was made from. Errors: as recipe_from_json().
Recipe recipe_of(const Bundle& bundle);
/// "schedule.epochs=20", "plan.patch.0=32": sets one existing value to another of the same type. A string needs no
/// quotes. Errors (usage): no such key, not JSON, another type.
void set_value(Json& recipe, std::string_view assignment);

}  // namespace galen
