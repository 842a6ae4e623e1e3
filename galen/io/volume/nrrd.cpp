// NRRD, versions 1 to 5 (teem.sourceforge.net/nrrd/format.html): attached and detached headers. Read by our own parser:
// Teem (in ITK) repairs silently; we follow pynrrd, which is stricter.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "galen/base/error.h"
#include "galen/base/text.h"
#include "galen/io/volume/format.h"
#include "galen/io/volume/header_text.h"
#include "galen/io/volume/nrrd_header.h"

namespace galen {
namespace {

enum class Role { spatial, component, frame };
struct Axis {
  std::int64_t size = 0;
  Role role = Role::spatial;
  double spacing = std::numeric_limits<double>::quiet_NaN(), minimum = spacing, maximum = spacing;
  std::string unit = {};  ///< of spacing, minimum and maximum
  bool cell_centred = true;
  std::optional<std::vector<double>> direction;
};

/// The words of a field that has one for each axis; all empty when the field is missing.
std::vector<std::string> per_axis(const NrrdHeader& header, const std::string& field, std::size_t axes) {
  std::vector<std::string> out(axes);
  if (!header.has(field)) return out;
  const auto found = words(header.at(field));
  if (found.size() != axes) {
    throw Error(header.where, fmt::format("has a field '{}' that does not fit its dimension", field),
                fmt::format("{} entries, {} axes", found.size(), axes));
  }
  std::ranges::transform(found, out.begin(), [](std::string_view word) { return lowered(word); });
  return out;
}

/// The quoted words of a field that has one for each axis; all empty when the field is missing.
std::vector<std::string> quoted_per_axis(const NrrdHeader& header, const std::string& field, std::size_t axes) {
  std::vector<std::string> out;
  std::string_view rest = header.has(field) ? std::string_view(header.at(field)) : std::string_view();
  for (std::size_t open = rest.find('"'); open != rest.npos; open = rest.find('"')) {
    const std::size_t close = rest.find('"', open + 1);
    if (close == rest.npos) break;
    out.emplace_back(rest.substr(open + 1, close - open - 1));
    rest.remove_prefix(close + 1);
  }
  out.resize(axes);
  return out;
}

/// Millimetres in a unit that a file names; an unknown one counts as 1. Adds a remark, once, unless the unit is
/// millimetres.
double to_mm(const std::string& unit, Volume& volume) {
  const double known = millimetres_in(unit);
  if (known == 1) return 1;
  const std::string remark = known == 0 ? fmt::format("lengths in the unit '{}' were read as millimetres", unit)
                                        : fmt::format("lengths in {} were turned into millimetres", unit);
  if (std::ranges::find(volume.remarks, remark) == volume.remarks.end()) volume.remarks.push_back(remark);
  return known == 0 ? 1 : known;
}

/// The role of an axis by its kind or, if that is unknown, by whether it has a direction, or by its position.
Role role_of(const std::string& kind, bool has_directions, const Axis& axis, std::size_t index, std::size_t spatial) {
  if (kind == "time") return Role::frame;
  const bool unknown = kind.empty() || kind == "???" || kind == "none" || kind == "domain" || kind == "space";
  if (has_directions && axis.direction) return Role::spatial;
  if (has_directions && unknown) return index == 0 ? Role::component : Role::frame;
  if (unknown) return spatial < 3 ? Role::spatial : Role::frame;
  if (kind == "list" && index > 0) return Role::frame;
  return Role::component;
}

std::vector<Axis> axes_of(const NrrdHeader& header, const NrrdSpace& space) {
  const std::int64_t dimension = whole(header.at("dimension"), header.where, "dimension");
  const auto sizes = wholes(header.at("sizes"), header.where, "sizes");
  if (dimension < 1 || dimension > 5 || sizes.size() != static_cast<std::size_t>(dimension)) {
    throw Error(header.where, "has sizes that do not fit its dimension",
                fmt::format("dimension {} (1 to 5 are read), {} sizes", dimension, sizes.size()));
  }
  std::vector<Axis> axes(sizes.size());
  const auto kinds = per_axis(header, "kinds", axes.size()), spacings = per_axis(header, "spacings", axes.size());
  const auto minima = per_axis(header, "axismins", axes.size()), maxima = per_axis(header, "axismaxs", axes.size());
  const auto centers = per_axis(header, "centers", axes.size());
  const auto units = quoted_per_axis(header, "units", axes.size());
  const bool has_directions = header.has("spacedirections");
  if (has_directions) {
    if (space.dimensions == 0) throw Error(header.where, "has space directions, but no space");
    auto directions = nrrd_vectors(header, "spacedirections", space.dimensions);
    if (directions.size() != axes.size()) {
      throw Error(header.where, "has space directions that do not fit its dimension",
                  fmt::format("{} directions, {} axes", directions.size(), axes.size()));
    }
    for (std::size_t i = 0; i < axes.size(); ++i) axes[i].direction = std::move(directions[i]);
  }
  std::size_t spatial = 0;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    Axis& axis = axes[i];
    axis.size = sizes[i];
    if (!spacings[i].empty()) axis.spacing = number(spacings[i], header.where, "spacings");
    if (!minima[i].empty()) axis.minimum = number(minima[i], header.where, "axis mins");
    if (!maxima[i].empty()) axis.maximum = number(maxima[i], header.where, "axis maxs");
    axis.cell_centred = centers[i] != "node";
    if (!header.has("spaceunits")) axis.unit = units[i];  // the space units apply to all axes
    const auto& d = axis.direction;
    const bool along_time = d && space.dimensions == 4 && (*d)[3] != 0;
    axis.role = along_time ? Role::frame : role_of(kinds[i], has_directions, axis, i, spatial);
    if (along_time) axis.spacing = (*d)[3];
    spatial += axis.role == Role::spatial ? 1 : 0;
  }
  return axes;
}

/// The matrix column of a spatial axis, and what its minimum adds to the origin.
std::pair<Vec3, double> step_of(const Axis& axis, std::size_t k, const NrrdSpace& space, Volume& volume) {
  Vec3 step{};
  if (axis.direction) {
    for (std::size_t row = 0; row < std::min<std::size_t>(space.dimensions, 3); ++row) {
      step[row] = (*axis.direction)[row] * space.to_lps[row];
    }
    return {step, 0};
  }
  double spacing = axis.spacing;
  const double intervals = static_cast<double>(axis.cell_centred ? axis.size : axis.size - 1);
  if (std::isnan(spacing) && !std::isnan(axis.minimum) && !std::isnan(axis.maximum) && intervals > 0) {
    spacing = (axis.maximum - axis.minimum) / intervals;
  }
  const double unit = std::isnan(spacing) || axis.unit.empty() ? 1 : to_mm(axis.unit, volume);
  if (std::isnan(spacing)) {
    spacing = 1;
    volume.remarks.push_back(fmt::format("no spacing in the file for axis {}: 1 mm", k));
  }
  step[k] = spacing * unit;
  const double first = std::isnan(axis.minimum) ? 0 : axis.minimum + (axis.cell_centred ? spacing / 2 : 0);
  return {step, first * unit};
}

double unit_of(const NrrdHeader& header, Volume& volume) {
  if (!header.has("spaceunits")) return 1;
  const std::string& text = header.at("spaceunits");
  const std::size_t open = text.find('"'), close = open == text.npos ? text.npos : text.find('"', open + 1);
  if (close == text.npos) return 1;
  return to_mm(text.substr(open + 1, close - open - 1), volume);
}

/// Fills in the columns of axes that a file of fewer dimensions lacks: at right angles to the others, 1 mm.
void complete(std::array<Vec3, 3>& columns, std::size_t given) {
  if (given == 1) {
    const auto& c = columns[0];
    const Vec3 other = std::abs(c[0]) >= std::max(std::abs(c[1]), std::abs(c[2])) ? Vec3{0, 1, 0} : Vec3{1, 0, 0};
    const double along = dot(c, other) / dot(c, c);
    for (std::size_t row = 0; row < 3; ++row) columns[1][row] = other[row] - along * c[row];
  }
  if (given == 3) return;
  for (std::size_t k = given == 1 ? 1 : 2; k < 3; ++k) {
    if (k == 2) columns[2] = cross(columns[0], columns[1]);
    const double length = std::sqrt(dot(columns[k], columns[k]));
    for (double& value : columns[k]) value /= length;
  }
}

void set_grid(Volume& volume, const NrrdHeader& header, const NrrdSpace& space, const std::vector<Axis>& axes) {
  std::array<Vec3, 3> columns{};
  Vec3 origin{};
  std::size_t k = 0;
  for (const Axis& axis : axes) {
    if (axis.role != Role::spatial) continue;
    if (k == 3) throw Error(header.where, "has more than three axes in space");
    volume.grid.size[k] = axis.size;
    const auto [step, first] = step_of(axis, k, space, volume);
    columns[k] = step;
    origin[k] = first;
    ++k;
  }
  if (k == 0) throw Error(header.where, "has no axis in space");
  complete(columns, k);
  if (header.has("spaceorigin")) {
    const auto given = nrrd_vectors(header, "spaceorigin", space.dimensions);
    const std::optional<std::vector<double>> place = given.size() == 1 ? given.front() : std::nullopt;
    if (!place) throw Error(header.where, "has a space origin that is no vector");
    for (std::size_t row = 0; row < std::min<std::size_t>(space.dimensions, 3); ++row) {
      origin[row] = (*place)[row] * space.to_lps[row];
    }
  }
  const double unit = unit_of(header, volume);
  for (Vec3& step : columns) {
    for (double& value : step) value *= unit;
  }
  for (double& value : origin) value *= unit;
  set_affine(volume.grid, columns, origin, header.where);
  if (space.dimensions == 0 || !space.anatomical) {
    volume.remarks.emplace_back("the anatomical frame is not in the file: its axes were read as LPS");
  }
}

/// Sets frames and components; returns the number of values in a component block, 0: within each voxel. Errors: an
/// order of axes that is not read.
std::int64_t set_other_axes(Volume& volume, const NrrdHeader& header, const std::vector<Axis>& axes) {
  int component = -1, frame = -1, last_spatial = -1;
  for (int i = 0; i < static_cast<int>(axes.size()); ++i) {
    const Axis& axis = axes[static_cast<std::size_t>(i)];
    int& place = axis.role == Role::spatial ? last_spatial : axis.role == Role::component ? component : frame;
    if (axis.role != Role::spatial && place >= 0) throw Error(header.where, "has two axes of one kind outside space");
    place = i;
    if (axis.role == Role::frame) {
      volume.frames = axis.size;
      volume.frame_seconds = std::isfinite(axis.spacing) && axis.spacing > 0 ? axis.spacing : 0;
    }
    if (axis.role == Role::component) {
      if (axis.size > 1 << 20) throw Error(header.where, "has too many values per voxel", fmt::format("{}", axis.size));
      volume.components = static_cast<int>(axis.size);
    }
  }
  const bool inner = component == 0, outer = component > last_spatial;
  if ((component >= 0 && !inner && !outer) || (frame >= 0 && frame < last_spatial)) {
    throw Error(header.where, "has its axes in an order that is not read", {},
                "put the axes of space beside each other");
  }
  if (component < 0 || inner) return 0;
  return volume.grid.voxel_count() * (frame >= 0 && frame < component ? volume.frames : 1);
}

/// The files that hold the voxels: the header itself, another file, a list or a pattern of files.
std::vector<DataPart> parts_of(const NrrdHeader& header) {
  if (!header.has("datafile")) return {{.path = header.path, .offset = header.data_offset}};
  const auto text = words(header.at("datafile"));
  std::vector<DataPart> parts;
  if (!text.empty() && text[0] == "LIST") {
    for (const std::string& line : header.data_lines) parts.push_back({.path = data_file(header.path, line)});
  } else if (text.size() >= 4 && text[0].find('%') != text[0].npos) {
    const auto at = [&](std::size_t i) { return whole(text[i], header.where, "data file"); };
    for (const fs::path& path : data_files(header.path, text[0], at(1), at(2), at(3))) parts.push_back({.path = path});
  } else {
    parts.push_back({.path = data_file(header.path, header.at("datafile"))});
  }
  if (parts.empty()) throw Error(header.where, "lists no data files");
  return parts;
}

/// The offset after a number of lines. Errors: fewer lines.
std::uint64_t after_lines(const DataPart& part, std::int64_t lines, const Limits& limits) {
  ByteStream stream(part.path, limits, Packing::none, part.offset);
  std::uint64_t offset = part.offset;
  Bytes chunk(4096);
  while (lines > 0) {
    const std::size_t got = stream.read_some(chunk);
    if (got == 0) throw Error(part.path.string(), "is truncated", "it has fewer lines than 'line skip' says");
    for (std::size_t i = 0; i < got && lines > 0; ++i, ++offset) lines -= chunk[i] == std::byte{'\n'} ? 1 : 0;
  }
  return offset;
}

std::string rest_as_text(const DataPart& part, const Limits& limits) {
  ByteStream stream(part.path, limits, Packing::none, part.offset);
  stream.skip(part.skip, "its voxels");
  std::string text(stream.at_most(), '\0');
  stream.read(std::as_writable_bytes(std::span(text)), "voxels");
  return text;
}

void load_text(Volume& volume, const DataPart& part, bool hex, bool big_endian, const Limits& limits) {
  const std::uint64_t bytes = checked_size(volume, limits, part.path.string());
  const std::string text = rest_as_text(part, limits);
  if (hex) {
    volume.voxels = bytes_from_hex(text, bytes, part.path.string());
    if (big_endian) swap_bytes(volume.voxels, size_of(volume.type));
  } else {
    volume.voxels = voxels_from_decimals(text, volume.type, bytes / size_of(volume.type), part.path.string());
  }
}

struct Encoding {
  bool text = false, hex = false;
  Packing packing = Packing::none;
};

Encoding encoding_of(const NrrdHeader& header) {
  const std::string name = lowered(header.at("encoding"));
  if (name == "raw") return {};
  if (name == "gzip" || name == "gz") return {.packing = Packing::gzip};
  if (name == "ascii" || name == "text" || name == "txt") return {.text = true};
  if (name == "hex") return {.text = true, .hex = true};
  throw Error(header.where, "has an encoding that is not read", fmt::format("encoding '{}'", name),
              "save it with encoding gzip or raw");
}

bool is_big_endian(const NrrdHeader& header, const Encoding& encoding, Scalar type) {
  if (size_of(type) == 1 || (encoding.text && !encoding.hex)) return false;
  const std::string endian = lowered(header.at("endian"));
  if (endian != "little" && endian != "big") throw Error(header.where, fmt::format("has the byte order '{}'", endian));
  return endian == "big";
}

OpenedVolume open(const fs::path& path, const Limits& limits) {
  const NrrdHeader header = read_nrrd_header(path, limits);
  const NrrdSpace space = nrrd_space(header);
  const std::vector<Axis> axes = axes_of(header, space);
  OpenedVolume out{.format = "NRRD", .volume = {}, .load = {}};
  Volume& volume = out.volume;
  volume.type = nrrd_type(header);
  for (const Axis& axis : axes) {
    if (axis.size < 1) throw Error(header.where, "has no voxels", fmt::format("a size is {}", axis.size));
  }
  set_grid(volume, header, space, axes);
  for (const Axis& axis : axes) {
    if (axis.role == Role::component) volume.components = static_cast<int>(std::min<std::int64_t>(axis.size, 1 << 20));
    if (axis.role == Role::frame) volume.frames = axis.size;
  }
  checked_size(volume, limits, header.where);
  const std::int64_t block = set_other_axes(volume, header, axes);
  if (const auto modality = header.key_values.find("modality"); modality != header.key_values.end()) {
    volume.modality = modality->second;
  }
  const Encoding encoding = encoding_of(header);
  const bool big = is_big_endian(header, encoding, volume.type);
  const std::int64_t lines = header.has("lineskip") ? whole(header.at("lineskip"), header.where, "line skip") : 0;
  const std::int64_t skip = header.has("byteskip") ? whole(header.at("byteskip"), header.where, "byte skip") : 0;
  if (lines < 0 || skip < -1) {
    throw Error(header.where, "skips backwards", fmt::format("line skip {}, byte skip {}", lines, skip));
  }
  std::vector<DataPart> parts = parts_of(header);
  if (encoding.text && (parts.size() > 1 || skip < 0 || block > 0)) {
    throw Error(header.where, "has text voxels in a way that is not read", {}, "save it with encoding gzip or raw");
  }
  for (DataPart& part : parts) {
    part.offset = after_lines(part, lines, limits);
    part.packing = encoding.packing;
    part.at_end = skip == -1;
    part.skip = static_cast<std::uint64_t>(std::max<std::int64_t>(skip, 0));
  }
  for (const DataPart& part : parts) {
    if (part.path != path) out.others.push_back(part.path);
  }
  out.load = [=](Volume& target) {
    if (encoding.text) return load_text(target, parts[0], encoding.hex, big, limits);
    load_parts(target, parts, {.big_endian = big, .component_block = block}, limits);
  };
  return out;
}

bool tells(std::span<const std::byte> head) {
  return as_text(head).starts_with(nrrd_magic);
}

std::string_view type_name(Scalar type) {
  switch (type) {
    case Scalar::u8:
      return "uint8";
    case Scalar::i8:
      return "int8";
    case Scalar::u16:
      return "uint16";
    case Scalar::i16:
      return "int16";
    case Scalar::u32:
      return "uint32";
    case Scalar::i32:
      return "int32";
    case Scalar::u64:
      return "uint64";
    case Scalar::i64:
      return "int64";
    case Scalar::f32:
      return "float";
    default:
      return "double";
  }
}

std::string vector_text(const Vec3& v) {
  return fmt::format("({},{},{})", v[0], v[1], v[2]);
}

std::string header_text(const Volume& volume, std::string_view encoding, std::string_view data_file_name) {
  const bool vectors = volume.components > 1, timed = volume.frames > 1;
  const auto& grid = volume.grid;
  const std::string inner = vectors ? fmt::format("{} ", volume.components) : "";
  const std::string outer = timed ? fmt::format(" {}", volume.frames) : "";
  std::string text = "NRRD0004\n";
  text += fmt::format("type: {}\ndimension: {}\n", type_name(volume.type), 3 + (vectors ? 1 : 0) + (timed ? 1 : 0));
  text += fmt::format("sizes: {}{} {} {}{}\n", inner, grid.size[0], grid.size[1], grid.size[2], outer);
  text += "space: left-posterior-superior\n";
  text += fmt::format("space directions: {}{} {} {}{}\n", vectors ? "none " : "", vector_text(column(grid, 0)),
                      vector_text(column(grid, 1)), vector_text(column(grid, 2)), timed ? " none" : "");
  text += fmt::format("space origin: {}\n", vector_text(grid.origin_mm));
  if (timed && volume.frame_seconds > 0) {
    text += fmt::format("spacings: {}nan nan nan {}\n", vectors ? "nan " : "", volume.frame_seconds);
  }
  text += fmt::format("kinds: {}domain domain domain{}\n", vectors ? "vector " : "", timed ? " time" : "");
  text += fmt::format("endian: little\nencoding: {}\n", encoding);
  if (!data_file_name.empty()) text += fmt::format("data file: {}\n", data_file_name);
  if (!volume.modality.empty() && volume.modality.find('\n') == volume.modality.npos) {
    text += fmt::format("modality:={}\n", volume.modality);
  }
  return text;
}

void write(const Volume& given, const fs::path& path) {
  const Volume volume = without_slope(given);
  if (ends_with_any(path, {".nhdr"})) {
    fs::path data = path;
    data.replace_extension(".raw");
    write_file(data, volume.voxels);
    write_file(path, header_text(volume, "raw", data.filename().string()));
    return;
  }
  const std::string text = header_text(volume, "gzip", {}) + "\n";
  Bytes out(as_bytes(text).begin(), as_bytes(text).end());
  constexpr int level = 1;
  const Bytes packed = gzip(volume.voxels, level);
  out.insert(out.end(), packed.begin(), packed.end());
  write_file(path, out);
}

}  // namespace

VolumeFormat nrrd_format() {
  return {"NRRD", {".nrrd", ".nhdr"}, tells, open, write};
}

}  // namespace galen
