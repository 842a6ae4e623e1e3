// MetaImage (.mha, .mhd; itk.org/Wiki/MetaIO/Documentation). Read by our own parser: ITK's accepts voxels that are
// truncated or do not unpack.
#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "galen/base/error.h"
#include "galen/base/text.h"
#include "galen/io/volume/format.h"
#include "galen/io/volume/header_text.h"

namespace galen {
namespace {

constexpr std::size_t largest_header = 1 << 20;

struct Header {
  std::string where;
  fs::path path;
  std::map<std::string, std::string> fields;  ///< names in lower case
  std::vector<std::string> data_lines;        ///< lines after ElementDataFile = LIST
  std::uint64_t data_offset = 0;

  /// The value of the first of these names that is present (MetaIO has synonyms); nullptr: none is.
  const std::string* find(std::initializer_list<const char*> names) const {
    for (const char* name : names) {
      if (const auto found = fields.find(name); found != fields.end()) return &found->second;
    }
    return nullptr;
  }
  const std::string& at(const char* name) const {
    const std::string* found = find({name});
    if (found == nullptr) throw Error(where, fmt::format("has no field '{}'", name), {}, "MetaImage requires it");
    return *found;
  }
  bool is_true(std::initializer_list<const char*> names) const {
    const std::string* text = find(names);
    return text != nullptr && !text->empty() && std::string_view("tTyY1").find((*text)[0]) != std::string_view::npos;
  }
};

Header read_header(const fs::path& path, const Limits& limits) {
  Header header{.where = path.string(), .path = path, .fields = {}, .data_lines = {}};
  ByteStream stream(path, limits);
  Bytes bytes(std::min<std::uint64_t>(largest_header, stream.at_most()));
  stream.read(bytes, "header");
  const std::string_view text = as_text(bytes);
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = trimmed(text.substr(at, end - at));
    at = end + 1;
    if (line.empty()) continue;
    const std::size_t equals = line.find('=');
    if (equals == line.npos) {
      throw Error(header.where, "has a header line that is no field", fmt::format("'{}'", line.substr(0, 60)));
    }
    const std::string name = lowered(trimmed(line.substr(0, equals)));
    if (!header.fields.emplace(name, trimmed(line.substr(equals + 1))).second && name != "comment") {
      throw Error(header.where, fmt::format("has the field '{}' twice", name));
    }
    if (name == "elementdatafile") break;
  }
  const std::string& data = header.at("elementdatafile");
  header.data_offset = at;
  if (!data.starts_with("LIST")) return header;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    if (const auto line = trimmed(text.substr(at, end - at)); !line.empty()) header.data_lines.emplace_back(line);
    at = end + 1;
  }
  return header;
}

struct TypeName {
  std::string_view name;
  Scalar type;
};
constexpr std::array<TypeName, 13> types = {{{"MET_CHAR", Scalar::i8},
                                             {"MET_ASCII_CHAR", Scalar::i8},
                                             {"MET_UCHAR", Scalar::u8},
                                             {"MET_SHORT", Scalar::i16},
                                             {"MET_USHORT", Scalar::u16},
                                             {"MET_INT", Scalar::i32},
                                             {"MET_UINT", Scalar::u32},
                                             {"MET_LONG", Scalar::i32},  // metaTypes.h: four bytes
                                             {"MET_ULONG", Scalar::u32},
                                             {"MET_LONG_LONG", Scalar::i64},
                                             {"MET_ULONG_LONG", Scalar::u64},
                                             {"MET_FLOAT", Scalar::f32},
                                             {"MET_DOUBLE", Scalar::f64}}};

Scalar type_of(const Header& header) {
  std::string_view name = header.at("elementtype");
  constexpr std::string_view array = "_ARRAY";
  if (name.ends_with(array)) name.remove_suffix(array.size());
  for (const TypeName& known : types) {
    if (known.name == name) return known.type;
  }
  throw Error(header.where, "has voxels of a type that is not read", fmt::format("ElementType '{}'", name));
}

/// The numbers of a field. Errors: a different count.
std::vector<double> exactly(std::size_t count, const std::string& text, const Header& header, const char* field) {
  auto out = numbers(text, header.where, field);
  if (out.size() != count) {
    throw Error(header.where, fmt::format("has a field '{}' that does not fit its dimensions", field),
                fmt::format("{} numbers, {} are needed", out.size(), count));
  }
  return out;
}

std::size_t set_shape(Volume& volume, const Header& header, const Limits& limits) {
  const std::int64_t dims = whole(header.at("ndims"), header.where, "NDims");
  const auto sizes = wholes(header.at("dimsize"), header.where, "DimSize");
  if (dims < 1 || dims > 4 || sizes.size() != static_cast<std::size_t>(dims)) {
    throw Error(header.where, "has a DimSize that does not fit its NDims",
                fmt::format("NDims {} (1 to 4 are read), {} sizes", dims, sizes.size()));
  }
  for (std::size_t k = 0; k < std::min<std::size_t>(sizes.size(), 3); ++k) volume.grid.size[k] = sizes[k];
  if (dims == 4) volume.frames = sizes[3];
  volume.type = type_of(header);
  if (const std::string* channels = header.find({"elementnumberofchannels"})) {
    const std::int64_t count = whole(*channels, header.where, "ElementNumberOfChannels");
    if (count < 1 || count > 1 << 20) throw Error(header.where, fmt::format("has {} values per voxel", count));
    volume.components = static_cast<int>(count);
  }
  checked_size(volume, limits, header.where);
  return sizes.size();
}

