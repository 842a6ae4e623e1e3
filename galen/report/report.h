#pragma once
// Writes a finding as files: JSON for programs, masks and tables in standard formats, pictures, and a page for readers.
#include <string>

#include "galen/data/case.h"
#include "galen/data/finding.h"

namespace galen {

struct ReportOptions {
  std::string volume_ending = ".nii.gz";  ///< of masks and heat maps; any that io/volume writes
  std::string title;                      ///< of the page; empty: bundle and case id
  bool page = true;                       ///< report.html
};

/// Writes into folder (created if missing) files for each artefact, named after it, finding.json, observations.json
/// (FHIR) if a statement has a value and a code, and report.html. Annotations that WFDB cannot represent are written
/// only as CSV, with a warning added to the written finding.
/// source provides the images that drawings and the page show; without it they are left out. Each file is written
/// atomically; for all or nothing, pass a StagedFolder. Errors: an artefact's name that cannot name a file, a mask
/// whose grid is not its image's, a file that cannot be written.
void write_finding(const Finding& finding, const Case* source, const fs::path& folder,
                   const ReportOptions& options = {});

}  // namespace galen
