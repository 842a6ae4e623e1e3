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
  bool mirror_x = false;   ///< the structure is on the opposite side to those in the training data
};

/// Where the network's grid lies in the source.
struct Placement {
  Grid source;              ///< the file's grid
  Box roi;                  ///< in the source
  std::string orientation;  ///< of the source's axes
  bool mirror_x = false;
  Grid canonical;  ///< the roi, with axes in the plan's orientation
  Box content;     ///< the part of canonical that is not empty
  Grid working;    ///< that part; it has the same corners as the network's grid
};

struct Prepared {
  Image image;  ///< on the network's grid, normalised
  Placement placement;
};

/// Whether a structure on this side ("": not stated) is mirrored to look like those in the training data. Errors, if
/// the plan has a side: a word other than left or right.
bool is_other_side(const SegmentPlan& plan, const std::string& side);

/// Requires a mask to lie on its image's grid to within a quarter of a voxel at every corner, since files round their
/// position; it is then used on the image's grid. Errors: another size, corners farther apart.
void require_grid_of_image(const Grid& mask, const Grid& image);

/// Errors: 4D, another number of channels than planned, NaN or infinite voxels (their number, and the position of the
/// first in the source), a region outside the image.
Prepared prepare(const Volume& volume, const SegmentPlan& plan, const PrepareOptions& options);
/// A mask of the same case on the same network grid, for training. Errors: another grid than the image's, values that
/// are not a class (their number, and the position of the first in the mask).
Labels prepare_mask(const Volume& mask, const SegmentPlan& plan, const Prepared& image);

/// Puts values on placement.working back on the source's grid; fill outside.
Volume restore(const Volume& working, const Placement& placement, double fill);

/// "60,90,40,100,150,85": first and last voxel (x, y, z), both included. Errors (usage): not six whole numbers, empty,
/// outside the source.
Box parse_roi(const std::string& text, const Grid& source);

}  // namespace galen::segment
