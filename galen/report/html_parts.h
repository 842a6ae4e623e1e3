#pragma once
// Parts of a finding's page.
#include <string>
#include <string_view>

#include "galen/report/html.h"

namespace galen {

/// A case and its number on the page, from 1, which makes its anchors unique.
struct PagePlace {
  const ReportCase& one;
  std::size_t number = 1;

  /// The id of an artefact or part, escaped.
  std::string anchor(std::string_view name) const;
  /// True for artefacts that have an anchor on the page.
  bool shows(std::string_view artefact) const;
  /// A link to the file of that name if it was written; else empty.
  std::string link(const std::string& file) const;
};

/// The image with its outlines, slice by slice; empty without an image. Errors: a mask whose grid is not the image's.
std::string viewer_html(const ReportCase& one);

/// Charts, then strips; empty without any.
std::string figures_html(const PagePlace& place);

/// The most rows that the page shows of a table; longer ones are complete in their files.
inline constexpr std::size_t most_table_rows = 200;
/// Tables and annotations; long ones are collapsed, and cut after most_table_rows with a note.
std::string tables_html(const PagePlace& place);
std::string table_html(const TableArtefact& table, const std::string& caption);

}  // namespace galen
