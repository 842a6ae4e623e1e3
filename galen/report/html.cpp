#include "galen/report/html.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "galen/base/base64.h"
#include "galen/bundle/bundle.h"
#include "galen/report/drawing.h"
#include "galen/report/encode.h"
#include "galen/report/page.h"

namespace galen {
namespace {

std::string e(std::string_view text) {
  return escape_html(text);
}

int decimals(double value) {
  const double magnitude = std::abs(value);
  if (magnitude >= 100) return 0;
  if (magnitude >= 10) return 1;
  return 2;
}

std::string badge(const std::string& status) {
  std::string shown = status.empty() ? "status not stated" : status;
  std::replace(shown.begin(), shown.end(), '_', ' ');
  return fmt::format("<span class=\"badge badge-{}\">{}</span>", e(status), e(shown));
}

// ---- statements

std::string interval_text(const Statement& s) {
  const Interval& i = *s.interval;
  return fmt::format("{} to {}{}", format_number(i.low), format_number(i.high),
                     s.unit.empty() ? "" : "&nbsp;" + e(s.unit));
}

/// The scale that the intervals of one unit share: from 0 to their highest end.
double top_of_scale(const Finding& finding, const std::string& unit) {
  double top = 0;
  for (const Statement& s : finding.statements) {
    if (!s.value || !s.interval || s.unit != unit) continue;
    top = std::max({top, *s.value, std::isfinite(s.interval->high) ? s.interval->high : 0.0});
  }
  return top * 1.05;
}

std::string interval_bar(const Statement& s, double top) {
  const auto percent = [&](double v) { return std::clamp(100 * v / top, 0.0, 100.0); };
  if (!(top > 0) || !std::isfinite(s.interval->low) || !std::isfinite(s.interval->high)) return {};
  const double low = percent(s.interval->low), high = percent(s.interval->high);
  return fmt::format(
      "<span class=\"range\" aria-hidden=\"true\"><span class=\"range-span\" style=\"left:{:.1f}%;"
      "width:{:.1f}%\"></span><span class=\"range-dot\" style=\"left:{:.1f}%\"></span></span>",
      low, high - low, percent(*s.value));
}

std::string statement_html(const Finding& finding, const Statement& s) {
  std::string out = "<li class=\"statement\">";
  if (s.value) {
    out += fmt::format("<p class=\"value\">{}<span class=\"unit\">{}</span></p>", format_number(*s.value), e(s.unit));
  } else if (s.probability) {
    out += fmt::format("<p class=\"value\">{:.0f}<span class=\"unit\">%</span></p>", 100 * *s.probability);
  }
  out += fmt::format("<div class=\"said\"><p class=\"text\">{}</p>", e(s.text));
  if (s.interval) {
    if (s.value) out += interval_bar(s, top_of_scale(finding, s.unit));
    out += fmt::format("<p class=\"detail\">{:.0f}&nbsp;% interval {} <span class=\"method\">{}</span></p>",
                       100 * s.interval->level, interval_text(s), e(s.interval->method));
  }
  if (s.value && s.probability)
    out += fmt::format("<p class=\"detail\">Probability {:.0f}&nbsp;%</p>", 100 * *s.probability);
  if (!s.set.empty()) {
    out += "<p class=\"detail\">Possible:";
    for (const std::string& one : s.set) out += fmt::format(" <span class=\"chip\">{}</span>", e(one));
    out += "</p>";
  }
  if (!s.location.empty()) out += fmt::format("<p class=\"detail\">Where: {}</p>", e(s.location));
  if (!s.code.code.empty()) {
    out += fmt::format("<p class=\"detail code\">{} {}</p>", e(s.code.display), e(s.code.code));
  }
  for (const Evidence& evidence : finding.evidence) {
    if (evidence.statement == s.id) out += fmt::format("<p class=\"detail\">{}</p>", e(evidence.text));
  }
  return out + "</div></li>\n";
}

std::string warnings_html(const Finding& finding) {
  std::string out;
  for (const Warning& warning : finding.warnings) {
    std::string kind = warning.kind;
    std::replace(kind.begin(), kind.end(), '_', ' ');
    out += fmt::format("<p class=\"warning\" role=\"note\"><strong>{}</strong> {}</p>\n", e(kind), e(warning.text));
  }
  return out;
}

// ---- tables

bool is_number(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789.,+-–%  ") == std::string::npos;
}

std::string table_html(const TableArtefact& table, const std::string& caption) {
  std::string out = "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Table\"><table>";
  if (!caption.empty()) out += fmt::format("<caption>{}</caption>", e(caption));
  out += "<thead><tr>";
  for (const std::string& column : table.columns) out += fmt::format("<th scope=\"col\">{}</th>", e(column));
  out += "</tr></thead><tbody>";
  for (const auto& row : table.rows) {
    out += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string_view tag = i == 0 ? "th scope=\"row\"" : is_number(row[i]) ? "td class=\"number\"" : "td";
      out += fmt::format("<{}>{}</{}>", tag, e(row[i]), tag.substr(0, 2));
    }
    out += "</tr>";
  }
  return out + "</tbody></table></div>\n";
}

TableArtefact marks_table(const Annotations& annotations) {
  TableArtefact table{.columns = {"at (s)", "until (s)", "code", "text", "probability"}, .rows = {}};
  for (const auto& mark : annotations.marks) {
    table.rows.push_back({fmt::format("{:.2f}", mark.at_seconds), fmt::format("{:.2f}", mark.until_seconds), mark.code,
                          mark.text, mark.probability ? fmt::format("{:.2f}", *mark.probability) : ""});
  }
  return table;
}

std::string tables_html(const Finding& finding) {
  std::string out;
  for (const Artefact& artefact : finding.artefacts) {
    if (const auto* table = std::get_if<TableArtefact>(&artefact.content)) out += table_html(*table, artefact.text);
    if (const auto* marks = std::get_if<Annotations>(&artefact.content)) {
      out += table_html(marks_table(*marks), artefact.text);
    }
  }
  return out;
}

// ---- the viewer

const MaskArtefact* mask_of(const Finding& finding) {
  for (const Artefact& artefact : finding.artefacts) {
    if (const auto* mask = std::get_if<MaskArtefact>(&artefact.content)) return mask;
  }
  return nullptr;
}

/// JSON that cannot end the script element that it stands in.
std::string json_in_script(const Json& json) {
  std::string out;
  for (const char c : json.dump()) out += c == '<' ? std::string("\\u003c") : std::string(1, c);
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
        i + 1, class_colours[i % class_colours.size()], e(scene.classes[i].name));
  }
  if (!scene.classes.empty()) {
    out +=
        "<button type=\"button\" class=\"fill\" aria-pressed=\"false\" hidden>Fill</button>"
        "<button type=\"button\" class=\"cross\" aria-pressed=\"true\" hidden>Crosshair</button>";
  }
  out +=
      "</div>\n<p class=\"hint\" hidden>Scroll or use the arrow keys on a picture to move through slices; click to "
      "bring the other planes there.</p>\n";
  std::string note = "Seen from the patient's feet and front: the patient's left is on the right of the picture.";
  if (!scene.note.empty()) note += fmt::format(" The image is {}.", scene.note);
  out += fmt::format("<p class=\"note\">{}</p>\n", e(note));
  return out + fmt::format("<script type=\"application/json\" class=\"scene\">{}</script>\n</section>\n",
                           json_in_script(viewer_data(scene)));
}

