#pragma once
// A self-describing trained model: a folder (or a zip of it) with bundle.json, networks, card, goldens, checksums.
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "galen/base/json.h"
#include "galen/data/dataset.h"
#include "galen/graph/graph.h"

namespace galen {

/// An input of the model: a role of Case::inputs.
struct InputSpec {
  std::string role;         ///< "image"
  std::string kind;         ///< "volume", "signal", "annotations"
  std::string description;  ///< "T1-weighted MRI, a crop around one hippocampus"
  std::string modality;     ///< DICOM modality, if it matters
  bool required = true;
};

/// Another bundle that this one calls, by role ("find_region"); refused when its hash differs.
struct BundleUse {
  std::string role, bundle, hash;
};

struct Bundle {
  fs::path folder;   ///< where it is; empty while it is being made
  std::string hash;  ///< of SHA256SUMS; identifies exactly this bundle

  std::string id, version = "1";
  std::string task;
  int task_version = 1;
  std::string question;
  std::string status = "demonstration";  ///< or "research", "locally_accepted"
  std::string licence, attribution;
  std::vector<InputSpec> inputs;
  std::vector<ClassLabel> classes;
  std::map<std::string, std::vector<std::string>> networks;  ///< name -> files; several files form an ensemble
  std::vector<BundleUse> uses;
  std::string applies_to;  ///< the population and input that it is meant for, in words
  // Sections owned by the task, trust and pipeline; each is an object.
  Json prep = Json::object(), decision = Json::object(), calibration = Json::object(), coverage = Json::object(),
       reference = Json::object(), precisions = Json::object(), training = Json::object(), results = Json::object();
  Json recipe = Json::object();  ///< recipe.json

  /// Reads the member networks of this name. Errors: no such name, a damaged file.
  std::vector<Graph> graphs(const std::string& network) const;
};

Json to_json(const Bundle& bundle);
/// Without folder, hash and recipe, which other files hold. Errors: another format or a newer version of it, unknown
/// keys, an id that cannot name a folder, an unknown status, a network path that leads outside the bundle.
Bundle bundle_from_json(const JsonView& json);
/// A sentence for readers of findings: what a status allows.
std::string_view meaning_of_status(std::string_view status);

/// Opens and verifies: format version, every file against SHA256SUMS, no file that is not listed, no link, no path
/// outside. A zip is unpacked to a temporary folder that lives as long as the bundle.
std::shared_ptr<const Bundle> open_bundle(const fs::path& path, const Limits& limits = {});
/// By path, or by name in $GALEN_MODELS (folders separated by ':'), ./models, the program's models and the user's data
/// folder. Errors: no bundle of this name (the message lists those available), a damaged bundle.
std::shared_ptr<const Bundle> find_bundle(const std::string& name_or_path);
/// All bundles in those folders, unopened, in search order.
std::vector<fs::path> list_bundles();
/// A zip of the bundle; the same bundle gives the same bytes.
void pack_bundle(const Bundle& bundle, const fs::path& zip);

/// A golden: an input without any patient's data, and the finding that it must give.
struct Golden {
  std::string name;
  fs::path folder;  ///< holds the input files, case.json (roles -> files) and finding.json
};
std::vector<Golden> goldens_of(const Bundle& bundle);

/// What is written besides bundle.json: networks as ONNX (weights f16 or f32), card, goldens; SHA256SUMS last.
struct BundleFiles {
  std::map<std::string, Graph> networks;  ///< by file name
  Scalar weights = Scalar::f16;
  std::map<std::string, Bytes> others;  ///< by relative path: "goldens/a/image.nii.gz"
};
/// Appears whole or not at all. The card is generated from the bundle.
void write_bundle(const Bundle& bundle, const BundleFiles& files, const fs::path& target, bool replace);
/// The model card (Mitchell et al. 2019) in Markdown.
std::string card_of(const Bundle& bundle);

}  // namespace galen
