#include "galen/train/golden_files.h"

#include <algorithm>
#include <cmath>

#include "galen/io/volume/volume_io.h"
#include "galen/io/wave/wave_io.h"
#include "galen/pipeline/load.h"

namespace galen {
namespace {

/// The finest gain that 16 bits allow, at most WFDB's usual 1000 steps per unit, at which 120 mm[Hg] would not fit.
WfdbOptions finest(const Signal& signal) {
  WfdbOptions options;
  for (std::size_t channel = 0; channel < signal.channels.size(); ++channel) {
    for (const float v : signal.source->read(channel, 0, signal.length * signal.channels[channel].samples_per_frame)) {
      if (std::abs(v) * options.gain > 32000) options.gain = std::max(1.0, std::floor(32000.0 / std::abs(v)));
    }
  }
  return options;
}

/// Writes an input into a folder; returns the name of the file to read it from. Each kind of data has one overload.
std::string write_input(const Input& input, const std::string& role, const fs::path& folder) {
  struct Writer {
    const std::string& role;
    const fs::path& folder;
    std::string operator()(const Volume& volume) const {
      write_volume(volume, folder / (role + ".nii.gz"));
      return role + ".nii.gz";
    }
    std::string operator()(const Signal& signal) const {
      write_signal(signal, folder / (role + ".hea"), finest(signal));
      return role + ".hea";
    }
    std::string operator()(const Annotations& annotations) const {
      write_annotations(annotations, folder / (role + ".atr"));
      return role + ".atr";
    }
  };
  return std::visit(Writer{role, folder}, input);
}

/// The input as read back from its file, as in a later check.
Input read_back(const Input& input, const fs::path& file) {
  if (std::holds_alternative<Volume>(input)) return read_volume(file);
  if (std::holds_alternative<Signal>(input)) return read_signal(file);
  return read_annotations(file);
}

Bytes bytes_of(const Json& json) {
  const std::string text = json.dump(2) + "\n";
  return {as_bytes(text).begin(), as_bytes(text).end()};
}

}  // namespace

std::map<std::string, Bytes> golden_files(const std::map<std::string, Case>& goldens, const Predictor& predictor) {
  std::map<std::string, Bytes> out;
  for (const auto& [name, made] : goldens) {
    const TemporaryFolder folder;
    const std::string prefix = "goldens/" + name + "/";
    Json files = Json::object();
    Case read = made;
    for (auto& [role, input] : read.inputs) {
      const std::string file = write_input(input, role, folder.path());
      files[role] = file;
      input = read_back(input, folder.path() / file);
    }
    for (const fs::directory_entry& entry : fs::directory_iterator(folder.path())) {
      out[prefix + entry.path().filename().string()] = read_bytes(entry.path());
    }
    read.id = name;
    Finding finding = with_context("golden " + name, [&] { return predictor.predict(read, no_progress()); });
    finding.case_id = name;
    out[prefix + "case.json"] = bytes_of(files);
    out[prefix + "finding.json"] = bytes_of(to_json(finding));
  }
  return out;
}

}  // namespace galen