// ---- provenance and the whole

std::string provenance_html(const Provenance& p) {
  std::vector<std::pair<std::string, std::string>> items = {
      {"Bundle", fmt::format("{} {}", p.bundle, p.bundle_version)},
      {"Bundle hash", p.bundle_hash},
      {"Status", std::string(meaning_of_status(p.status))},
      {"Licence", p.licence},
      {"Applies to", p.applies_to},
      {"Task", p.task},
      {"Engine", p.engine},
      {"Precision", p.precision},
      {"Seed", fmt::format("{}", p.seed)},
      {"Time", p.time},
      {"Galen", p.galen_version},
  };
  for (const auto& [role, hash] : p.input_hashes) items.emplace_back("Input " + role, hash);
  std::string out = "<details class=\"provenance\"><summary>Where this comes from</summary><dl>";
  for (const auto& [term, text] : items) {
    if (!text.empty()) out += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", e(term), e(text));
  }
  return out + "</dl></details>\n";
}

std::string files_html(const ReportCase& one) {
  if (one.files.empty()) return {};
  std::string out = "<p class=\"files\">Files:";
  for (const auto& [name, address] : one.files) out += fmt::format(" <a href=\"{}\">{}</a>", e(address), e(name));
  return out + "</p>\n";
}

std::string case_html(const ReportCase& one, bool alone) {
  const Finding& finding = one.finding;
  std::string out = "<article class=\"case\">\n";
  if (!alone || !one.heading.empty()) {
    out += fmt::format("<h2>{}</h2>\n", e(one.heading.empty() ? finding.case_id : one.heading));
  }
  out += warnings_html(finding);
  out += fmt::format("<div class=\"columns{}\">\n", one.image && !finding.statements.empty() ? "" : " single");
  out += viewer_html(one);
  out += "<div class=\"answers\"><ul class=\"statements\">\n";
  for (const Statement& statement : finding.statements) out += statement_html(finding, statement);
  return out + "</ul></div>\n</div>\n" + tables_html(finding) + files_html(one) + provenance_html(finding.provenance) +
         "</article>\n";
}

