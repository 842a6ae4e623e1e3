#pragma once
// One self-contained page of findings, for people.
#include <string>
#include <utility>
#include <vector>

#include "galen/data/finding.h"
#include "galen/data/volume.h"

namespace galen {

/// One finding on a page.
struct ReportCase {
  Finding finding;
  const Volume* image = nullptr;                           ///< what its first mask lies on; outlives the call
  std::string heading;                                     ///< "Left hippocampus"; empty: the case's id
  std::vector<std::pair<std::string, std::string>> files;  ///< name and relative address, for links
};

/// A part of the page besides cases: paragraphs, and a table where it has columns.
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

/// Errors: a mask that does not lie on its image.
std::string html_report(const Report& report);

/// A number as readers want it, about three figures: "3.42", "1250", "0.0031". NaN is "not told".
std::string format_number(double value);
/// A probability in whole per cent, without its sign; what is not certain is neither "0" nor "100" but "<1" or ">99".
std::string percent_text(double probability);

}  // namespace galen
