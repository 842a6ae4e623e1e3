#include "tasks/image_segment/fingerprint.h"

#include <fmt/format.h>

#include <algorithm>

#include "galen/base/random.h"
#include "galen/metric/stats.h"
#include "tasks/image_segment/prepare.h"

namespace galen::segment {
namespace {

constexpr std::size_t foreground_per_case = 2000;

void sample_foreground(const Volume& image, const Volume& mask, std::size_t row, std::vector<float>& out) {
  const std::vector<float> values = image.as_f32(), labels = mask.as_f32();
  std::vector<std::size_t> inside;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] >= 0.5f) inside.push_back(i);
  }
  Random random(1, 0, row, "fingerprint");
  for (std::size_t i = 0; i < std::min(inside.size(), foreground_per_case); ++i) {
    const std::size_t at = inside[random.below(inside.size())];
    out.push_back(values[at * static_cast<std::size_t>(image.components)]);
  }
}

}  // namespace

Fingerprint take_fingerprint(const PlanRequest& request, const std::string& orientation, std::size_t most) {
  Fingerprint out;
  std::array<std::vector<double>, 3> spacings, extents;
  const std::size_t step = std::max<std::size_t>(1, (request.rows.size() + most - 1) / most);
  request.progress.begin("looking at the dataset", request.rows.size(), "cases");
  for (std::size_t row = 0; row < request.rows.size(); row += step) {
    check_stop();
    const Case one = request.load(*request.rows[row]);
    const Volume& source = one.volume("image");
    Volume mask = one.volume("mask");
    with_context("case " + one.id, [&] { require_grid_of_image(mask.grid, source.grid); });
    mask.grid = source.grid;
    if (mask.components != 1 || mask.frames != 1) {
      throw Error("case " + one.id, "has a mask with several values per voxel",
                  fmt::format("{} components, {} frames", mask.components, mask.frames), "give one class per voxel");
    }
    const Volume image = reoriented(source, orientation);
    mask = reoriented(mask, orientation);
    if (out.cases > 0 && image.components != out.channels) {
      throw Error("case " + one.id, fmt::format("has {} channels", image.components),
                  fmt::format("the cases before have {}", out.channels));
    }
    out.channels = image.components;
    out.modality = out.cases == 0 || out.modality == image.modality ? image.modality : "";
    ++out.cases;
    for (std::size_t a = 0; a < 3; ++a) {
      spacings[a].push_back(image.grid.spacing_mm[a]);
      extents[a].push_back(image.grid.spacing_mm[a] * static_cast<double>(image.grid.size[a]));
    }
    sample_foreground(image, mask, row, out.foreground);
    request.progress.advance(row + 1);
  }
  request.progress.end();
  if (out.foreground.empty()) throw Error(request.dataset.name, "has no voxel of any structure in its masks");
  for (std::size_t a = 0; a < 3; ++a) {
    out.median_spacing_mm[a] = median(spacings[a]);
    out.coarse_spacing_mm[a] = quantile(spacings[a], 0.1);
    out.median_extent_mm[a] = median(extents[a]);
    out.least_extent_mm[a] = *std::min_element(extents[a].begin(), extents[a].end());
    out.greatest_extent_mm[a] = *std::max_element(extents[a].begin(), extents[a].end());
  }
  return out;
}

}  // namespace galen::segment
