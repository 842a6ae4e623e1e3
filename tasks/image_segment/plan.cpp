#include "tasks/image_segment/plan.h"

#include <fmt/format.h>

namespace galen::segment {

Index3 SegmentPlan::divisor() const {
  const Shape d = divisor_of(network);  // z, y, x
  return {d[2], d[1], d[0]};
}

Json to_json(const SegmentPlan& plan) {
  Json normalisation = Json::array();
  for (const Normalisation& one : plan.normalisation) normalisation.push_back(to_json(one));
  return {{"orientation", plan.orientation},
          {"spacing_mm", plan.spacing_mm},
          {"anisotropic", plan.anisotropic},
          {"patch", plan.patch},
          {"batch", plan.batch},
          {"foreground_share", plan.foreground_share},
          {"normalisation", normalisation},
          {"side", plan.side},
          {"extent_low_mm", plan.extent_low_mm},
          {"extent_high_mm", plan.extent_high_mm}};
}

namespace {

SegmentPlan plan_from_json(const JsonView& json) {
  json.only({"orientation", "spacing_mm", "anisotropic", "patch", "batch", "foreground_share", "normalisation", "side",
             "extent_low_mm", "extent_high_mm"});
  SegmentPlan plan;
  plan.orientation = json.get<std::string>("orientation", plan.orientation);
  plan.spacing_mm = json.get<Vec3>("spacing_mm");
  plan.anisotropic = json.get<bool>("anisotropic", false);
  plan.patch = json.get<Index3>("patch");
  plan.batch = json.get<int>("batch");
  plan.foreground_share = json.get<double>("foreground_share", plan.foreground_share);
  const JsonView normalisation = json.at("normalisation");
  for (std::size_t c = 0; c < normalisation.size(); ++c) {
    plan.normalisation.push_back(normalisation_from_json(normalisation.at(c)));
  }
  plan.side = json.get<std::string>("side", "");
  plan.extent_low_mm = json.get<Vec3>("extent_low_mm", plan.extent_low_mm);
  plan.extent_high_mm = json.get<Vec3>("extent_high_mm", plan.extent_high_mm);
  return plan;
}

void require_fit(const SegmentPlan& plan, const std::string& where) {
  const Index3 divisor = plan.divisor();
  for (std::size_t a = 0; a < 3; ++a) {
    if (plan.patch[a] <= 0 || plan.patch[a] % divisor[a] != 0) {
      throw Error(where + ": plan: patch",
                  fmt::format("{} is not a multiple of {} along {}", plan.patch[a], divisor[a], "xyz"[a]),
                  "the network's strides", "change the patch or the strides");
    }
    if (!(plan.spacing_mm[a] > 0)) throw Error(where + ": plan: spacing_mm", "is not positive");
  }
  if (plan.batch < 1) throw Error(where + ": plan: batch", "is less than 1");
  if (!plan.side.empty() && plan.side != "left" && plan.side != "right") {
    throw Error(where + ": plan: side", fmt::format("is '{}', which is no side", plan.side), {},
                "write left or right, or nothing where there are no sides");
  }
}

// A class's number is its output channel in the network.
void require_classes(const SegmentPlan& plan, const std::string& where) {
  for (const ClassLabel& label : plan.classes) {
    if (std::ssize(plan.classes) == plan.network.classes && label.value < plan.network.classes) continue;
    throw Error(where + ": classes",
                fmt::format("'{}' has the number {}, of {} classes", label.name, label.value, plan.classes.size()),
                fmt::format("the network tells {}, numbered 0, 1, 2 ...", plan.network.classes),
                "number them without gaps in dataset.json and in the masks");
  }
}

}  // namespace

SegmentPlan plan_from_recipe(const Recipe& recipe, const std::vector<ClassLabel>& classes) {
  SegmentPlan plan = plan_from_json({recipe.plan, "recipe: plan"});
  plan.network = unet_from_json({recipe.network, "recipe: network"});
  plan.augmentation = augmentation_from_json({recipe.augmentation, "recipe: augmentation"});
  plan.classes = classes;
  require_fit(plan, "recipe");
  require_classes(plan, "recipe");
  return plan;
}

SegmentPlan plan_from_bundle(const Bundle& bundle) {
  Recipe recipe = recipe_of(bundle);
  recipe.plan = bundle.prep;
  return plan_from_recipe(recipe, bundle.classes);
}

}  // namespace galen::segment
