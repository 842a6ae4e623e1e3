#include "galen/report/drawing.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "galen/base/base64.h"
#include "galen/prep/contours.h"
#include "galen/report/encode.h"
#include "galen/report/page.h"
#include "galen/report/svg.h"

namespace galen {
namespace {

/// The pixels of a slice, in rows from top to bottom.
struct Slice {
  int width = 0, height = 0;
  double width_mm = 0, height_mm = 0;
  std::vector<std::uint8_t> grey, labels;
};

Slice slice_of(const Scene& scene, const Plane& plane) {
  const auto across = static_cast<std::size_t>(plane.across), down = static_cast<std::size_t>(plane.down);
  Slice slice;
  slice.width = static_cast<int>(scene.size[across]);
  slice.height = static_cast<int>(scene.size[down]);
  slice.width_mm = static_cast<double>(slice.width) * scene.spacing_mm[across];
  slice.height_mm = static_cast<double>(slice.height) * scene.spacing_mm[down];
  Index3 at = scene.start;
  for (int row = 0; row < slice.height; ++row) {
    at[down] = plane.upwards ? slice.height - 1 - row : row;
    for (int column = 0; column < slice.width; ++column) {
      at[across] = column;
      const std::size_t i = scene.at(at[0], at[1], at[2]);
      slice.grey.push_back(scene.image[i]);
      slice.labels.push_back(scene.labels.empty() ? std::uint8_t{0} : scene.labels[i]);
    }
  }
  return slice;
}

/// The outlines of one class as an SVG path, in pixels of the slice.
std::string outline_path(const Slice& slice, int value) {
  Labels labels;
  labels.grid.size = {slice.width, slice.height, 1};
  labels.values = slice.labels;
  std::string path;
  for (const Outline& outline : contours(labels, value, 2, 0)) {
    char command = 'M';
    for (const auto& [u, v] : outline) {
      path += fmt::format("{}{:g} {:g}", std::exchange(command, 'L'), u + 0.5, v + 0.5);
    }
    path += 'Z';
  }
  return path;
}

std::string_view colour_of(std::size_t class_index) {
  return class_colours[class_index % class_colours.size()];
}

std::string letters_svg(const Plane& plane, double w, double h, double size) {
  const auto letter = [&](double x, double y, std::string_view anchor, std::string_view text) {
    return fmt::format("<text x=\"{:.2f}\" y=\"{:.2f}\" text-anchor=\"{}\">{}</text>", x, y, anchor, text);
  };
  return fmt::format(
      "<g font-size=\"{:.2f}\" font-family=\"sans-serif\" font-weight=\"600\" fill=\"#fff\" stroke=\"#000\" "
      "stroke-width=\"{:.2f}\" paint-order=\"stroke\">{}{}{}{}</g>",
      size, size / 5, letter(size * 0.4, h / 2 + size * 0.35, "start", plane.left),
      letter(w - size * 0.4, h / 2 + size * 0.35, "end", plane.right), letter(w / 2, size * 1.1, "middle", plane.top),
      letter(w / 2, h - size * 0.4, "middle", plane.bottom));
}

std::string scale_svg(double w, double h, double size) {
  const double bar = scale_bar_mm(w);
  return fmt::format(
      "<g fill=\"#fff\" stroke=\"#000\" stroke-width=\"{0:.2f}\" paint-order=\"stroke\">"
      "<rect x=\"{1:.2f}\" y=\"{2:.2f}\" width=\"{3:g}\" height=\"{4:.2f}\"/>"
      "<text x=\"{1:.2f}\" y=\"{5:.2f}\" font-size=\"{6:.2f}\" font-family=\"sans-serif\">{3:g} mm</text></g>",
      size / 5, size * 0.5, h - size * 0.7, bar, size * 0.2, h - size * 1.0, size * 0.8);
}

/// The content of one plane's picture, in millimetres from its upper left corner.
std::string plane_content(const Scene& scene, const Plane& plane, const Slice& slice) {
  std::string out = fmt::format(
      "<image width=\"{:g}\" height=\"{:g}\" preserveAspectRatio=\"none\" "
      "href=\"data:image/png;base64,{}\"/>",
      slice.width_mm, slice.height_mm, base64(encode_png(slice.width, slice.height, 1, slice.grey)));
  out += fmt::format("<g transform=\"scale({:g} {:g})\" fill=\"none\" stroke-width=\"2\" stroke-linejoin=\"round\">",
                     slice.width_mm / slice.width, slice.height_mm / slice.height);
  for (std::size_t i = 0; i < scene.classes.size(); ++i) {
    const std::string path = outline_path(slice, static_cast<int>(i + 1));
    if (path.empty()) continue;
    out += fmt::format("<path d=\"{}\" stroke=\"{}\" vector-effect=\"non-scaling-stroke\"/>", path, colour_of(i));
  }
  double largest = 0;  // so that letters have the same size in all planes
  for (std::size_t a = 0; a < 3; ++a)
    largest = std::max(largest, static_cast<double>(scene.size[a]) * scene.spacing_mm[a]);
  const double size = largest / 18;
  return out + "</g>" + letters_svg(plane, slice.width_mm, slice.height_mm, size) +
         scale_svg(slice.width_mm, slice.height_mm, size);
}

std::array<std::uint8_t, 3> rgb_of(std::string_view colour) {
  const unsigned long value = std::stoul(std::string(colour.substr(1)), nullptr, 16);
  return {static_cast<std::uint8_t>(value >> 16), static_cast<std::uint8_t>(value >> 8),
          static_cast<std::uint8_t>(value)};
}

/// A white canvas of RGB pixels.
struct Raster {
  int width, height;
  std::vector<std::uint8_t> pixels;
  Raster(int w, int h)
      : width(w), height(h), pixels(static_cast<std::size_t>(w) * static_cast<std::size_t>(h) * 3, 255) {}
  void set(int x, int y, std::array<std::uint8_t, 3> colour) {
    std::copy(colour.begin(), colour.end(), pixels.begin() + (static_cast<std::ptrdiff_t>(y) * width + x) * 3);
  }
};

/// Draws the slice by nearest neighbour; pixels next to one of another class form the outlines.
void paint(Raster& raster, const Slice& slice, int left, int width, int height) {
  const auto source = [&](int x, int y) {
    const int column = std::min(slice.width - 1, x * slice.width / width);
    const int row = std::min(slice.height - 1, y * slice.height / height);
    return static_cast<std::size_t>(row) * static_cast<std::size_t>(slice.width) + static_cast<std::size_t>(column);
  };
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const std::size_t here = source(x, y);
      const std::uint8_t grey = slice.grey[here];
      std::uint8_t edge = 0;
      for (const auto& [dx, dy] : {std::pair{1, 0}, {0, 1}, {-1, 0}, {0, -1}}) {
        const std::size_t there = source(std::clamp(x + dx, 0, width - 1), std::clamp(y + dy, 0, height - 1));
        if (slice.labels[there] != slice.labels[here]) edge = std::max(slice.labels[here], slice.labels[there]);
      }
      raster.set(left + x, y, edge ? rgb_of(colour_of(edge - 1u)) : std::array{grey, grey, grey});
    }
  }
}

}  // namespace

