// Compares every file of the corpus with the results of the reference readers: nibabel for NIfTI and Analyze, pynrrd
// for NRRD, SimpleITK for MetaImage. Where Galen differs on purpose, the list below says how (docs/formats/volumes.md
// says why).
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <sstream>

#include "galen/base/error.h"
#include "galen/base/hash.h"
#include "galen/io/volume/volume_io.h"

namespace galen {
namespace {

const fs::path corpus = fs::path(GALEN_TEST_DATA) / "corpus" / "nifti";

using Row = std::map<std::string, std::string>;

/// Reads CSV as in RFC 4180.
std::vector<Row> read_csv(const fs::path& path) {
  std::vector<std::vector<std::string>> lines(1, std::vector<std::string>(1));
  bool quoted = false;
  const std::string text = read_text(path);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted && c == '"' && i + 1 < text.size() && text[i + 1] == '"') {
      lines.back().back() += text[++i];
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && c == ',') {
      lines.back().emplace_back();
    } else if (!quoted && c == '\n') {
      lines.emplace_back(1);
    } else if (c != '\r') {
      lines.back().back() += c;
    }
  }
  std::vector<Row> rows;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    if (lines[i].size() != lines[0].size()) continue;
    Row& row = rows.emplace_back();
    for (std::size_t k = 0; k < lines[0].size(); ++k) row[lines[0][k]] = lines[i][k];
  }
  return rows;
}

/// What the reference reader says about a file.
struct Reference {
  bool reads = false;
  bool stored_order = false;  ///< the hash, by pynrrd, takes components in the file's order
  std::string shape, affine_ras, hash;
};

Reference reference_of(const Row& row) {
  const std::string& kind = row.at("kind");
  if (kind.starts_with("NRRD")) {
    return {row.at("pynrrd_reads") == "yes", true, row.at("simpleitk_hash_shape"), row.at("simpleitk_affine_ras"),
            row.at("pynrrd_voxels_f64_sha256")};
  }
  if (kind.starts_with("MetaImage")) {
    return {row.at("simpleitk_reads") == "yes", false, row.at("simpleitk_hash_shape"), row.at("simpleitk_affine_ras"),
            row.at("simpleitk_voxels_f64_sha256")};
  }
  return {row.at("nibabel_reads") == "yes", false, row.at("nibabel_hash_shape"), row.at("nibabel_affine_ras"),
          row.at("nibabel_voxels_f64_sha256")};
}

/// Where Galen differs: the text of its refusal, or the hash of the voxels that it reads.
struct Exception {
  std::string refusal, hash;
};
const std::string plain_hash = "698fb1060d7c0c578919184e95241d8d3292276e7136df645c94e04f38aaccf0";
const std::map<std::string, Exception> exceptions = {
    {"nibabel/minc2_baddim.mnc", {"is MINC 2", ""}},
    {"nibabel/tiny.mnc", {"is MINC 1", ""}},
    {"synthetic/dim0_zero.nii", {"dim[0] is 0", ""}},
    {"synthetic/dim_zero_extent.nii", {"dim[2] is 0", ""}},
    {"synthetic/size_zero.nrrd", {"a size is 0", ""}},
    {"synthetic/vox_offset_0.nii", {"vox_offset is 0", ""}},
    {"synthetic/sform_singular.nii", {"singular", ""}},
    {"synthetic/plain_named_gz.nii.gz", {"", plain_hash}},
    {"synthetic/gz_named_nii.nii", {"", plain_hash}},
    {"synthetic/bzip2.nrrd", {"encoding 'bzip2'", ""}},
    {"pynrrd/BallBinary30x30x30_bz2.nrrd", {"encoding 'bzip2'", ""}},
    {"synthetic/compressed_nosize.mha", {"", plain_hash}},
    {"synthetic/corrupt_zlib.mha", {"do not unpack", ""}},
    {"synthetic/hex.nrrd", {"", plain_hash}},
    {"synthetic/detached_list.nhdr", {"", plain_hash}},
    {"synthetic/detached_pattern.nhdr", {"", plain_hash}},
};

std::string hash_of(const Volume& volume, bool stored_order) {
  const auto values = volume.as_f64();
  if (stored_order || volume.components == 1) return sha256(std::as_bytes(std::span(values)));
  std::vector<double> moved(values.size());
  const auto components = static_cast<std::size_t>(volume.components), voxels = values.size() / components;
  for (std::size_t i = 0; i < values.size(); ++i) moved[i % components * voxels + i / components] = values[i];
  return sha256(std::as_bytes(std::span(moved)));
}

