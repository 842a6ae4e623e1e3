#include <fmt/format.h>

#include <algorithm>

#include "galen/report/chart.h"
#include "galen/report/html_parts.h"
#include "galen/report/page.h"
#include "galen/report/strip.h"

namespace galen {
namespace {

constexpr int most_strip_rows = 6;  // of 10 s; longer strips are complete only in their files

std::string caption_of(const Artefact& artefact) {
  return escape_html(artefact.text.empty() ? artefact.name : artefact.text);
}

std::string chart_html(const PagePlace& place, const Artefact& artefact, const ChartArtefact& chart) {
  // small multiples have no room for the link, which is also in the list of files
  const std::string file = chart.group.empty() ? place.link(artefact.name + ".csv") : "";
  return fmt::format("<figure class=\"chart-figure{}\" id=\"{}\"><figcaption><b>{}</b>{}</figcaption>{}</figure>\n",
                     chart.equal_axes ? " square" : "", place.anchor(artefact.name), caption_of(artefact), file,
                     chart_svg(chart, artefact.text, {.alone = false, .extent = extent_of(place.one.finding, chart)}));
}

/// Charts in order; those of one group side by side, at the position of the first.
std::string charts_html(const PagePlace& place) {
  const std::vector<Artefact>& artefacts = place.one.finding.artefacts;
  std::string out;
  std::vector<std::string> groups;
  for (const Artefact& artefact : artefacts) {
    const auto* chart = std::get_if<ChartArtefact>(&artefact.content);
    if (!chart) continue;
    if (chart->group.empty()) {
      out += chart_html(place, artefact, *chart);
      continue;
    }
    if (std::ranges::find(groups, chart->group) != groups.end()) continue;
    groups.push_back(chart->group);
    out += fmt::format("<section class=\"multiples\"><h4>{}</h4><div class=\"small-charts\">\n",
                       escape_html(chart->group));
    for (const Artefact& other : artefacts) {
      const auto* one = std::get_if<ChartArtefact>(&other.content);
      if (one && one->group == chart->group) out += chart_html(place, other, *one);
    }
    out += "</div></section>\n";
  }
  if (out.empty()) return out;
  return fmt::format("<section class=\"part\"><h3>Charts</h3>\n<div class=\"charts\">\n{}</div></section>\n", out);
}

std::string strip_html(const PagePlace& place, const Artefact& artefact, const StripArtefact& strip) {
  const int all = strip_rows(strip), rows = std::min(all, most_strip_rows);
  std::string note;
  if (rows < all) {
    const std::string file = place.link(artefact.name + ".svg");
    note = fmt::format("<p class=\"note\">The first {} s.{}</p>", rows * 10,
                       file.empty() ? "" : " All of it is in " + file + ".");
  }
  std::string out = fmt::format(
      "<figure class=\"strip\" id=\"{}\"><figcaption><b>{}</b>{}</figcaption>"
      "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Strip\">",
      place.anchor(artefact.name), caption_of(artefact), place.link(artefact.name + ".csv"));
  // one picture per row, so that pages can break between rows
  for (int i = 0; i < rows; ++i)
    out += strip_svg(strip, artefact.text, {.alone = false, .first_row = i, .max_rows = 1});
  return out + "</div>" + note + "</figure>\n";
}

std::string strips_html(const PagePlace& place) {
  std::string out;
  for (const Artefact& artefact : place.one.finding.artefacts) {
    if (const auto* strip = std::get_if<StripArtefact>(&artefact.content)) out += strip_html(place, artefact, *strip);
  }
  if (out.empty()) return out;
  return fmt::format("<section class=\"part strips\"><h3>Strips</h3>\n{}</section>\n", out);
}

}  // namespace

std::string PagePlace::anchor(std::string_view name) const {
  return fmt::format("case-{}-{}", number, escape_html(name));
}

bool PagePlace::shows(std::string_view artefact) const {
  const auto is_it = [&](const Artefact& other) {
    return other.name == artefact && !std::holds_alternative<MaskArtefact>(other.content) &&
           !std::holds_alternative<HeatMapArtefact>(other.content) &&
           !std::holds_alternative<DrawingArtefact>(other.content);
  };
  return std::ranges::any_of(one.finding.artefacts, is_it);
}

std::string PagePlace::link(const std::string& file) const {
  const auto found = std::ranges::find(one.files, file, &std::pair<std::string, std::string>::first);
  if (found == one.files.end()) return {};
  return fmt::format("<a href=\"{}\">{}</a>", escape_html(found->second), escape_html(found->first));
}

std::string figures_html(const PagePlace& place) {
  return charts_html(place) + strips_html(place);
}

}  // namespace galen