std::span<const Plane> planes_of(const Scene& scene) {
  return std::span(planes).first(scene.flat() ? 1 : 3);
}

std::string plane_svg(const Scene& scene, const Plane& plane) {
  const Slice slice = slice_of(scene, plane);
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {:g} {:g}\" role=\"img\" "
      "aria-label=\"{} slice with outlines\">{}</svg>",
      slice.width_mm, slice.height_mm, plane.name, plane_content(scene, plane, slice));
}

std::string drawing_svg(const Scene& scene) {
  double width = 0, height = 0;
  std::string content;
  for (const Plane& plane : planes_of(scene)) {
    const Slice slice = slice_of(scene, plane);
    content += fmt::format("<g transform=\"translate({:g} 0)\">{}</g>", width, plane_content(scene, plane, slice));
    width += slice.width_mm + 2;
    height = std::max(height, slice.height_mm);
  }
  width -= 2;
  const double size = width / 50;
  double x = 0;
  for (std::size_t i = 0; i < scene.classes.size(); ++i) {
    content += fmt::format("<rect x=\"{:.2f}\" y=\"{:.2f}\" width=\"{:.2f}\" height=\"{:.2f}\" fill=\"{}\"/>", x,
                           height + size * 0.6, size, size, colour_of(i));
    content += fmt::format("<text x=\"{:.2f}\" y=\"{:.2f}\" font-size=\"{:.2f}\" font-family=\"sans-serif\">{}</text>",
                           x + size * 1.4, height + size * 1.5, size, escape_html(scene.classes[i].name));
    x += size * (3 + 0.65 * static_cast<double>(code_points_of(scene.classes[i].name)));
  }
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0:g} {1:g}\" width=\"{2:.0f}\" "
      "height=\"{3:.0f}\"><rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>{4}</svg>\n",
      width, height + 2 * size, 960.0, 960.0 / width * (height + 2 * size), content);
}

Bytes drawing_png(const Scene& scene) {
  std::vector<Slice> slices;
  double width_mm = 0;
  for (const Plane& plane : planes_of(scene)) {
    slices.push_back(slice_of(scene, plane));
    width_mm += slices.back().width_mm;
  }
  const double scale = 1200 / width_mm;  // pixels per millimetre
  const auto pixels = [&](double mm) { return std::max(1, static_cast<int>(std::lround(mm * scale))); };
  constexpr int gap = 8;
  int width = -gap, height = 0;
  for (const Slice& slice : slices) {
    width += gap + pixels(slice.width_mm);
    height = std::max(height, pixels(slice.height_mm));
  }
  Raster raster(width, height);
  int left = 0;
  for (const Slice& slice : slices) {
    paint(raster, slice, left, pixels(slice.width_mm), pixels(slice.height_mm));
    left += gap + pixels(slice.width_mm);
  }
  return encode_png(raster.width, raster.height, 3, raster.pixels);
}

}  // namespace galen
