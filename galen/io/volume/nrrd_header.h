#pragma once
// The header of an NRRD file (teem.sourceforge.net/nrrd/format.html, versions 1 to 5), as text, split into fields.
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "galen/base/error.h"
#include "galen/data/volume.h"

namespace galen {

inline constexpr std::string_view nrrd_magic = "NRRD000";

struct NrrdHeader {
  std::string where;
  fs::path path;
  std::map<std::string, std::string> fields;      ///< names in lower case, without blanks
  std::map<std::string, std::string> key_values;  ///< names in lower case
  std::vector<std::string> data_lines;            ///< lines after "data file: LIST"
  std::uint64_t data_offset = 0;                  ///< of the voxels after an attached header

  bool has(const std::string& name) const { return fields.contains(name); }
  const std::string& at(const std::string& name) const {
    const auto found = fields.find(name);
    if (found == fields.end()) throw Error(where, "has no field '" + name + "'", {}, "NRRD requires it");
    return found->second;
  }
};

/// Errors: not NRRD, an unknown version, a line that is not a field, a repeated field, no end.
NrrdHeader read_nrrd_header(const fs::path& path, const Limits& limits);

/// Errors: a type that is not read (block is one).
Scalar nrrd_type(const NrrdHeader& header);

/// "(1,0,0) none (0,1,0)" -> vectors; a vector of NaN counts as none. Errors: not vectors, a length other than size.
std::vector<std::optional<std::vector<double>>> nrrd_vectors(const NrrdHeader& header, const std::string& field,
                                                             std::size_t size);

/// What the field 'space' says about world coordinates.
struct NrrdSpace {
  std::size_t dimensions = 0;  ///< of vectors; 0: no space
  Vec3 to_lps{1, 1, 1};        ///< sign of each axis
  bool anatomical = true;
};

/// Errors: an unknown space.
NrrdSpace nrrd_space(const NrrdHeader& header);

}  // namespace galen