void set_grid(Volume& volume, const Header& header, std::size_t dims) {
  std::vector<double> spacing(dims, 1), origin(dims, 0), matrix(dims * dims, 0);
  for (std::size_t k = 0; k < dims; ++k) matrix[k * dims + k] = 1;
  if (const std::string* text = header.find({"elementspacing", "elementsize"})) {
    spacing = exactly(dims, *text, header, "ElementSpacing");
  } else {
    volume.remarks.emplace_back("no spacing in the file: 1 mm");
  }
  if (const std::string* text = header.find({"offset", "position", "origin"})) {
    origin = exactly(dims, *text, header, "Offset");
  }
  if (const std::string* text = header.find({"transformmatrix", "rotation", "orientation"})) {
    matrix = exactly(dims * dims, *text, header, "TransformMatrix");
  }
  double unit = 1;
  if (const std::string* text = header.find({"distanceunits"}); text != nullptr && millimetres_in(*text) != 0) {
    unit = millimetres_in(*text);
    if (unit != 1) volume.remarks.push_back(fmt::format("lengths in {} were turned into millimetres", *text));
  }
  std::array<Vec3, 3> columns = {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
  Vec3 first{};
  for (std::size_t k = 0; k < std::min<std::size_t>(dims, 3); ++k) {
    if (!(spacing[k] > 0)) throw Error(header.where, "has a spacing that cannot be", fmt::format("{}", spacing[k]));
    for (std::size_t row = 0; row < std::min<std::size_t>(dims, 3); ++row) {
      columns[k][row] = matrix[k * dims + row] * spacing[k] * unit;  // an axis' direction is a row of the file
    }
    first[k] = origin[k] * unit;
  }
  set_affine(volume.grid, columns, first, header.where);
}

std::vector<DataPart> parts_of(const Header& header) {
  const std::string& text = header.at("elementdatafile");
  if (text == "LOCAL" || text == "Local" || text == "local") {
    return {{.path = header.path, .offset = header.data_offset}};
  }
  const auto parts = words(text);
  std::vector<DataPart> out;
  if (text.starts_with("LIST")) {
    for (const std::string& line : header.data_lines) out.push_back({.path = data_file(header.path, line)});
  } else if (parts.size() >= 3 && parts[0].find('%') != parts[0].npos) {
    const auto at = [&](std::size_t i) { return whole(parts[i], header.where, "ElementDataFile"); };
    const std::int64_t step = parts.size() > 3 ? at(3) : 1;
    for (const fs::path& path : data_files(header.path, parts[0], at(1), at(2), step)) out.push_back({.path = path});
  } else {
    out.push_back({.path = data_file(header.path, text)});
  }
  if (out.empty()) throw Error(header.where, "lists no data files");
  return out;
}

void load_text(Volume& volume, const DataPart& part, const Limits& limits) {
  const std::string where = part.path.string();
  const std::uint64_t bytes = checked_size(volume, limits, where);
  ByteStream stream(part.path, limits, Packing::none, part.offset);
  std::string text(stream.at_most(), '\0');
  stream.read(std::as_writable_bytes(std::span(text)), "voxels");
  volume.voxels = voxels_from_decimals(text, volume.type, bytes / size_of(volume.type), where);
}

OpenedVolume open(const fs::path& path, const Limits& limits) {
  const Header header = read_header(path, limits);
  OpenedVolume out{.format = "MetaImage", .volume = {}, .load = {}};
  Volume& volume = out.volume;
  const std::size_t dims = set_shape(volume, header, limits);
  set_grid(volume, header, dims);
  if (const std::string* modality = header.find({"modality"})) {
    constexpr std::string_view prefix = "MET_MOD_";
    if (modality->starts_with(prefix)) volume.modality = modality->substr(prefix.size());
  }
  for (const char* name : {"elementtointensityfunctionslope", "elementtointensityfunctionoffset"}) {
    const std::string* text = header.find({name});
    const double neutral = std::string_view(name).ends_with("slope") ? 1 : 0;
    if (text != nullptr && number(*text, header.where, name) != neutral) {
      volume.remarks.push_back(fmt::format("its {} was not applied", name));
    }
  }
  const bool binary = header.find({"binarydata"}) == nullptr || header.is_true({"binarydata"});
  const bool big = header.is_true({"binarydatabyteordermsb", "elementbyteordermsb"});
  std::vector<DataPart> parts = parts_of(header);
  const std::string* lead = header.find({"headersize"});
  const std::int64_t skip = lead != nullptr ? whole(*lead, header.where, "HeaderSize") : 0;
  const std::string* packed_size = header.find({"compresseddatasize"});
  const std::int64_t length = packed_size != nullptr ? whole(*packed_size, header.where, "CompressedDataSize") : 0;
  if (skip < -1 || length < 0) throw Error(header.where, "has an inconsistent header", "a negative size");
  for (DataPart& part : parts) {
    if (header.is_true({"compresseddata"})) {
      part.packing = Packing::zlib;
      if (length > 0 && parts.size() == 1) part.length = static_cast<std::uint64_t>(length);
    }
    part.at_end = skip == -1;
    part.offset += static_cast<std::uint64_t>(std::max<std::int64_t>(skip, 0));
  }
  if (!binary && parts.size() > 1) throw Error(header.where, "has text voxels in several files, which are not read");
  for (const DataPart& part : parts) {
    if (part.path != path) out.others.push_back(part.path);
  }
  out.load = [=](Volume& target) {
    if (!binary) return load_text(target, parts[0], limits);
    load_parts(target, parts, {.big_endian = big}, limits);
  };
  return out;
}

bool tells(std::span<const std::byte> head) {
  const std::string text = lowered(as_text(head));
  const std::size_t equals = text.find('=');
  if (equals == text.npos) return false;
  const std::string_view first = trimmed(std::string_view(text).substr(0, equals));
  constexpr std::array<std::string_view, 6> names = {"objecttype", "objectsubtype", "comment", "ndims", "name", "id"};
  return std::ranges::find(names, first) != names.end() && text.find("ndims") != text.npos;
}

/// RFC 1950.
Bytes zlib_packed(std::span<const std::byte> data) {
  constexpr int level = 1;
  uLongf size = compressBound(data.size());
  Bytes out(size);
  const int code = compress2(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(data.data()),
                             data.size(), level);
  if (code != Z_OK) throw defect("zlib", "compress2 failed");
  out.resize(size);
  return out;
}

std::string header_text(const Volume& volume, std::size_t packed_size, std::string_view data_file_name) {
  const auto& grid = volume.grid;
  const bool timed = volume.frames > 1;
  const auto joined = [&](auto&& value, double of_time) {
    std::string out;
    for (std::size_t k = 0; k < 3; ++k) out += fmt::format(" {}", value(k));
    return timed ? out + fmt::format(" {}", of_time) : out;
  };
  std::string text = fmt::format("ObjectType = Image\nNDims = {}\nBinaryData = True\n", timed ? 4 : 3);
  text += "BinaryDataByteOrderMSB = False\n";
  text += packed_size > 0 ? fmt::format("CompressedData = True\nCompressedDataSize = {}\n", packed_size)
                          : "CompressedData = False\n";
  text += "TransformMatrix =";
  for (std::size_t k = 0; k < 3; ++k) text += joined([&](std::size_t row) { return grid.direction[row][k]; }, 0);
  text += timed ? " 0 0 0 1\n" : "\n";
  text += fmt::format("Offset ={}\n", joined([&](std::size_t k) { return grid.origin_mm[k]; }, 0));
  text += fmt::format("ElementSpacing ={}\n", joined([&](std::size_t k) { return grid.spacing_mm[k]; },
                                                     volume.frame_seconds > 0 ? volume.frame_seconds : 1));
  text += fmt::format("DimSize ={}\n",
                      joined([&](std::size_t k) { return grid.size[k]; }, static_cast<double>(volume.frames)));
  if (volume.components > 1) text += fmt::format("ElementNumberOfChannels = {}\n", volume.components);
  constexpr std::array<std::string_view, 4> modalities = {"CT", "MR", "NM", "US"};
  if (std::ranges::find(modalities, volume.modality) != modalities.end()) {
    text += fmt::format("Modality = MET_MOD_{}\n", volume.modality);
  }
  const auto known = std::ranges::find(types, volume.type, &TypeName::type);
  text += fmt::format("ElementType = {}\nElementDataFile = {}\n", known->name, data_file_name);
  return text;
}

void write(const Volume& given, const fs::path& path) {
  if (!is_orthogonal(given.grid)) {
    throw Error(path.string(), "cannot be written", "MetaImage holds no sheared grid", "write .nii.gz or .nrrd");
  }
  const Volume volume = without_slope(given);
  if (ends_with_any(path, {".mhd"})) {
    fs::path data = path;
    data.replace_extension(".raw");
    write_file(data, volume.voxels);
    write_file(path, header_text(volume, 0, data.filename().string()));
    return;
  }
  const Bytes packed = zlib_packed(volume.voxels);
  const std::string text = header_text(volume, packed.size(), "LOCAL");
  Bytes out(as_bytes(text).begin(), as_bytes(text).end());
  out.insert(out.end(), packed.begin(), packed.end());
  write_file(path, out);
}

}  // namespace

VolumeFormat metaimage_format() {
  return {"MetaImage", {".mha", ".mhd"}, tells, open, write};
}

}  // namespace galen
