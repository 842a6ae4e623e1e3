#include "galen/prep/augment.h"

#include <fmt/format.h>

#include <utility>

#include "galen/prep/augment_steps.h"

namespace galen {
namespace {

// What a strength means, which decides the values that are valid.
enum class Meaning { any, factor, deviation, resolution };

struct Entry {
  const char* name;
  Draw Augmentation::* draw;
  Meaning meaning;
};

constexpr std::array<Entry, 12> entries = {{
    {"rotation", &Augmentation::rotation, Meaning::any},
    {"scaling", &Augmentation::scaling, Meaning::factor},
    {"elastic", &Augmentation::elastic, Meaning::deviation},
    {"noise", &Augmentation::noise, Meaning::deviation},
    {"blur", &Augmentation::blur, Meaning::deviation},
    {"brightness", &Augmentation::brightness, Meaning::factor},
    {"shift", &Augmentation::shift, Meaning::any},
    {"contrast", &Augmentation::contrast, Meaning::factor},
    {"low_resolution", &Augmentation::low_resolution, Meaning::resolution},
    {"bias_field", &Augmentation::bias_field, Meaning::deviation},
    {"inverted_gamma", &Augmentation::inverted_gamma, Meaning::factor},
    {"gamma", &Augmentation::gamma, Meaning::factor},
}};

Draw draw_from_json(const JsonView& json, Draw otherwise, Meaning meaning) {
  json.only({"probability", "low", "high"});
  const Draw out{json.get("probability", otherwise.probability), json.get("low", otherwise.low),
                 json.get("high", otherwise.high)};
  if (!(out.probability >= 0 && out.probability <= 1)) {
    throw Error(json.where(), "has a probability outside 0 to 1", fmt::format("{}", out.probability));
  }
  if (!(out.low <= out.high))
    throw Error(json.where(), "has low above high", fmt::format("{} > {}", out.low, out.high));
  if ((meaning == Meaning::factor || meaning == Meaning::resolution) && out.low <= 0) {
    throw Error(json.where(), "has a factor that is not positive", fmt::format("{}", out.low));
  }
  if (meaning == Meaning::resolution && out.high > 1) {
    throw Error(json.where(), "has a resolution above 1", fmt::format("{}", out.high));
  }
  if (meaning == Meaning::deviation && out.low < 0) {
    throw Error(json.where(), "has a negative deviation", fmt::format("{}", out.low));
  }
  return out;
}

std::array<bool, 3> mirrored_axes(const Augmentation& augmentation, Random& random) {
  std::array<bool, 3> axes;
  for (std::size_t a = 0; a < 3; ++a) axes[a] = random.chance(0.5) && augmentation.mirror[a];
  return axes;
}

}  // namespace

Strength draw(const Draw& what, Random& random) {
  const bool happens = random.chance(what.probability);
  return {happens, random.uniform(what.low, what.high)};
}

Strength draw_factor(const Draw& what, Random& random) {
  if (!(what.low < 1 && what.high > 1)) return draw(what, random);
  const bool happens = random.chance(what.probability), below = random.chance(0.5);
  return {happens, below ? random.uniform(what.low, 1) : random.uniform(1, what.high)};
}

Augmentation no_augmentation() {
  Augmentation out;
  for (const Entry& entry : entries) (out.*entry.draw).probability = 0;
  out.mirror = {false, false, false};
  return out;
}

Json to_json(const Augmentation& augmentation) {
  Json json;
  for (const Entry& entry : entries) {
    const Draw& draw = augmentation.*entry.draw;
    json[entry.name] = {{"probability", draw.probability}, {"low", draw.low}, {"high", draw.high}};
  }
  json["rotation_axes"] = augmentation.rotation_axes;
  json["elastic_spacing"] = augmentation.elastic_spacing;
  json["mirror"] = augmentation.mirror;
  json["cubic"] = augmentation.cubic;
  return json;
}

Augmentation augmentation_from_json(const JsonView& json) {
  json.only({"rotation", "scaling", "elastic", "noise", "blur", "brightness", "shift", "contrast", "low_resolution",
             "bias_field", "inverted_gamma", "gamma", "rotation_axes", "elastic_spacing", "mirror", "cubic"});
  Augmentation out;
  for (const Entry& entry : entries) {
    Draw& draw = out.*entry.draw;
    if (json.has(entry.name)) draw = draw_from_json(json.at(entry.name), draw, entry.meaning);
  }
  out.rotation_axes = json.get("rotation_axes", out.rotation_axes);
  out.mirror = json.get("mirror", out.mirror);
  out.cubic = json.get("cubic", out.cubic);
  out.elastic_spacing = json.get("elastic_spacing", out.elastic_spacing);
  if (!(out.elastic_spacing >= 1)) {
    throw Error(json.at("elastic_spacing").where(), "is less than one voxel", fmt::format("{}", out.elastic_spacing));
  }
  return out;
}

Sample augmented(const Image& image, const Labels& labels, const Box& patch, const Augmentation& augmentation,
                 Random& random) {
  if (image.grid.size != labels.grid.size) throw defect("augmented", "image and labels are not on one grid");
  const Positions positions = draw_positions(image.grid, patch, augmentation, random);
  Sample sample{at_positions(image, patch, positions, augmentation.cubic), at_positions(labels, patch, positions)};
  const auto axes = mirrored_axes(augmentation, random);
  flip(sample.image, axes);
  flip(sample.labels, axes);
  vary_intensities(sample.image, augmentation, random);
  return sample;
}

Image augmented(const Image& image, const Box& patch, const Augmentation& augmentation, Random& random) {
  const Positions positions = draw_positions(image.grid, patch, augmentation, random);
  Image out = at_positions(image, patch, positions, augmentation.cubic);
  flip(out, mirrored_axes(augmentation, random));
  vary_intensities(out, augmentation, random);
  return out;
}

}  // namespace galen
