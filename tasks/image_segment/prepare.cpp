#include "tasks/image_segment/prepare.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <sstream>
#include <type_traits>

#include "galen/prep/crop.h"
#include "galen/prep/resample.h"

namespace galen::segment {
namespace {

template <class T>
void mirror_rows(std::span<T> values, std::size_t row) {
  for (std::size_t at = 0; at < values.size(); at += row) std::reverse(values.begin() + at, values.begin() + at + row);
}

// Reverses the x axis of the voxels but keeps the grid: the other side of the body then looks like this one.
Volume mirrored(Volume volume) {
  const auto row = static_cast<std::size_t>(volume.grid.size[0] * volume.components);
  if (volume.components != 1) throw Error("mirroring", "takes images of one channel");
  visit_scalar(volume.type, [&](auto zero) { mirror_rows(volume.values<decltype(zero)>(), row); });
  return volume;
}

struct NonFinite {
  std::int64_t count = 0;
  Index3 first{};
};

template <class T>
NonFinite non_finite_in(const Volume& volume, const Box& box) {
  NonFinite out;
  const auto values = volume.values<T>();
  const auto [nx, ny, nz] = volume.grid.size;
  for (std::int64_t z = box.begin[2]; z < box.begin[2] + box.size[2]; ++z) {
    for (std::int64_t y = box.begin[1]; y < box.begin[1] + box.size[1]; ++y) {
      for (std::int64_t x = box.begin[0]; x < box.begin[0] + box.size[0]; ++x) {
        const auto at = static_cast<std::size_t>(((z * ny + y) * nx + x) * volume.components);
        for (const T value : values.subspan(at, static_cast<std::size_t>(volume.components))) {
          const double quantity = static_cast<double>(value) * volume.slope + volume.intercept;
          if (std::isfinite(static_cast<float>(quantity))) continue;
          if (out.count++ == 0) out.first = {x, y, z};
        }
      }
    }
  }
  return out;
}

// Checked before reorienting and cropping, so that the position reported is that in the file.
void require_finite(const Volume& volume, const Box& box) {
  if (volume.frames != 1) return;  // refused by image_of
  const NonFinite found = visit_scalar(volume.type, [&](auto zero) {
    using T = decltype(zero);
    if constexpr (std::is_floating_point_v<T>) return non_finite_in<T>(volume, box);
    return NonFinite{};
  });
  if (found.count == 0) return;
  throw Error("image", "has voxels that are NaN or infinite",
              fmt::format("{} of {}, the first at ({}, {}, {})", found.count,
                          box.size[0] * box.size[1] * box.size[2] * volume.components, found.first[0], found.first[1],
                          found.first[2]),
              "repair it where it was made");
}

Volume to_canonical(const Volume& volume, const SegmentPlan& plan, const PrepareOptions& options) {
  Volume out = options.roi ? cropped(volume, options.roi->begin, options.roi->size) : volume;
  out = reoriented(out, plan.orientation);
  return options.mirror_x ? mirrored(std::move(out)) : out;
}

constexpr double mask_tolerance_voxels = 0.25;  // at half a voxel it would be the next voxel

std::string voxels_text(const Grid& grid) {
  return fmt::format("{}x{}x{}", grid.size[0], grid.size[1], grid.size[2]);
}

}  // namespace

bool is_other_side(const SegmentPlan& plan, const std::string& side) {
  if (plan.side.empty() || side.empty()) return false;
  if (side != "left" && side != "right") {
    throw Error("laterality", fmt::format("is '{}', which is no side", side), {},
                "write left or right in the dataset's column");
  }
  return side != plan.side;
}

void require_grid_of_image(const Grid& mask, const Grid& image) {
  if (image.matches(mask, mask_tolerance_voxels)) return;
  const std::string why =
      mask.size == image.size
          ? fmt::format("as many voxels, but corners up to {:.3g} voxels apart", image.farthest_corner(mask))
          : fmt::format("{} and {} voxels", voxels_text(mask), voxels_text(image));
  throw Error("mask", "does not lie on the image's grid", why, "export the mask on the grid of its image");
}

Prepared prepare(const Volume& volume, const SegmentPlan& plan, const PrepareOptions& options) {
  Prepared out;
  Placement& p = out.placement;
  p.source = volume.grid;
  p.roi = options.roi.value_or(whole(volume.grid));
  p.orientation = volume.grid.orientation();
  p.mirror_x = options.mirror_x;
  require_finite(volume, p.roi);
  const Volume canonical = to_canonical(volume, plan, options);
  p.canonical = canonical.grid;

  Image image = image_of(canonical);
  if (image.channels != plan.network.in_channels) {
    throw Error("image", fmt::format("has {} channels", image.channels),
                fmt::format("the network takes {}", plan.network.in_channels), "give the images that the bundle names");
  }
  p.content = foreground_box(image);
  if (p.content != whole(image.grid)) image = cropped(image, p.content);
  p.working = image.grid;

  normalise(image, plan.normalisation);
  const Grid target = grid_with_spacing(image.grid, plan.spacing_mm);
  if (!(target.size == image.grid.size)) {
    image = resampled(image, target, Interpolation::cubic, plan.anisotropic);
  }
  image.grid = target;
  out.image = std::move(image);
  return out;
}

Labels prepare_mask(const Volume& mask, const SegmentPlan& plan, const Prepared& image) {
  require_grid_of_image(mask.grid, image.placement.source);
  PrepareOptions options;
  options.mirror_x = image.placement.mirror_x;
  std::vector<int> allowed;
  allowed.reserve(plan.classes.size());
  for (const ClassLabel& label : plan.classes) allowed.push_back(label.value);
  Volume checked = volume_of(labels_of(mask, allowed));  // reports invalid values by their position in the file
  checked.grid = image.placement.source;
  Labels labels = labels_of(to_canonical(checked, plan, options), allowed);
  labels = cropped(labels, image.placement.content);
  return resampled(labels, image.image.grid);
}

Volume restore(const Volume& working, const Placement& p, double fill) {
  const Index3 before = {-p.content.begin[0], -p.content.begin[1], -p.content.begin[2]};
  Volume out = cropped(working, before, p.canonical.size, fill);
  out.grid = p.canonical;
  if (p.mirror_x) out = mirrored(std::move(out));
  out = reoriented(out, p.orientation);
  out = cropped(out, {-p.roi.begin[0], -p.roi.begin[1], -p.roi.begin[2]}, p.source.size, fill);
  out.grid = p.source;
  return out;
}

Box parse_roi(const std::string& text, const Grid& source) {
  std::array<std::int64_t, 6> n{};
  std::istringstream in(text);
  char comma = ',';
  for (std::size_t i = 0; i < n.size(); ++i) {
    if ((i > 0 && (!(in >> comma) || comma != ',')) || !(in >> n[i])) {
      throw usage_error("roi=" + text, "is not six whole numbers", "write roi=x0,y0,z0,x1,y1,z1 in voxels");
    }
  }
  if (!(in >> std::ws).eof()) {
    throw usage_error("roi=" + text, "is not six whole numbers", "write roi=x0,y0,z0,x1,y1,z1 in voxels");
  }
  Box box;
  for (std::size_t a = 0; a < 3; ++a) {
    if (n[a] < 0 || n[a + 3] < n[a] || n[a + 3] >= source.size[a]) {
      throw usage_error("roi=" + text, "does not lie in the image",
                        fmt::format("the image has {}x{}x{} voxels", source.size[0], source.size[1], source.size[2]));
    }
    box.begin[a] = n[a];
    box.size[a] = n[a + 3] - n[a] + 1;
  }
  return box;
}

}  // namespace galen::segment
