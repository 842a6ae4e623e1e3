#include "galen/pipeline/recipe.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <optional>

#include "galen/base/text.h"

namespace galen {
namespace {

// The numeric fields of a schedule with their ranges, listed once so that reading and writing agree.
template <class Schedule, class Visit>
void visit_integers(Schedule& schedule, Visit&& visit) {
  constexpr int many = 1'000'000'000;
  visit("epochs", schedule.epochs, 1, 1'000'000);
  visit("batches_per_epoch", schedule.batches_per_epoch, 1, 1'000'000);
  visit("accumulate", schedule.accumulate, 1, 100'000);
  visit("warmup_updates", schedule.warmup_updates, 0, many);
  visit("validate_every", schedule.validate_every, 1, many);
  visit("patience", schedule.patience, 0, many);
}
template <class Schedule, class Visit>
void visit_reals(Schedule& schedule, Visit&& visit) {
  visit("learning_rate", schedule.learning_rate, 0.0, 1e3);
  visit("weight_decay", schedule.weight_decay, 0.0, 1e3);
  visit("momentum", schedule.momentum, 0.0, 0.999999);
  visit("clip_norm", schedule.clip_norm, 0.0, 1e12);
  visit("ema_decay", schedule.ema_decay, 0.0, 0.9999999);
}

std::string read_word(const JsonView& json, std::string_view key, const std::string& otherwise,
                      std::initializer_list<std::string_view> known) {
  const std::string word = json.get<std::string>(key, otherwise);
  std::string list;
  for (const std::string_view one : known) {
    if (one == word) return word;
    list += fmt::format("{}'{}'", list.empty() ? "" : ", ", one);
  }
  throw Error(json.at(key).where(), fmt::format("'{}' is not known", word), {}, "it may be " + list);
}

template <class T>
void require_range(const JsonView& value, T number, T low, T high) {
  if (number >= low && number <= high) return;  // false for NaN too
  throw Error(value.where(), fmt::format("{} is out of range", number), fmt::format("{} to {}", low, high));
}

Json to_json(const Schedule& schedule) {
  Json out = Json::object();
  visit_integers(schedule, [&](const char* key, int value, int, int) { out[key] = value; });
  visit_reals(schedule, [&](const char* key, double value, double, double) { out[key] = value; });
  out["method"] = schedule.method;
  out["decay"] = schedule.decay;
  out["keep"] = schedule.keep;
  return out;
}

Schedule schedule_from_json(const JsonView& json) {
  json.only({"epochs", "batches_per_epoch", "accumulate", "method", "learning_rate", "weight_decay", "momentum",
             "decay", "warmup_updates", "clip_norm", "ema_decay", "validate_every", "patience", "keep"});
  Schedule out;
  visit_integers(out, [&](const char* key, int& value, int low, int high) {
    if (!json.has(key)) return;
    const JsonView field = json.at(key);
    if (!field.json().is_number_integer()) throw Error(field.where(), "is not a whole number", field.json().dump());
    const auto number = field.as<double>();  // a double holds every allowed integer and does not overflow
    require_range(field, number, static_cast<double>(low), static_cast<double>(high));
    value = static_cast<int>(number);
  });
  visit_reals(out, [&](const char* key, double& value, double low, double high) {
    if (!json.has(key)) return;
    const JsonView field = json.at(key);
    if (!field.json().is_number()) throw Error(field.where(), "is not a number", field.json().dump());
    value = field.as<double>();
    require_range(field, value, low, high);
  });
  out.method = read_word(json, "method", out.method, {"sgd", "adamw"});
  out.decay = read_word(json, "decay", out.decay, {"polynomial", "cosine", "constant"});
  out.keep = read_word(json, "keep", out.keep, {"best", "last"});
  return out;
}

Json object_of(const JsonView& json, std::string_view key) {
  if (!json.has(key)) return Json::object();
  const JsonView part = json.at(key);
  if (!part.json().is_object()) throw Error(part.where(), "is not an object");
  return part.json();
}

// The value at a dotted path, or nullptr; numbers index arrays.
Json* find_value(Json& root, std::string_view path) {
  Json* at = &root;
  while (true) {
    const std::size_t dot = path.find('.');
    const std::string_view key = path.substr(0, dot);
    if (at->is_object()) {
      const auto found = at->find(key);
      if (found == at->end()) return nullptr;
      at = &*found;
    } else if (at->is_array()) {
      const std::optional<std::size_t> index = number_in<std::size_t>(key);
      if (!index || *index >= at->size()) return nullptr;
      at = &(*at)[*index];
    } else {
      return nullptr;
    }
    if (dot == std::string_view::npos) return at;
    path.remove_prefix(dot + 1);
  }
}

bool same_kind(const Json& a, const Json& b) {
  return a.is_null() || a.type() == b.type() || (a.is_number() && b.is_number());
}

}  // namespace

Json to_json(const Recipe& recipe) {
  Json out = Json::object();
  out["task"] = recipe.task;
  out["seed"] = recipe.seed;
  out["schedule"] = to_json(recipe.schedule);
  out["network"] = recipe.network;
  out["plan"] = recipe.plan;
  out["augmentation"] = recipe.augmentation;
  out["bundle"] = recipe.bundle;
  return out;
}

Recipe recipe_from_json(const JsonView& json) {
  json.only({"task", "seed", "schedule", "network", "plan", "augmentation", "bundle"});
  Recipe out;
  out.task = json.get<std::string>("task");
  if (out.task.empty()) throw Error(json.at("task").where(), "is empty", {}, "name a task: see galen tasks");
  if (json.has("seed")) {
    const JsonView seed = json.at("seed");
    if (!seed.json().is_number_unsigned()) {
      throw Error(seed.where(), "is not a whole number from 0 on", seed.json().dump());
    }
    out.seed = seed.as<std::uint64_t>();
  }
  if (json.has("schedule")) out.schedule = schedule_from_json(json.at("schedule"));
  out.network = object_of(json, "network");
  out.plan = object_of(json, "plan");
  out.augmentation = object_of(json, "augmentation");
  out.bundle = object_of(json, "bundle");
  return out;
}

Recipe recipe_of(const Bundle& bundle) {
  return recipe_from_json({bundle.recipe, "recipe.json"});
}

void set_value(Json& recipe, std::string_view assignment) {
  const std::string where = fmt::format("--set {}", assignment);
  const std::size_t equals = assignment.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    throw usage_error(where, "is not an assignment", "write it as schedule.epochs=20");
  }
  const std::string_view path = assignment.substr(0, equals), text = assignment.substr(equals + 1);
  Json* const value = find_value(recipe, path);
  if (value == nullptr) {
    throw usage_error(where, fmt::format("the recipe has no '{}'", path), "see the names in its recipe.json");
  }
  Json parsed = Json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
  if (parsed.is_discarded() && value->is_string()) parsed = std::string(text);  // an unquoted string
  if (parsed.is_discarded()) throw usage_error(where, "the value is not JSON", "quote texts: key='\"text\"'");
  if (!same_kind(*value, parsed)) {
    throw usage_error(where, fmt::format("a {} cannot take the place of a {}", parsed.type_name(), value->type_name()),
                      fmt::format("it was {}", value->dump()));
  }
  *value = std::move(parsed);
}

}  // namespace galen
