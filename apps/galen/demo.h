#pragma once
// The parts of `galen demo`.
#include <string>

#include "apps/galen/command.h"
#include "galen/base/json.h"

namespace galen::app {

struct DemoArguments {
  std::string brain_bundle = "hippocampus-mri", templates = "/usr/share/mricron/templates";
  std::string ecg_bundle = "ecg-rhythm", recording = "examples/recordings/mitbih-208.hea";
  std::string output = "galen-demo";
  bool force = false;
};

/// Segments both hippocampi and compares them with the atlas: report.html and a folder for each side, in folder.
/// Returns its part of the --json document.
Json demo_brain(Context& context, const DemoArguments& arguments, const fs::path& folder);

/// Reads an ECG as a file and its leads as a live stream, and compares the beats of both: report.html in folder.
Json demo_ecg(Context& context, const DemoArguments& arguments, const fs::path& folder);

}  // namespace galen::app
