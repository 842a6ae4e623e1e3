#include <fmt/format.h>

#include <cmath>

#include "examples/tasks/pulse_rate/task.h"

namespace galen::pulse {

Recipe PulseRate::plan(const PlanRequest& request) const {
  PulsePlan plan;
  for (const DatasetRow* row : request.rows) {
    const double rate_hz = request.load(*row).signal("signal").rate_hz;
    if (row == request.rows.front()) plan.rate_hz = rate_hz;
    with_context("case " + row->id, [&] { require_fit(plan, rate_hz, 1); });
  }
  plan.window = 4 * std::llround(1.28 * plan.rate_hz);      // 5 s: several beats even of the slowest heart
  plan.kernel = 2 * std::llround(0.14 * plan.rate_hz) + 1;  // 0.3 s: the length of a pulse
  Recipe recipe;
  recipe.task = info().name;
  recipe.network = {{"features", plan.features}, {"kernel", plan.kernel}};
  recipe.plan = {{"rate_hz", plan.rate_hz}, {"window", plan.window}};
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
  json.only({"rate_hz", "window"});
  network.only({"features", "kernel"});
  const PulsePlan plan{json.get<double>("rate_hz"), json.get<std::int64_t>("window"),
                       network.get<std::vector<std::int64_t>>("features"), network.get<std::int64_t>("kernel")};
  const auto require = [](bool fits, const char* key, const char* wanted) {
    if (!fits) throw Error(fmt::format("recipe: {}", key), "is out of range", {}, wanted);
  };
  require(plan.rate_hz > 0 && plan.rate_hz <= 1e5, "rate_hz", "above 0");
  require(plan.window > 0 && plan.window % 4 == 0 && plan.window <= 1 << 20, "window", "a multiple of 4");
  require(plan.kernel > 0 && plan.kernel % 2 == 1, "kernel", "odd");
  return plan;
}

void require_fit(const PulsePlan& plan, double rate_hz, std::size_t channels) {
  if (channels != 1) throw Error("signal", fmt::format("has {} channels", channels), {}, "give the pulse wave alone");
  if (std::abs(rate_hz - plan.rate_hz) > 1e-6 * plan.rate_hz) {
    throw Error("signal", fmt::format("has {} samples a second", rate_hz),
                fmt::format("those trained on have {}", plan.rate_hz), "resample it");
  }
}

}  // namespace galen::pulse
