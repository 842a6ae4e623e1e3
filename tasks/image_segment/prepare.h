#pragma once
// From the file's grid to the network's, and back.
#include <optional>
#include <string>

#include "galen/prep/crop.h"
#include "galen/prep/image.h"
#include "tasks/image_segment/plan.h"

namespace galen::segment {

struct PrepareOptions {
  std::optional<Box> roi;  ///< segment only this box of the source
  bool mirror_x = false;   ///< the structure lies on the other side than those of the training data
};

/// How the network's grid lies in the source.
struct Placement {
  Grid source;              ///< the file's grid
  Box roi;                  ///< in the source
  std::string orientation;  ///< of the source's axes
  bool mirror_x = false;
  Grid canonical;  ///< the box, axes in the plan's orientation
  Box content;     ///< the part of canonical that is not empty
  Grid working;    ///< that part: its corners are those of the network's grid
};

struct Prepared {
  Image image;  ///< on the network's grid, normalised
  Placement placement;
};

/// Whether a structure on this side ("": not said) is mirrored to look like those of the training data. Errors, where
/// the plan has a side: another word than left or right.
bool is_other_side(const SegmentPlan& plan, const std::string& side);

/// A mask lies on the grid of its image to a quarter of a voxel at every corner, as files round what they say of their
/// place; it is then used on the image's. Errors: another size, corners farther apart.
void require_grid_of_image(const Grid& mask, const Grid& image);

/// Errors: 4D, another number of channels than planned, NaN or infinite voxels (how many, and the first one's place in
/// the source), a region outside the image.
Prepared prepare(const Volume& volume, const SegmentPlan& plan, const PrepareOptions& options);
/// A mask of the same case on the same network grid, for training. Errors: another grid than the image's, a value that
/// is no class (how many, and the first one's place in the mask).
Labels prepare_mask(const Volume& mask, const SegmentPlan& plan, const Prepared& image);

/// Values on placement.working, put back on the source's grid; fill outside.
Volume restore(const Volume& working, const Placement& placement, double fill);

/// "60,90,40,100,150,85": first and last voxel (x, y, z), both included. Errors (usage): not six whole numbers, empty,
/// outside the source.
Box parse_roi(const std::string& text, const Grid& source);

}  // namespace galen::segment
