#pragma once
// A finding as files: JSON for programs, masks and tables in the formats of the field, pictures, and a page for people.
#include <string>

#include "galen/data/case.h"
#include "galen/data/finding.h"

namespace galen {

struct ReportOptions {
  std::string volume_ending = ".nii.gz";  ///< of masks and heat maps; any that io/volume writes
  std::string title;                      ///< of the page; empty: the bundle and the case
  bool page = true;                       ///< report.html
};

/// Writes into folder (made if it is not there) files for each artefact under its name, finding.json, observations.json
/// (FHIR) where a statement has a value and a code, and report.html. What WFDB's annotations cannot hold is in the CSV
/// alone, with a warning in what is written.
/// source brings the images that drawings and the page show; without it they are left out. Each file appears whole; a
/// caller who wants all or nothing gives a StagedFolder. Errors: an artefact's name that cannot name a file, a mask
/// that does not lie on its image, what cannot be written.
void write_finding(const Finding& finding, const Case* source, const fs::path& folder,
                   const ReportOptions& options = {});

}  // namespace galen
