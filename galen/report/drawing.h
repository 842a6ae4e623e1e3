#pragma once
// Pictures of a scene: slices in three planes with the outlines of a mask, orientation letters and a scale bar.
#include <span>
#include <string>

#include "galen/base/files.h"
#include "galen/report/scene.h"

namespace galen {

/// One plane at scene.start as a complete <svg>; lengths are in millimetres, the image is an embedded PNG.
std::string plane_svg(const Scene& scene, const Plane& plane);
/// All planes side by side with a legend, as a standalone file.
std::string drawing_svg(const Scene& scene);
/// The same slices with outlines as an RGB PNG, for viewers without SVG.
Bytes drawing_png(const Scene& scene);

/// The planes to show: three, or one for a flat scene.
std::span<const Plane> planes_of(const Scene& scene);

}  // namespace galen