std::vector<double> numbers_of(std::string text, char separator) {
  std::ranges::replace(text, separator, ' ');
  std::istringstream in(text);
  std::vector<double> out;
  for (double value; in >> value;) out.push_back(value);
  return out;
}

/// Extents without trailing ones; all beyond the fourth are multiplied into one.
std::vector<double> normal_shape(std::vector<double> shape) {
  while (shape.size() > 5) {
    shape[4] *= shape.back();
    shape.pop_back();
  }
  while (shape.size() > 1 && shape.back() == 1) shape.pop_back();
  return shape;
}

void expect_shape(const Volume& volume, const std::string& expected, const std::string& file) {
  const auto wanted = normal_shape(numbers_of(expected, 'x'));
  const auto& s = volume.grid.size;
  const auto d = [](std::int64_t n) { return static_cast<double>(n); };
  std::vector<double> shape = {d(s[0]), d(s[1]), d(s[2]), d(volume.frames), d(volume.components)};
  if (volume.frames == 1 && wanted.size() == 4) shape.erase(shape.begin() + 3);
  EXPECT_EQ(normal_shape(shape), wanted) << file;
}

void expect_affine(const Volume& volume, const std::string& expected_ras, const std::string& file) {
  const auto wanted = numbers_of(expected_ras, ';');
  if (wanted.size() != 16) return;  // 2D in SimpleITK
  const Grid& grid = volume.grid;
  for (std::size_t row = 0; row < 3; ++row) {
    const double sign = row < 2 ? -1 : 1;
    for (std::size_t k = 0; k < 3; ++k) {
      EXPECT_NEAR(sign * grid.direction[row][k] * grid.spacing_mm[k], wanted[row * 4 + k], 1e-4) << file;
    }
    EXPECT_NEAR(sign * grid.origin_mm[row], wanted[row * 4 + 3], 1e-4) << file;
  }
}

struct Outcome {
  std::optional<Volume> volume;
  std::string refusal;
};
Outcome outcome_of(const fs::path& path) {
  try {
    return {read_volume(path), {}};
  } catch (const Error& e) {
    return {std::nullopt, e.what()};
  }
}

TEST(Corpus, EveryFileReadsAsItsReferenceSaysOrIsRefusedForAReason) {
  if (!fs::exists(corpus)) GTEST_SKIP() << "needs the corpus in " << corpus;
  std::size_t read = 0, refused = 0;
  for (const Row& row : read_csv(corpus / "MANIFEST.csv")) {
    const std::string path = row.at("file"), file = path.substr(std::string("files/").size());
    const Reference reference = reference_of(row);
    const auto found = exceptions.find(file);
    const Exception exception = found != exceptions.end() ? found->second : Exception{};
    const auto [volume, refusal] = outcome_of(corpus / path);
    if (!exception.refusal.empty() || (!reference.reads && exception.hash.empty())) {
      EXPECT_FALSE(volume.has_value()) << file << " was read";
      EXPECT_NE(refusal.find(exception.refusal), std::string::npos) << file << ": " << refusal;
      EXPECT_EQ(refusal.find('\n'), std::string::npos) << file;
      ++refused;
      continue;
    }
    ++read;
    if (!volume) {
      ADD_FAILURE() << file << " was refused: " << refusal;
      continue;
    }
    if (!reference.shape.empty()) expect_shape(*volume, reference.shape, file);
    expect_affine(*volume, reference.affine_ras, file);
    EXPECT_EQ(hash_of(*volume, reference.stored_order), exception.hash.empty() ? reference.hash : exception.hash)
        << file;
    EXPECT_EQ(inspect_volume(corpus / path).shape().empty(), false);
  }
  RecordProperty("read", static_cast<int>(read));
  RecordProperty("refused", static_cast<int>(refused));
  EXPECT_EQ(read + refused, 163u);
}

TEST(Corpus, FormsThatDifferAreSaidAndEqualOnesAreNot) {
  if (!fs::exists(corpus)) GTEST_SKIP() << "needs the corpus in " << corpus;
  const auto said = [](const std::string& file) {
    return std::ranges::any_of(inspect_volume(corpus / "files" / file).remarks,
                               [](const std::string& remark) { return remark.starts_with("sform (code "); });
  };
  EXPECT_TRUE(said("synthetic/q_and_s_differ.nii"));
  EXPECT_FALSE(said("nibabel/anatomical.nii"));  // qfac is -1
  EXPECT_FALSE(said("nifti-reader-js/5D_small.nii"));
}

}  // namespace
}  // namespace galen
