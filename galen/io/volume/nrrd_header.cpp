#include "galen/io/volume/nrrd_header.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "galen/base/text.h"
#include "galen/io/volume/byte_stream.h"
#include "galen/io/volume/header_text.h"

namespace galen {
namespace {

constexpr std::size_t largest_header = 1 << 20;

/// Field names are written with and without a blank: "data file", "datafile".
std::string canonical(std::string_view name) {
  std::string out = lowered(trimmed(name));
  std::erase(out, ' ');
  if (out == "centerings") return "centers";
  return out;
}

/// Adds a line to the header. Errors: neither a field nor a key and value, a repeated field.
void add_line(NrrdHeader& header, std::string_view line) {
  const std::size_t key = line.find(":="), field = line.find(": ");
  const std::size_t colon = field != line.npos ? field : (line.ends_with(':') ? line.size() - 1 : line.npos);
  if (key != line.npos && (colon == line.npos || key <= colon)) {
    header.key_values[lowered(trimmed(line.substr(0, key)))] = std::string(trimmed(line.substr(key + 2)));
    return;
  }
  if (colon == line.npos) {
    throw Error(header.where, "has a header line that is no field", fmt::format("'{}'", line.substr(0, 60)));
  }
  const std::string name = canonical(line.substr(0, colon));
  const std::string value(trimmed(line.substr(colon + 1)));
  if (!header.fields.emplace(name, value).second)
    throw Error(header.where, fmt::format("has the field '{}' twice", name));
}

}  // namespace

NrrdHeader read_nrrd_header(const fs::path& path, const Limits& limits) {
  NrrdHeader header{.where = path.string(), .path = path, .fields = {}, .key_values = {}, .data_lines = {}};
  ByteStream stream(path, limits);
  Bytes bytes(std::min<std::uint64_t>(largest_header, stream.at_most()));
  stream.read(bytes, "header");
  const std::string_view text = as_text(bytes);
  if (!text.starts_with(nrrd_magic)) throw Error(header.where, "is no NRRD file");
  bool first = true, listing = false;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = text.substr(at, end - at);
    at = end + 1;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (std::exchange(first, false)) {
      const std::string_view version = line.substr(nrrd_magic.size());
      if (version.size() != 1 || version[0] < '1' || version[0] > '5') {
        throw Error(header.where, "is NRRD of a version that is not known", fmt::format("'{}'", line.substr(0, 20)));
      }
    } else if (line.empty()) {
      header.data_offset = at;
      break;
    } else if (listing) {
      header.data_lines.emplace_back(trimmed(line));
    } else if (!line.starts_with('#')) {
      add_line(header, line);
      listing = header.has("datafile") && header.fields["datafile"].starts_with("LIST");
    }
  }
  if (header.data_offset == 0 && (!header.has("datafile") || text.size() == largest_header)) {
    throw Error(header.where, "is truncated", "its header has no end");
  }
  return header;
}

