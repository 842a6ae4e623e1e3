#include "tasks/ecg_rhythm/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "galen/base/text.h"

namespace galen::ecg {
namespace {

constexpr std::array<std::string_view, beat_classes> letters = {"N", "S", "V", "F", "Q", "none"};

std::vector<Band> bands_from_json(const JsonView& json) {
  std::vector<Band> out;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const JsonView band = json.at(i);
    band.only({"before", "after"});
    out.push_back({band.get<std::int64_t>("before"), band.get<std::int64_t>("after")});
  }
  return out;
}

std::array<double, beat_classes> adjustment_from_json(const JsonView& json) {
  json.only({"N", "S", "V", "F", "Q", "none"});
  std::array<double, beat_classes> out{};
  for (std::size_t k = 0; k < beat_classes; ++k) {
    out[k] = json.get<double>(letters[k]);
    if (!(std::abs(out[k]) <= 20))
      throw Error(fmt::format("{}.{}", json.where(), letters[k]), "is out of range", {}, "-20 to 20");
  }
  return out;
}

void require(bool fits, const char* key, const char* wanted) {
  if (!fits) throw Error(fmt::format("recipe: {}", key), "is out of range", {}, wanted);
}

}  // namespace

std::string_view letter_of(Beat beat) {
  return letters[static_cast<std::size_t>(beat)];
}

std::string small_letter_of(Beat beat) {
  return lowered(letter_of(beat));
}

Beat class_of_code(std::string_view code) {
  if (code.size() != 1) return Beat::none;
  const auto among = [&](std::string_view codes) { return codes.find(code) != std::string_view::npos; };
  if (among("NLRBejn")) return Beat::normal;  // escape beats as in de Chazal et al. 2004; EC57 has them in S
  if (among("AaJS")) return Beat::supraventricular;
  if (among("VEr")) return Beat::ventricular;
  if (among("F")) return Beat::fusion;
  return among("/fQ?") ? Beat::unclassified : Beat::none;
}

Band BeatPlan::reach() const {
  Band out;
  for (const Band& band : bands) out.before += band.before, out.after += band.after;
  return out;
}

BeatPlan plan_from_recipe(const Recipe& recipe) {
  const JsonView json(recipe.plan, "recipe: plan"), network(recipe.network, "recipe: network");
  json.only({"crop_rate_hz", "crop_samples", "crop_before", "sequence", "logit_adjustment"});
  network.only({"features", "kernel", "width", "heads", "bands", "dropout"});
  BeatPlan plan;
  plan.crop_rate_hz = json.get<double>("crop_rate_hz");
  plan.crop_samples = json.get<std::int64_t>("crop_samples");
  plan.crop_before = json.get<std::int64_t>("crop_before");
  plan.sequence = json.get<std::int64_t>("sequence");
  plan.logit_adjustment = adjustment_from_json(json.at("logit_adjustment"));
  plan.features = network.get<std::vector<std::int64_t>>("features");
  plan.kernel = network.get<std::int64_t>("kernel");
  plan.width = network.get<std::int64_t>("width");
  plan.heads = network.get<std::int64_t>("heads");
  plan.bands = bands_from_json(network.at("bands"));
  plan.dropout = network.get<double>("dropout");

  const auto between = [](std::int64_t low, std::int64_t high) {
    return [low, high](std::int64_t n) { return n >= low && n <= high; };
  };
  require(plan.crop_rate_hz >= 50 && plan.crop_rate_hz <= 1000, "crop_rate_hz", "50 to 1000");
  require(between(16, 4096)(plan.crop_samples), "crop_samples", "16 to 4096");
  require(between(0, plan.crop_samples)(plan.crop_before), "crop_before", "0 to crop_samples");
  require(!plan.features.empty() && std::ranges::all_of(plan.features, between(1, 4096)), "features", "1 to 4096 each");
  require(plan.crop_samples % (std::int64_t{1} << plan.features.size()) == 0, "crop_samples",
          "a multiple of 2 for each stage");
  require(plan.kernel % 2 == 1 && between(1, 63)(plan.kernel), "kernel", "odd, below 64");
  require(between(1, 64)(plan.heads) && between(1, 4096)(plan.width) && plan.width % plan.heads == 0, "width",
          "1 to 4096, a multiple of heads");
  require(std::ranges::all_of(plan.bands,
                              [&](const Band& b) { return between(0, 64)(b.before) && between(0, 64)(b.after); }),
          "bands", "0 to 64 beats each");
  require(plan.reach().after > 0, "bands", "one beat behind or more");
  require(plan.sequence > plan.reach().neighbours() && plan.sequence <= 1024, "sequence",
          "more than the bands reach, at most 1024");
  require(plan.dropout >= 0 && plan.dropout < 1, "dropout", "from 0 to below 1");
  return plan;
}

void put_into_recipe(const BeatPlan& plan, Recipe& recipe) {
  Json bands = Json::array();
  for (const Band& band : plan.bands) bands.push_back({{"before", band.before}, {"after", band.after}});
  recipe.network = {{"features", plan.features}, {"kernel", plan.kernel}, {"width", plan.width},
                    {"heads", plan.heads},       {"bands", bands},        {"dropout", plan.dropout}};
  Json adjustment = Json::object();
  for (std::size_t k = 0; k < beat_classes; ++k) adjustment[std::string(letters[k])] = plan.logit_adjustment[k];
  recipe.plan = {{"crop_rate_hz", plan.crop_rate_hz},
                 {"crop_samples", plan.crop_samples},
                 {"crop_before", plan.crop_before},
                 {"sequence", plan.sequence},
                 {"logit_adjustment", adjustment}};
}

}  // namespace galen::ecg
