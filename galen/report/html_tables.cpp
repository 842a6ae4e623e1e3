#include <fmt/format.h>

#include <algorithm>

#include "galen/report/html_parts.h"
#include "galen/report/page.h"

namespace galen {
namespace {

constexpr std::size_t most_open_rows = 25;  // longer tables are collapsed

bool is_number(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789.,+-–%  ") == std::string::npos;
}

/// The first most_table_rows marks as a table.
TableArtefact marks_table(const Annotations& annotations) {
  TableArtefact table{.columns = {"at (s)", "until (s)", "code", "text", "probability"}, .rows = {}};
  const std::size_t count = std::min(annotations.marks.size(), most_table_rows);
  for (std::size_t i = 0; i < count; ++i) {
    const Mark& mark = annotations.marks[i];
    table.rows.push_back({fmt::format("{:.2f}", mark.at_seconds), fmt::format("{:.2f}", mark.until_seconds), mark.code,
                          mark.text, mark.probability ? fmt::format("{:.2f}", *mark.probability) : ""});
  }
  return table;
}

TableArtefact beginning_of(const TableArtefact& table) {
  const auto count = static_cast<std::ptrdiff_t>(std::min(table.rows.size(), most_table_rows));
  return {table.columns, {table.rows.begin(), table.rows.begin() + count}};
}

/// `table` holds the first of `rows` rows.
std::string one_table_html(const PagePlace& place, const Artefact& artefact, const TableArtefact& table,
                           std::size_t rows) {
  const bool folded = rows > most_open_rows, cut = rows > table.rows.size();
  std::string out = fmt::format("<div class=\"table{}\" id=\"{}\">", cut ? " cut" : "", place.anchor(artefact.name));
  if (folded) {
    out += fmt::format("<details><summary>{} ({} rows)</summary>",
                       escape_html(artefact.text.empty() ? artefact.name : artefact.text), rows);
  }
  if (cut) {
    const std::string file = place.link(artefact.name + ".csv");
    const std::string where = file.empty() ? "" : " All are in " + file + ".";
    out += fmt::format("<p class=\"note\">The first {} of {} rows.{}</p>", table.rows.size(), rows, where);
    out += fmt::format("<p class=\"note on-paper\">Not printed.{}</p>", where);
  }
  out += table_html(table, folded ? "" : artefact.text);
  return out + (folded ? "</details></div>\n" : "</div>\n");
}

}  // namespace

std::string table_html(const TableArtefact& table, const std::string& caption) {
  std::string out = "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Table\"><table>";
  if (!caption.empty()) out += fmt::format("<caption>{}</caption>", escape_html(caption));
  out += "<thead><tr>";
  for (const std::string& column : table.columns) out += fmt::format("<th scope=\"col\">{}</th>", escape_html(column));
  out += "</tr></thead><tbody>";
  for (const auto& row : table.rows) {
    out += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string_view tag = i == 0 ? "th scope=\"row\"" : is_number(row[i]) ? "td class=\"number\"" : "td";
      out += fmt::format("<{}>{}</{}>", tag, escape_html(row[i]), tag.substr(0, 2));
    }
    out += "</tr>";
  }
  return out + "</tbody></table></div>\n";
}

std::string tables_html(const PagePlace& place) {
  std::string out;
  for (const Artefact& artefact : place.one.finding.artefacts) {
    if (const auto* table = std::get_if<TableArtefact>(&artefact.content)) {
      out += one_table_html(place, artefact, beginning_of(*table), table->rows.size());
    }
    if (const auto* marks = std::get_if<Annotations>(&artefact.content)) {
      out += one_table_html(place, artefact, marks_table(*marks), marks->marks.size());
    }
  }
  return out.empty() ? out : fmt::format("<section class=\"part\"><h3>Tables</h3>\n{}</section>\n", out);
}

}  // namespace galen
