#pragma once
// Datasets from existing data: known layouts of images and masks, or of recordings, become dataset.json and
// dataset.csv. Nothing is copied: the source becomes a root of the dataset.
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "galen/data/dataset.h"

namespace galen {

/// Shares of the cases, split by patient; they are normalised to their sum. If a layout has a test split, the share for
/// it is not used.
struct SplitShares {
  double train = 0.7, validate = 0.15, calibrate = 0, test = 0.15;
};

struct ImportOptions {
  std::string name;                       ///< empty: as the source says, or the folder's name
  std::string task;                       ///< empty: the layout's default, image_segment or ecg_rhythm
  std::string source, licence, citation;  ///< empty: as the source says
  /// A CSV with a row for each case: its patient, and what else is known. Empty: patients are unknown.
  fs::path cases;
  std::string case_column = "case", patient_column = "patient";
  std::string split_column;       ///< of the CSV; empty: split by the shares
  std::vector<std::string> keep;  ///< columns of the CSV that become attributes
  /// Extensions of annotation files; the first that exists for a record is used. {"none"}: recordings alone.
  std::vector<std::string> annotators = {"atr"};
  std::vector<std::string> classes;  ///< names of the mask values 0, 1, ...; empty: as the source says
  SplitShares shares;
  std::uint64_t seed = 1;
};

/// The Medical Segmentation Decathlon: dataset.json with "training", "labels" and "modality" (Antonelli et al. 2022).
/// Errors: several modalities in one 4D file.
Dataset import_msd(const fs::path& source, const ImportOptions& options = {});
/// nnU-Net's raw layout (versions 1 and 2): imagesTr/CASE_0000.EXT, labelsTr/CASE.EXT, and imagesTs with labelsTs as
/// the test split if both exist; then no other cases are put into it. With several channels the columns are image_NAME.
/// Errors: region-based labels, an image without a mask, a mask without an image.
Dataset import_nnunet(const fs::path& source, const ImportOptions& options = {});
/// Folders images (or image) and labels (or masks, mask, label), whose files are matched by name without the extension.
/// Errors: an image without a mask, a mask without an image.
Dataset import_folder(const fs::path& source, const ImportOptions& options = {});

/// WFDB records in the folder and its subfolders: NAME.hea with NAME.atr. Segments of other records are not cases. Each
/// record counts as an unknown patient of its own, unless the file of cases names its patient. Errors: a record without
/// annotations.
Dataset import_wfdb(const fs::path& source, const ImportOptions& options = {});

/// An entry in the list of formats.
struct ImportFormat {
  std::string_view name, help;
  Dataset (*import)(const fs::path& source, const ImportOptions& options);
};
std::span<const ImportFormat> import_formats();
/// Errors (usage): no such format; the message lists the known ones.
const ImportFormat& import_format(std::string_view name);

/// Splits for cases of these patients, in their order: all cases of a patient are in one split, shares are met as
/// closely as possible in cases, and the order in which patients are assigned depends only on the seed and their names.
std::vector<Split> split_by_patient(const std::vector<std::string>& patients, const SplitShares& shares,
                                    std::uint64_t seed);

/// The name of a file without the extension of its format: "a.b" for "a.b.nii.gz", "208" for "208.hea".
std::string stem_of(const fs::path& path);

}  // namespace galen
