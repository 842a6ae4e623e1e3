#include "galen/io/dataset/import_layouts.h"

#include <fmt/format.h>

#include <algorithm>

#include "galen/base/json.h"
#include "galen/base/text.h"
#include "galen/data/units.h"

namespace galen {
namespace {

/// The path of a file of the source. Errors: missing, or a path that leads out of the source.
std::string file_in(const fs::path& source, const std::string& path, const std::string& where) {
  const fs::path full = source / path;
  if (!fs::is_regular_file(full)) throw Error(where, fmt::format("names '{}'", path), "no such file");
  const fs::path real = fs::canonical(full);
  if (!lies_within(real, source)) throw Error(where, fmt::format("names '{}'", path), "it leads out of the folder");
  return real.string();
}

/// The image files of a folder by stem; hidden files, such as macOS's "._a.nii.gz", are not images.
std::map<std::string, fs::path> images_by_stem(const fs::path& folder) {
  if (!fs::is_directory(folder)) throw Error(folder.string(), "is not there", "no such folder");
  std::map<std::string, fs::path> out;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name.front() == '.' || !is_image_name(name) || !entry.is_regular_file()) continue;
    if (const auto [at, fresh] = out.emplace(stem_of(name), entry.path()); !fresh) {
      throw Error(folder.string(), fmt::format("has two files for '{}'", at->first),
                  fmt::format("{} and {}", at->second.filename().string(), name), "leave one of them");
    }
  }
  return out;
}

std::string text_or(const JsonView& json, std::string_view key) {
  return json.has(key) && json.json().at(std::string(key)).is_string() ? json.get<std::string>(key) : "";
}

void describe(Dataset& dataset, const JsonView& json) {
  if (const std::string name = text_or(json, "name"); !name.empty()) dataset.name = name;
  dataset.licence = text_or(json, "licence") + text_or(json, "license");
  dataset.citation = text_or(json, "reference");
  dataset.source = text_or(json, "description");
}

[[noreturn]] void refuse_without_mask(const fs::path& image, const std::string& id, const fs::path& folder) {
  throw Error(image.string(), "has no mask", fmt::format("none named '{}' in {}", id, folder.string()));
}

int class_value(const std::string& text, const std::string& where) {
  const std::optional<int> value = number_in<int>(text);
  if (!value || *value < 0) throw Error(where, fmt::format("has the class '{}'", text), "it is not a whole number");
  return *value;
}

void sort_classes(Dataset& dataset) {
  std::sort(dataset.classes.begin(), dataset.classes.end(),
            [](const ClassLabel& a, const ClassLabel& b) { return a.value < b.value; });
}

/// Version 2 of nnU-Net writes "channel_names", and classes as {"lesion": 1}; version 1 writes "modality" as the
/// Decathlon does, and {"1": "lesion"}.
JsonView channels_of(const JsonView& json) {
  return json.at(json.has("channel_names") ? "channel_names" : "modality");
}

ClassLabel nnunet_class(const std::string& key, const Json& value, const std::string& where) {
  if (value.is_array() || key == "ignore") {
    throw Error(where, fmt::format("has '{}'", key), "regions and ignored voxels have no class of their own",
                "write masks with one value for each class");
  }
  const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
  const bool version_1 = value.is_string() && !key.empty() && key.find_first_not_of("0123456789") == std::string::npos;
  if (version_1) return {.value = class_value(key, where), .name = text, .code = {}};
  return {.value = class_value(text, where), .name = key, .code = {}};
}

/// Sets the unit if there is one channel, and it is CT.
void note_ct(Dataset& dataset, const JsonView& channels) {
  if (channels.size() == 1 && lowered(text_or(channels, "0")) == "ct") dataset.units["image"] = hounsfield_unit;
}

/// Channel columns of nnU-Net: "image", or "image_t1", "image_flair" for several.
std::vector<std::string> channel_columns(const JsonView& json) {
  const JsonView names = channels_of(json);
  std::vector<std::string> columns;
  for (std::size_t channel = 0; channel < names.size(); ++channel) {
    std::string column = names.get<std::string>(std::to_string(channel));
    for (char& c : column) c = std::isalnum(static_cast<unsigned char>(c)) ? static_cast<char>(std::tolower(c)) : '_';
    column = "image_" + column;
    if (std::ranges::find(columns, column) != columns.end()) column += fmt::format("_{}", channel);
    columns.push_back(column);
  }
  if (columns.empty()) throw Error(names.where(), "names no channel");
  if (columns.size() == 1) return {"image"};
  return columns;
}

/// "a_0000" -> "a".
std::string case_of_channel(const std::string& stem) {
  constexpr std::size_t suffix = 5;
  const bool numbered = stem.size() > suffix && stem[stem.size() - suffix] == '_' &&
                        stem.find_first_not_of("0123456789", stem.size() - suffix + 1) == std::string::npos;
  return numbered ? stem.substr(0, stem.size() - suffix) : stem;
}

void add_nnunet_cases(Dataset& dataset, const std::string& images, const std::string& labels, const std::string& ending,
                      const std::vector<std::string>& columns, Split split) {
  const auto masks = images_by_stem(dataset.folder / labels);
  for (const auto& [id, mask] : masks) {
    DatasetRow row{.id = id, .patient = {}, .split = split, .columns = {{"mask", mask.string()}}};
    for (std::size_t channel = 0; channel < columns.size(); ++channel) {
      const std::string image = fmt::format("{}/{}_{:04}{}", images, id, channel, ending);
      row.columns[columns[channel]] = file_in(dataset.folder, image, mask.string());
    }
    dataset.rows.push_back(std::move(row));
  }
  for (const auto& [stem, image] : images_by_stem(dataset.folder / images)) {
    if (const std::string id = case_of_channel(stem); !masks.contains(id)) refuse_without_mask(image, id, labels);
  }
}

