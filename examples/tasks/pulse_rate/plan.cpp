#include "examples/tasks/pulse_rate/plan.h"

#include <fmt/format.h>

namespace galen::pulse {

Recipe plan_recipe(const PlanRequest& request) {
  PulsePlan plan;
  for (const DatasetRow* row : request.rows) {
    const double rate_hz = request.load(*row).signal("signal").rate_hz;
    if (row == request.rows.front()) plan.rate_hz = rate_hz;
    if (rate_hz != plan.rate_hz) {
      throw Error("case " + row->id, fmt::format("has {} samples a second", rate_hz),
                  fmt::format("others have {}", plan.rate_hz), "resample the signals to one rate");
    }
  }
  Recipe recipe;
  recipe.task = "pulse_rate";
  recipe.network = {{"features", plan.features}, {"kernel", plan.kernel}};
  recipe.plan = {{"rate_hz", plan.rate_hz},
                 {"window", plan.window},
                 {"threshold", plan.threshold},
                 {"apart_seconds", plan.apart_seconds},
                 {"batch", plan.batch}};
  recipe.schedule.method = "adamw";
  recipe.schedule.learning_rate = 1e-3;
  recipe.schedule.epochs = 20;
  recipe.bundle = {{"id", request.dataset.name},
                   {"question", "When are the beats of the pulse, and how many a minute?"},
                   {"licence", request.dataset.licence}};
  return recipe;
}

PulsePlan plan_from_recipe(const Recipe& recipe) {
  const JsonView json(recipe.plan, "recipe: plan"), network(recipe.network, "recipe: network");
  json.only({"rate_hz", "window", "threshold", "apart_seconds", "batch"});
  network.only({"features", "kernel"});
  PulsePlan plan;
  plan.rate_hz = json.get<double>("rate_hz");
  plan.window = json.get<std::int64_t>("window");
  plan.threshold = json.get<double>("threshold");
  plan.apart_seconds = json.get<double>("apart_seconds");
  plan.batch = json.get<int>("batch");
  plan.features = network.get<std::vector<std::int64_t>>("features");
  plan.kernel = network.get<std::int64_t>("kernel");
  const auto require = [](bool fits, const char* key, const char* wanted) {
    if (!fits) throw Error(fmt::format("recipe: {}", key), "is out of range", {}, wanted);
  };
  require(plan.rate_hz > 0 && plan.rate_hz <= 1e5, "rate_hz", "above 0");
  require(plan.window > 0 && plan.window % 4 == 0 && plan.window <= 1 << 20, "window", "a multiple of 4");
  require(plan.threshold > 0 && plan.threshold < 1, "threshold", "between 0 and 1");
  require(plan.apart_seconds > 0 && plan.apart_seconds <= 2, "apart_seconds", "above 0, 2 at most");
  require(plan.batch > 0, "batch", "1 or more");
  require(plan.kernel > 0 && plan.kernel % 2 == 1, "kernel", "odd");
  return plan;
}

}  // namespace galen::pulse
