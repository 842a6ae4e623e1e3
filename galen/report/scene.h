#pragma once
// The part of an image that pictures and pages show: a region around the mask, in LPS orientation and 8 bits.
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "galen/data/finding.h"
#include "galen/data/volume.h"

namespace galen {

struct SceneOptions {
  double margin_mm = 15;                ///< around the mask
  std::int64_t max_voxels = 1'500'000;  ///< larger regions are downsampled to means of blocks
};

/// Voxels [z, y, x] whose x, y and z axes point most nearly to left, posterior and superior.
struct Scene {
  Index3 size{1, 1, 1};
  Vec3 spacing_mm{1, 1, 1};
  std::vector<std::uint8_t> image;   ///< the region's 1st to 99th percentile, mapped to 0 to 255
  std::vector<std::uint8_t> labels;  ///< 0, or 1 + the position in classes; empty without a mask
  std::vector<ClassLabel> classes;   ///< of the mask, without value 0
  Index3 start{0, 0, 0};             ///< per axis, the slice with most of the mask; the middle without a mask
  std::string note;                  ///< how it was reduced, such as "cut to the mask"; empty: not at all

  std::size_t at(std::int64_t x, std::int64_t y, std::int64_t z) const {
    return static_cast<std::size_t>((z * size[1] + y) * size[0] + x);
  }
  bool flat() const { return size[2] == 1; }
};

/// Shows the first frame, and colour as brightness. Errors: a mask on another grid, or with over 255 classes.
Scene scene_of(const Volume& image, const MaskArtefact* mask, const SceneOptions& options = {});

/// A plane of view in radiological convention: seen from the feet, with the patient's left on the picture's right.
struct Plane {
  std::string_view name;
  int across, down, through;  ///< axes of the scene
  bool upwards;               ///< the vertical axis points up in the picture
  std::string_view left, right, top, bottom;
};
inline constexpr std::array<Plane, 3> planes = {{
    {"axial", 0, 1, 2, false, "R", "L", "A", "P"},
    {"coronal", 0, 2, 1, true, "R", "L", "S", "I"},
    {"sagittal", 1, 2, 0, true, "A", "P", "S", "I"},
}};

/// Colours of classes, used cyclically: distinct for the colour-blind (Okabe and Ito 2008), light enough for images.
inline constexpr std::array<std::string_view, 7> class_colours = {"#ffb000", "#56b4e9", "#00c08b", "#f0e442",
                                                                  "#e78ac3", "#ff6f3c", "#9f8cff"};

/// The length of a scale bar for a picture of this width: 1, 2 or 5 times a power of ten, at most a third of the width.
double scale_bar_mm(double width_mm);

}  // namespace galen
