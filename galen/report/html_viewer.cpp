#include <fmt/format.h>

#include "galen/base/base64.h"
#include "galen/report/drawing.h"
#include "galen/report/encode.h"
#include "galen/report/html_parts.h"
#include "galen/report/page.h"

namespace galen {
namespace {

const MaskArtefact* mask_of(const Finding& finding) {
  for (const Artefact& artefact : finding.artefacts) {
    if (const auto* mask = std::get_if<MaskArtefact>(&artefact.content)) return mask;
  }
  return nullptr;
}

/// JSON that cannot close the script element that contains it.
std::string json_in_script(const Json& json) {
  std::string out;
  for (const char c : to_text(json)) out += c == '<' ? std::string("\\u003c") : std::string(1, c);
  return out;
}

Json viewer_data(const Scene& scene) {
  Json json = {{"size", scene.size}, {"spacing", scene.spacing_mm}, {"start", scene.start}};
  json["image"] = base64(deflate(scene.image));
  if (!scene.labels.empty()) json["labels"] = base64(deflate(scene.labels));
  json["planes"] = Json::array();
  for (const Plane& plane : planes_of(scene)) {
    json["planes"].push_back(
        {{"across", plane.across}, {"down", plane.down}, {"through", plane.through}, {"upwards", plane.upwards}});
  }
  json["colours"] = Json::array();
  for (std::size_t i = 0; i < scene.classes.size(); ++i)
    json["colours"].push_back(class_colours[i % class_colours.size()]);
  return json;
}

std::string plane_html(const Scene& scene, const Plane& plane) {
  const auto extent = [&](int axis) { return scene.size[static_cast<std::size_t>(axis)]; };
  const auto millimetres = [&](int axis) {
    return static_cast<double>(extent(axis)) * scene.spacing_mm[static_cast<std::size_t>(axis)];
  };
  const std::int64_t start = scene.start[static_cast<std::size_t>(plane.through)];
  std::string out = fmt::format(
      "<figure class=\"plane\" style=\"--mm:{:.2f}\"><div class=\"stage\" style=\"aspect-ratio:{:.4f}\"><div "
      "class=\"still\">{}"
      "</div><span class=\"letter l\">{}</span><span class=\"letter r\">{}</span><span class=\"letter t\">{}</span>"
      "<span class=\"letter b\">{}</span><span class=\"scale\"></span></div>",
      millimetres(plane.across), millimetres(plane.across) / millimetres(plane.down), plane_svg(scene, plane),
      plane.left, plane.right, plane.top, plane.bottom);
  out += fmt::format("<figcaption><span class=\"plane-name\">{}</span>", plane.name);
  if (extent(plane.through) > 1) {
    out += fmt::format(
        "<input type=\"range\" min=\"0\" max=\"{0}\" value=\"{1}\" aria-label=\"{2} slice\" hidden>"
        "<output>{3} / {4}</output>",
        extent(plane.through) - 1, start, plane.name, start + 1, extent(plane.through));
  }
  return out + "</figcaption></figure>\n";
}

}  // namespace

std::string viewer_html(const ReportCase& one) {
  if (!one.image) return {};
  const Scene scene = scene_of(*one.image, mask_of(one.finding));
  std::string out =
      fmt::format("<section class=\"viewer{}\" aria-label=\"Image with outlines\">\n<div class=\"planes\">\n",
                  scene.flat() ? " flat" : "");
  for (const Plane& plane : planes_of(scene)) out += plane_html(scene, plane);
  out += "</div>\n<div class=\"legend\">";
  for (std::size_t i = 0; i < scene.classes.size(); ++i) {
    out += fmt::format(
        "<button type=\"button\" class=\"class\" aria-pressed=\"true\" data-class=\"{}\"><span "
        "class=\"swatch\" style=\"background:{}\"></span>{}</button>",
        i + 1, class_colours[i % class_colours.size()], escape_html(scene.classes[i].name));
  }
  if (!scene.classes.empty()) {
    out +=
        "<button type=\"button\" class=\"fill\" aria-pressed=\"false\" hidden>Fill</button>"
        "<button type=\"button\" class=\"cross\" aria-pressed=\"true\" hidden>Crosshair</button>";
  }
  out += "</div>\n";
  if (!scene.flat()) {
    out +=
        "<p class=\"hint\" hidden>Scroll or use the arrow keys on a picture to move through slices; click to bring the "
        "other planes there.</p>\n";
  }
  std::string note = "Seen from the patient's feet and front: the patient's left is on the right of the picture.";
  if (!scene.note.empty()) note += fmt::format(" The image is {}.", scene.note);
  out += fmt::format("<p class=\"note\">{}</p>\n", escape_html(note));
  return out + fmt::format("<script type=\"application/json\" class=\"scene\">{}</script>\n</section>\n",
                           json_in_script(viewer_data(scene)));
}

}  // namespace galen