/// Refuses nnU-Net's layout, whose files have channel numbers that the Decathlon's list does not name.
void refuse_nnunet(const fs::path& source, const std::string& image, const std::string& where) {
  const fs::path full = source / image;
  const std::string stem = stem_of(full), ending = full.filename().string().substr(stem.size());
  if (fs::exists(full) || !fs::exists(full.parent_path() / (stem + "_0000" + ending))) return;
  throw Error(where, fmt::format("names '{}'", image),
              fmt::format("no such file, but {}_0000{} is there", stem, ending),
              "this is nnU-Net's layout: galen import nnunet");
}

/// The first of these folders that exists.
fs::path first_folder(const fs::path& source, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    if (fs::is_directory(source / name)) return source / name;
  }
  throw Error(source.string(), fmt::format("has no folder '{}'", *names.begin()));
}

}  // namespace

Dataset dataset_at(const fs::path& source) {
  if (!fs::is_directory(source)) throw Error(source.string(), "is not a folder");
  Dataset dataset;
  dataset.folder = fs::canonical(source);
  dataset.roots = {dataset.folder};
  dataset.task = "image_segment";
  dataset.name = dataset.folder.filename().string();
  return dataset;
}

Dataset import_msd(const fs::path& source, const ImportOptions& options) {
  Dataset dataset = dataset_at(source);
  const fs::path file = dataset.folder / "dataset.json";
  const Json document = read_json(file);
  const JsonView json(document, file.string());
  describe(dataset, json);
  if (const JsonView modality = json.at("modality"); modality.size() != 1) {
    throw Error(modality.where(), fmt::format("names {} modalities", modality.size()), "they share one 4D file",
                "split them into a file each, in nnU-Net's layout, and import that");
  }
  note_ct(dataset, json.at("modality"));
  for (const auto& [value, name] : json.at("labels").json().items()) {
    const std::string where = json.where() + ": labels";
    dataset.classes.push_back(
        {.value = class_value(value, where), .name = JsonView(name, where).as<std::string>(), .code = {}});
  }
  sort_classes(dataset);
  dataset.path_columns = {"image", "mask"};
  const JsonView training = json.at("training");
  for (std::size_t i = 0; i < training.size(); ++i) {
    const JsonView one = training.at(i);
    DatasetRow row;
    refuse_nnunet(dataset.folder, one.get<std::string>("image"), one.where());
    row.columns["image"] = file_in(dataset.folder, one.get<std::string>("image"), one.where());
    row.columns["mask"] = file_in(dataset.folder, one.get<std::string>("label"), one.where());
    row.id = stem_of(row.columns["image"]);
    dataset.rows.push_back(std::move(row));
  }
  std::vector<bool> has_split(dataset.rows.size(), false);
  return finish_import(std::move(dataset), std::move(has_split), options);
}

Dataset import_nnunet(const fs::path& source, const ImportOptions& options) {
  Dataset dataset = dataset_at(source);
  const fs::path file = dataset.folder / "dataset.json";
  const Json document = read_json(file);
  const JsonView json(document, file.string());
  describe(dataset, json);
  const JsonView labels = json.at("labels");
  for (const auto& [name, value] : labels.json().items()) {
    dataset.classes.push_back(nnunet_class(name, value, labels.where()));
  }
  sort_classes(dataset);
  const std::vector<std::string> columns = channel_columns(json);
  note_ct(dataset, channels_of(json));
  dataset.path_columns = columns;
  dataset.path_columns.emplace_back("mask");
  const std::string ending = json.has("channel_names") ? json.get<std::string>("file_ending")
                                                       : json.get<std::string>("file_ending", ".nii.gz");
  add_nnunet_cases(dataset, "imagesTr", "labelsTr", ending, columns, Split::train);
  std::vector<bool> has_split(dataset.rows.size(), false);
  if (fs::is_directory(dataset.folder / "imagesTs") && fs::is_directory(dataset.folder / "labelsTs")) {
    add_nnunet_cases(dataset, "imagesTs", "labelsTs", ending, columns, Split::test);
    has_split.resize(dataset.rows.size(), true);
  }
  return finish_import(std::move(dataset), std::move(has_split), options);
}

Dataset import_folder(const fs::path& source, const ImportOptions& options) {
  Dataset dataset = dataset_at(source);
  const fs::path image_folder = first_folder(dataset.folder, {"images", "image"});
  const fs::path mask_folder = first_folder(dataset.folder, {"labels", "masks", "mask", "label"});
  const auto images = images_by_stem(image_folder);
  const auto masks = images_by_stem(mask_folder);
  for (const auto& [id, mask] : masks) {
    if (!images.contains(id)) throw Error(mask.string(), "has no image", fmt::format("none named '{}'", id));
  }
  for (const auto& [id, image] : images) {
    const auto mask = masks.find(id);
    if (mask == masks.end()) refuse_without_mask(image, id, mask_folder);
    dataset.rows.push_back({.id = id,
                            .patient = {},
                            .split = Split::train,
                            .columns = {{"image", image.string()}, {"mask", mask->second.string()}}});
  }
  dataset.path_columns = {"image", "mask"};
  std::vector<bool> has_split(dataset.rows.size(), false);
  return finish_import(std::move(dataset), std::move(has_split), options);
}

}  // namespace galen