Scalar nrrd_type(const NrrdHeader& header) {
  static const std::map<std::string, Scalar, std::less<>> names = {{"signed char", Scalar::i8},
                                                                   {"int8", Scalar::i8},
                                                                   {"int8_t", Scalar::i8},
                                                                   {"uchar", Scalar::u8},
                                                                   {"unsigned char", Scalar::u8},
                                                                   {"uint8", Scalar::u8},
                                                                   {"uint8_t", Scalar::u8},
                                                                   {"short", Scalar::i16},
                                                                   {"short int", Scalar::i16},
                                                                   {"signed short", Scalar::i16},
                                                                   {"signed short int", Scalar::i16},
                                                                   {"int16", Scalar::i16},
                                                                   {"int16_t", Scalar::i16},
                                                                   {"ushort", Scalar::u16},
                                                                   {"unsigned short", Scalar::u16},
                                                                   {"unsigned short int", Scalar::u16},
                                                                   {"uint16", Scalar::u16},
                                                                   {"uint16_t", Scalar::u16},
                                                                   {"int", Scalar::i32},
                                                                   {"signed int", Scalar::i32},
                                                                   {"int32", Scalar::i32},
                                                                   {"int32_t", Scalar::i32},
                                                                   {"uint", Scalar::u32},
                                                                   {"unsigned int", Scalar::u32},
                                                                   {"uint32", Scalar::u32},
                                                                   {"uint32_t", Scalar::u32},
                                                                   {"longlong", Scalar::i64},
                                                                   {"long long", Scalar::i64},
                                                                   {"long long int", Scalar::i64},
                                                                   {"signed long long", Scalar::i64},
                                                                   {"signed long long int", Scalar::i64},
                                                                   {"int64", Scalar::i64},
                                                                   {"int64_t", Scalar::i64},
                                                                   {"ulonglong", Scalar::u64},
                                                                   {"unsigned long long", Scalar::u64},
                                                                   {"unsigned long long int", Scalar::u64},
                                                                   {"uint64", Scalar::u64},
                                                                   {"uint64_t", Scalar::u64},
                                                                   {"float", Scalar::f32},
                                                                   {"double", Scalar::f64}};
  const auto found = names.find(lowered(header.at("type")));
  if (found == names.end()) {
    throw Error(header.where, "has voxels of a type that is not read", fmt::format("type '{}'", header.at("type")));
  }
  return found->second;
}

std::vector<std::optional<std::vector<double>>> nrrd_vectors(const NrrdHeader& header, const std::string& field,
                                                             std::size_t size) {
  std::vector<std::optional<std::vector<double>>> out;
  std::string_view rest = trimmed(header.at(field));
  while (!rest.empty()) {
    if (lowered(rest.substr(0, 4)) == "none") {
      out.emplace_back();
      rest = trimmed(rest.substr(4));
      continue;
    }
    const std::size_t end = rest.find(')');
    if (rest[0] != '(' || end == rest.npos) {
      throw Error(header.where, fmt::format("has no vectors in its field '{}'", field), std::string(header.at(field)));
    }
    std::string inner(rest.substr(1, end - 1));
    std::ranges::replace(inner, ',', ' ');
    auto values = numbers(inner, header.where, field);
    if (values.size() != size) {
      throw Error(header.where, fmt::format("has vectors of the wrong length in '{}'", field),
                  fmt::format("{} numbers, the space has {} dimensions", values.size(), size));
    }
    const bool none = std::ranges::all_of(values, [](double v) { return std::isnan(v); });
    out.push_back(none ? std::nullopt : std::optional(std::move(values)));
    rest = trimmed(rest.substr(end + 1));
  }
  return out;
}

NrrdSpace nrrd_space(const NrrdHeader& header) {
  NrrdSpace space;
  if (header.has("spacedimension")) {
    const std::int64_t n = whole(header.at("spacedimension"), header.where, "space dimension");
    if (n < 1 || n > 4) throw Error(header.where, fmt::format("lies in a space of {} dimensions", n));
    space.dimensions = static_cast<std::size_t>(n);
    space.anatomical = false;
  }
  if (!header.has("space")) return space;
  const std::string name = lowered(header.at("space"));
  const auto is = [&](std::string_view full, std::string_view brief) {
    const bool timed = name == fmt::format("{}-time", full) || name == fmt::format("{}t", brief);
    if (timed || name == full || name == brief) space.dimensions = timed ? 4 : 3;
    return timed || name == full || name == brief;
  };
  space.anatomical = true;
  if (is("right-anterior-superior", "ras")) {
    space.to_lps = {-1, -1, 1};
  } else if (is("left-anterior-superior", "las")) {
    space.to_lps = {1, -1, 1};
  } else if (is("scanner-xyz", "") || is("3d-right-handed", "") || is("3d-left-handed", "")) {
    space.anatomical = false;
  } else if (!is("left-posterior-superior", "lps")) {
    throw Error(header.where, "lies in a space that is not known", fmt::format("space '{}'", header.at("space")));
  }
  return space;
}

}  // namespace galen
