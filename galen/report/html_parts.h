#pragma once
// Parts of the page of a finding.
#include <string>
#include <string_view>

#include "galen/report/html.h"

namespace galen {

/// A case and its number on the page, from 1: anchors are unique by it.
struct PagePlace {
  const ReportCase& one;
  std::size_t number = 1;

  /// The id of an artefact or part, escaped.
  std::string anchor(std::string_view name) const;
  /// True for artefacts that have an anchor.
  bool shows(std::string_view artefact) const;
  /// A link to the file of that name where it was written; else nothing.
  std::string link(const std::string& file) const;
};

/// The image with its outlines, slice by slice; empty without an image. Errors: a mask that does not lie on it.
std::string viewer_html(const ReportCase& one);

/// Charts, then strips; empty without any.
std::string figures_html(const PagePlace& place);

/// Rows that the page shows of one table; longer ones are in their files.
inline constexpr std::size_t most_table_rows = 200;
/// Tables and annotations; folded when long, cut after most_table_rows with a sentence.
std::string tables_html(const PagePlace& place);
std::string table_html(const TableArtefact& table, const std::string& caption);

}  // namespace galen
