#include "galen/report/html.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "galen/base/text.h"
#include "galen/bundle/bundle.h"
#include "galen/report/html_parts.h"
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

/// Shows UCUM annotations without braces: "{beats}/h" as "beats/h".
std::string shown_unit(std::string unit) {
  if (unit == "1") return {};  // a count
  std::erase_if(unit, [](char c) { return c == '{' || c == '}'; });
  return e(unit);
}

// ---- statements

std::string interval_text(const Statement& s) {
  const Interval& i = *s.interval;
  return fmt::format("{} to {}{}", format_number(i.low), format_number(i.high),
                     s.unit.empty() ? "" : "&nbsp;" + shown_unit(s.unit));
}

/// The top of the scale, from 0, that all intervals of one unit share: a little above the highest end.
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

/// What a link to the evidence's artefact says: what it shows, or "strip 3" if the evidence itself says that.
std::string label_of(const Evidence& evidence, const Finding& finding) {
  const auto artefact = std::ranges::find(finding.artefacts, evidence.artefact, &Artefact::name);
  if (!artefact->text.empty() && artefact->text != evidence.text) return artefact->text;
  std::string label = artefact->name;
  std::ranges::replace(label, '.', ' ');
  return label;
}

/// The evidence's text, with a link to its artefact if the page shows it.
std::string evidence_html(const Evidence& evidence, const PagePlace& place) {
  if (!place.shows(evidence.artefact)) return e(evidence.text);
  return fmt::format("{} <a href=\"#{}\">See {}</a>", e(evidence.text), place.anchor(evidence.artefact),
                     e(label_of(evidence, place.one.finding)));
}

// A count has no decimals.
std::string shown_value(const Statement& s) {
  const bool counted = s.unit == "1" && *s.value == std::round(*s.value);
  return counted ? fmt::format("{:.0f}", *s.value) : format_number(*s.value);
}

std::string statement_html(const Statement& s, const PagePlace& place) {
  const Finding& finding = place.one.finding;

  std::string out = "<li class=\"statement\">";
  if (s.value) {
    out += fmt::format("<p class=\"value\">{}<span class=\"unit\">{}</span></p>", shown_value(s), shown_unit(s.unit));
  } else if (s.probability) {
    out += fmt::format("<p class=\"value\">{}<span class=\"unit\">%</span></p>", e(percent_text(*s.probability)));
  }
  out += fmt::format("<div class=\"said\"><p class=\"text\">{}</p>", e(s.text));
  if (s.interval) {
    if (s.value) out += interval_bar(s, top_of_scale(finding, s.unit));
    out += fmt::format("<p class=\"detail\">{:.0f}&nbsp;% interval {} <span class=\"method\">{}</span></p>",
                       100 * s.interval->level, interval_text(s), e(s.interval->method));
  }
  if (s.value && s.probability)
    out += fmt::format("<p class=\"detail\">Probability {}&nbsp;%</p>", e(percent_text(*s.probability)));
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
    if (evidence.statement == s.id) out += fmt::format("<p class=\"detail\">{}</p>", evidence_html(evidence, place));
  }
  return out + "</div></li>\n";
}

/// The evidence that belongs to no statement; the rest is shown with its statement.
std::string evidence_section(const PagePlace& place) {
  const Finding& finding = place.one.finding;
  std::string items;
  for (const Evidence& evidence : finding.evidence) {
    const auto is_its = [&](const Statement& s) { return s.id == evidence.statement; };
    if (std::ranges::none_of(finding.statements, is_its)) {
      items += fmt::format("<li>{}</li>", evidence_html(evidence, place));
    }
  }
  return items.empty()
             ? items
             : fmt::format("<section class=\"part\"><h3>Evidence</h3><ul class=\"evidence-list\">{}</ul></section>\n",
                           items);
}

std::string warnings_html(const PagePlace& place) {
  const Finding& finding = place.one.finding;
  std::string out;
  for (const Warning& warning : finding.warnings) {
    std::string kind = warning.kind;
    std::replace(kind.begin(), kind.end(), '_', ' ');
    out += fmt::format("<p class=\"warning\" role=\"note\"><strong>{}</strong> {}</p>\n", e(kind), e(warning.text));
  }
  return out.empty() ? out : fmt::format("<div class=\"warnings\" id=\"{}\">{}</div>\n", place.anchor("warnings"), out);
}

// ---- provenance and the whole page

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

/// The answers, after the picture if there is one.
std::string columns_html(const PagePlace& place) {
  const ReportCase& one = place.one;
  const bool beside = one.image && !one.finding.statements.empty();
  std::string out = fmt::format("<div class=\"columns{}\">\n{}", beside ? "" : " single", viewer_html(one));
  out += "<div class=\"answers\"><ul class=\"statements\">\n";
  for (const Statement& statement : one.finding.statements) out += statement_html(statement, place);
  return out + "</ul></div>\n</div>\n";
}

/// Without an image, warnings come after the answers; this links to them from above.
std::string warnings_below(const PagePlace& place) {
  const std::size_t count = place.one.finding.warnings.size();
  if (count == 0) return {};
  return fmt::format("<p class=\"jump\"><a href=\"#{}\">{}</a> to read with these answers</p>\n",
                     place.anchor("warnings"), counted(count, "warning"));
}

std::string case_html(const PagePlace& place, bool alone) {
  const ReportCase& one = place.one;
  const Finding& finding = one.finding;
  const std::string figures = figures_html(place);
  std::string out = fmt::format("<article class=\"case{}\">\n", figures.empty() ? "" : " long");
  if (!alone || !one.heading.empty()) {
    out += fmt::format("<h2>{}</h2>\n", e(one.heading.empty() ? finding.case_id : one.heading));
  }
  if (one.image) {
    out += warnings_html(place) + columns_html(place);
  } else {
    out += warnings_below(place) + columns_html(place) + warnings_html(place);
  }
  return out + figures + tables_html(place) + evidence_section(place) + files_html(one) +
         provenance_html(finding.provenance) + "</article>\n";
}

/// "2026-11-24T15:00:00Z" as "2026-11-24 15:00 UTC"; anything else as it is.
std::string readable_time(const std::string& iso) {
  if (iso.size() < 17 || iso[10] != 'T' || iso.back() != 'Z') return iso;
  return fmt::format("{} {} UTC", iso.substr(0, 10), iso.substr(11, 5));
}

/// Title, case, bundle, status with its meaning, and to whom the bundle applies; once for all cases.
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
  if (!std::isfinite(value)) return "not known";
  if (value != 0 && std::abs(value) < 0.01) return fmt::format("{:.2g}", value);
  return fmt::format("{:.{}f}", value, decimals(value));
}

std::string percent_text(double probability) {
  const std::string text = fmt::format("{:.0f}", 100 * probability);
  if (text == "100" && probability < 1) return ">99";
  if (text == "0" && probability > 0) return "<1";
  return text;
}

std::string html_report(const Report& report) {
  std::string body = header_html(report);
  for (std::size_t i = 0; i < report.cases.size(); ++i) {
    body += case_html({report.cases[i], i + 1}, report.cases.size() == 1);
  }
  for (const ReportSection& section : report.sections) {
    body += fmt::format("<section class=\"extra\"><h2>{}</h2>\n", e(section.title));
    for (const std::string& paragraph : section.paragraphs) body += fmt::format("<p>{}</p>\n", e(paragraph));
    if (!section.table.columns.empty()) body += table_html(section.table, "");
    body += "</section>\n";
  }
  return html_page(report.title, body);
}

}  // namespace galen
