#include "tasks/signal_classify/plan.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace galen::classify {
namespace {

void require(bool fits, const char* key, const char* wanted) {
  if (!fits) throw Error(fmt::format("recipe: {}", key), "is out of range", {}, wanted);
}

auto between(std::int64_t low, std::int64_t high) {
  return [low, high](std::int64_t n) { return n >= low && n <= high; };
}

// The encoder's keys in the section "network"; the others are the task's own.
constexpr std::array<std::string_view, 6> encoder_keys = {"features",    "blocks",  "kernel",
                                                          "stem_stride", "squeeze", "heads"};

// Each channel is two inputs: its samples, and whether they are present.
ResNet1d encoder_of(const JsonView& network, std::size_t channels) {
  Json json = {{"in_channels", 2 * channels}, {"classes", 1}};
  for (const std::string_view key : encoder_keys) json[key] = network.at(key).json();
  return resnet1d_from_json({json, network.where()});
}

void check_plan(const StripPlan& plan) {
  const auto all_positive = [](const std::map<std::string, double>& values) {
    return std::ranges::all_of(values, [](const auto& one) { return one.second > 0 && std::isfinite(one.second); });
  };
  require(!plan.channels.empty() && plan.channels.size() <= 16, "channels", "1 to 16 kinds");
  require(plan.rate_hz >= 20 && plan.rate_hz <= 1000, "rate_hz", "20 to 1000");
  require(plan.seconds >= 1 && plan.seconds <= 600, "seconds", "1 to 600");
  require(between(2, 1024)(plan.batch), "batch", "2 to 1024");
  require(between(1, 16)(plan.encoder.stem_stride), "stem_stride", "1 to 16");
  require(between(1, 1024)(plan.hidden), "hidden", "1 to 1024");
  require(plan.dropout >= 0 && plan.dropout < 1, "dropout", "from 0 to below 1");
  require(plan.smoothing >= 0 && plan.smoothing < 1, "smoothing", "from 0 to below 1");
  require(all_positive(plan.class_weights), "class_weights", "above 0");
  require(all_positive(plan.class_mix), "class_mix", "above 0");
  require(plan.missed_cost >= 0 && plan.missed_cost <= 1000, "missed_cost", "0 to 1000");
}

}  // namespace

std::int64_t StripPlan::window() const {
  // Every stage but the first halves the time axis, which must divide evenly.
  const std::int64_t unit = encoder.stem_stride << (encoder.features.size() - 1);
  return (std::llround(seconds * rate_hz) + unit - 1) / unit * unit;
}

StripPlan plan_from_recipe(const Recipe& recipe) {
  const JsonView json(recipe.plan, "recipe: plan"), network(recipe.network, "recipe: network");
  json.only({"channels", "rate_hz", "seconds", "batch", "class_weights", "smoothing", "class_mix", "not_scored",
             "missed_cost"});
  network.only({"features", "blocks", "kernel", "stem_stride", "squeeze", "heads", "hidden", "dropout"});
  StripPlan plan;
  plan.channels.clear();
  for (const std::string& name : json.get<std::vector<std::string>>("channels")) {
    plan.channels.push_back(kind_named(name, "recipe: channels"));
  }
  plan.rate_hz = json.get<double>("rate_hz");
  plan.seconds = json.get<double>("seconds");
  plan.batch = json.get<std::int64_t>("batch");
  plan.class_weights = json.get<std::map<std::string, double>>("class_weights", {});
  plan.smoothing = json.get<double>("smoothing");
  plan.class_mix = json.get<std::map<std::string, double>>("class_mix", {});
  plan.not_scored = json.get<std::vector<std::string>>("not_scored", {});
  plan.missed_cost = json.get<double>("missed_cost", 0);
  plan.encoder = encoder_of(network, plan.channels.size());
  plan.hidden = network.get<std::int64_t>("hidden");
  plan.dropout = network.get<double>("dropout");
  check_plan(plan);
  return plan;
}

void put_into_recipe(const StripPlan& plan, Recipe& recipe) {
  std::vector<std::string> channels;
  for (const Kind kind : plan.channels) channels.emplace_back(name_of(kind));
  recipe.plan = {{"channels", channels},
                 {"rate_hz", plan.rate_hz},
                 {"seconds", plan.seconds},
                 {"batch", plan.batch},
                 {"class_weights", plan.class_weights},
                 {"smoothing", plan.smoothing},
                 {"class_mix", plan.class_mix},
                 {"not_scored", plan.not_scored},
                 {"missed_cost", plan.missed_cost}};
  const Json encoder = to_json(plan.encoder);
  recipe.network = Json::object();
  for (const std::string_view key : encoder_keys) recipe.network[key] = encoder.at(key);
  recipe.network["hidden"] = plan.hidden;
  recipe.network["dropout"] = plan.dropout;
}

void require_fit(const StripPlan& plan, const std::vector<ClassLabel>& classes) {
  if (classes.size() < 2) throw Error("dataset", "has fewer than two classes", {}, "name them in dataset.json");
  const auto require_known = [&](const std::string& name, const char* key) {
    if (std::ranges::find(classes, name, &ClassLabel::name) == classes.end())
      throw Error(fmt::format("recipe: {}", key), fmt::format("names '{}', which is no class of the dataset", name));
  };
  for (const auto& [name, ignored] : plan.class_weights) require_known(name, "class_weights");
  for (const auto& [name, ignored] : plan.class_mix) require_known(name, "class_mix");
  for (const std::string& name : plan.not_scored) require_known(name, "not_scored");
  if (!plan.class_mix.empty() && plan.class_mix.size() != classes.size()) {
    throw Error("recipe: class_mix", "does not name every class", {}, "name all, or none");
  }
  if (plan.missed_cost > 0 && classes.size() != 2) {
    throw Error("recipe: missed_cost", fmt::format("does not fit {} classes", classes.size()), {}, "leave it 0");
  }
}

int class_of_label(const std::map<std::string, std::string>& attributes, const std::vector<ClassLabel>& classes) {
  const auto label = attributes.find("label");
  if (label == attributes.end()) throw Error("label", "is missing", {}, "give dataset.csv a column 'label'");
  for (std::size_t i = 0; i < classes.size(); ++i) {
    if (classes[i].name == label->second) return static_cast<int>(i);
  }
  std::vector<std::string> names;
  for (const ClassLabel& one : classes) names.push_back(one.name);
  throw Error("label", fmt::format("'{}' is no class", label->second),
              fmt::format("the dataset's are {}", fmt::join(names, ", ")));
}

}  // namespace galen::classify