/// "2026-11-24T15:00:00Z" as "2026-11-24 15:00 UTC"; anything else as it is.
std::string readable_time(const std::string& iso) {
  if (iso.size() < 17 || iso[10] != 'T' || iso.back() != 'Z') return iso;
  return fmt::format("{} {} UTC", iso.substr(0, 10), iso.substr(11, 5));
}

/// Title, case, bundle and status; what the status allows, and for whom the bundle is, once for all cases.
std::string header_html(const Report& report) {
  std::string out = fmt::format("<div class=\"title\"><h1>{}</h1>", e(report.title));
  if (!report.introduction.empty()) out += fmt::format("<p class=\"lead\">{}</p>", e(report.introduction));
  if (report.cases.empty()) return out + "</div>\n";
  const Finding& first = report.cases.front().finding;
  const Provenance& p = first.provenance;
  out += fmt::format("<p class=\"facts\">{}", badge(p.status));
  if (report.cases.size() == 1) out += fmt::format("<span>Case <b>{}</b></span>", e(first.case_id));
  out += fmt::format("<span>Bundle <b>{} {}</b></span>", e(p.bundle), e(p.bundle_version));
  if (!p.time.empty()) out += fmt::format("<span>{}</span>", e(readable_time(p.time)));
  out += "</p>";
  if (const std::string_view meaning = meaning_of_status(p.status); !meaning.empty()) {
    out += fmt::format("<p class=\"meaning\">{}", e(meaning));
    if (!p.applies_to.empty()) out += fmt::format(" Applies to: {}", e(p.applies_to));
    out += "</p>";
  }
  return out + "</div>\n";
}

}  // namespace

std::string format_number(double value) {
  if (!std::isfinite(value)) return "not told";
  if (value != 0 && std::abs(value) < 0.01) return fmt::format("{:.2g}", value);
  return fmt::format("{:.{}f}", value, decimals(value));
}

std::string html_report(const Report& report) {
  std::string body = header_html(report);
  for (const ReportCase& one : report.cases) body += case_html(one, report.cases.size() == 1);
  for (const ReportSection& section : report.sections) {
    body += fmt::format("<section class=\"extra\"><h2>{}</h2>\n", e(section.title));
    for (const std::string& paragraph : section.paragraphs) body += fmt::format("<p>{}</p>\n", e(paragraph));
    if (!section.table.columns.empty()) body += table_html(section.table, "");
    body += "</section>\n";
  }
  return html_page(report.title, body);
}

}  // namespace galen
