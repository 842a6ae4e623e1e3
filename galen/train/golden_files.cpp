#include "galen/train/golden_files.h"

#include "galen/io/volume/volume_io.h"
#include "galen/pipeline/load.h"

namespace galen {
namespace {

/// The file's name without its folder, after writing the input into the folder.
std::string write_input(const Input& input, const std::string& role, const fs::path& folder) {
  if (const Volume* volume = std::get_if<Volume>(&input)) {
    const std::string name = role + ".nii.gz";
    write_volume(*volume, folder / name);
    return name;
  }
  throw defect(role, "goldens of this kind of input cannot be written");
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
    Case read = made;  // with the inputs as their files give them back: that is what a check will read
    for (auto& [role, input] : read.inputs) {
      const std::string file = write_input(input, role, folder.path());
      files[role] = file;
      out[prefix + file] = read_bytes(folder.path() / file);
      input = read_volume(folder.path() / file);
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
