#pragma once
// A self-contained HTML page of findings, for readers.
#include <string>
#include <utility>
#include <vector>

#include "galen/data/finding.h"
#include "galen/data/volume.h"

namespace galen {

/// One finding on a page.
struct ReportCase {
  Finding finding;
  const Volume* image = nullptr;                           ///< the image under the first mask; must outlive the call
  std::string heading;                                     ///< "Left hippocampus"; empty: the case's id
  std::vector<std::pair<std::string, std::string>> files;  ///< name and relative address, for links
};

/// An additional section of the page: paragraphs, and a table if it has columns.
struct ReportSection {
  std::string title;
  std::vector<std::string> paragraphs;
  TableArtefact table;
};

struct Report {
  std::string title;
  std::string introduction;  ///< a sentence or two under the title
  std::vector<ReportCase> cases;
  std::vector<ReportSection> sections;
};

/// Errors: a mask and its image have different grids.
std::string html_report(const Report& report);

/// A number for readers, to about three significant figures: "3.42", "1250", "0.0031". Not finite: "not known".
std::string format_number(double value);
/// A probability in whole per cent, without the sign. "0" and "100" stand only for certainty; else "<1" and ">99".
std::string percent_text(double probability);

}  // namespace galen
