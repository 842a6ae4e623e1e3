// NIfTI-1 (nifti1.h, 2007), NIfTI-2 (nifti2.h, 2011) and Analyze 7.5 (Mayo, dbh.h; origin and scaling as SPM uses
// them). nifti2_io byte-swaps headers and converts quaternions; checks and voxels are ours, since it repairs silently.
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <optional>

#include "galen/base/error.h"
#include "galen/io/volume/format.h"
#include "galen/io/volume/nifti_header.h"

namespace galen {
namespace {

NiftiType stored_type(const NiftiFields& f, const std::string& where) {
  for (const NiftiType& known : nifti_types) {
    if (known.code == f.datatype) return known;
  }
  const bool wide = f.datatype == NIFTI_TYPE_FLOAT128 || f.datatype == NIFTI_TYPE_COMPLEX256;
  throw Error(where, fmt::format("has voxels of a type that is not read: datatype {}", f.datatype),
              wide              ? "128-bit floats differ between machines"
              : f.datatype == 1 ? "one bit per voxel"
                                : "no type of the NIfTI standard",
              "convert it to float64");
}

std::string_view format_name(NiftiKind kind) {
  return kind == NiftiKind::analyze ? "Analyze 7.5" : kind == NiftiKind::nifti1 ? "NIfTI-1" : "NIfTI-2";
}

/// Sets extents, type and components. Returns the number of values in a block of one component; 0: components are
/// within each voxel.
std::int64_t set_shape(Volume& volume, const NiftiFields& f, const Limits& limits, const std::string& where) {
  const auto extent = [&](std::size_t axis) -> std::int64_t {
    if (axis > static_cast<std::size_t>(f.dim[0])) return 1;
    if (f.dim[axis] < 1) throw Error(where, "has no voxels", fmt::format("dim[{}] is {}", axis, f.dim[axis]));
    return f.dim[axis];
  };
  const NiftiType stored = stored_type(f, where);
  volume.type = stored.type;
  volume.grid.size = {extent(1), extent(2), extent(3)};
  volume.frames = extent(4);
  std::uint64_t vectors = 1;
  for (std::size_t axis = 5; axis <= 7; ++axis) {
    vectors *= static_cast<std::uint64_t>(std::min<std::int64_t>(extent(axis), 1 << 20));
    if (vectors > 1u << 20) throw Error(where, "has too many values per voxel", "over a million, in dim[5] to dim[7]");
  }
  if (vectors > 1 && stored.components > 1) {
    throw Error(where, "has vectors of colours or complex numbers", "dim[5] is above 1", "split it by that axis");
  }
  if (extent(6) > 1 || extent(7) > 1) volume.remarks.emplace_back("dim[6] and dim[7] were read as components");
  volume.components = vectors > 1 ? static_cast<int>(vectors) : stored.components;
  checked_size(volume, limits, where);
  return vectors > 1 ? volume.grid.voxel_count() * volume.frames : 0;
}

/// pixdim[1..3]; the sign of a negative one is dropped, with a remark, as nibabel does. Errors: not finite, zero.
Vec3 mended_pixdim(const NiftiFields& f, Volume& volume, const std::string& where) {
  Vec3 out{1, 1, 1};
  const auto axes = static_cast<std::size_t>(std::min<std::int64_t>(f.dim[0], 3));
  for (std::size_t k = 0; k < axes; ++k) {
    const double stated = f.pixdim[k + 1];
    if (!std::isfinite(stated))
      throw Error(where, "has a spacing that is not finite", fmt::format("pixdim[{}]", k + 1));
    if (stated == 0) {
      throw Error(where, "has voxels without a size", fmt::format("pixdim[{}] is 0, and no sform says it", k + 1),
                  "write the spacing in mm into the header");
    }
    out[k] = std::abs(stated);
    if (stated < 0) volume.remarks.push_back(fmt::format("pixdim[{}] is {}, read as {}", k + 1, stated, out[k]));
  }
  return out;
}

/// A matrix in NIfTI's RAS, as rows.
using Affine = std::array<std::array<double, 4>, 3>;

double squares_of_quaternion(const NiftiFields& f) {
  const auto [b, c, d] = f.quaternion;
  return b * b + c * c + d * d;
}

bool is_rotation(const NiftiFields& f) {
  const double slack = 3 * (f.kind == NiftiKind::nifti2 ? std::numeric_limits<double>::epsilon()
                                                        : static_cast<double>(std::numeric_limits<float>::epsilon()));
  return squares_of_quaternion(f) <= 1 + slack;
}

Affine qform(const NiftiFields& f, const Vec3& pixdim) {
  const auto [b, c, d] = f.quaternion;
  const double qfac = f.pixdim[0] == -1 ? -1 : 1;
  const nifti_dmat44 m =
      nifti_quatern_to_dmat44(b, c, d, f.qoffset[0], f.qoffset[1], f.qoffset[2], pixdim[0], pixdim[1], pixdim[2], qfac);
  Affine out;
  for (std::size_t row = 0; row < 3; ++row) std::copy_n(m.m[row], 4, out[row].begin());
  return out;
}

/// Without sform and qform: axes by pixdim, x from right to left, and the origin in the middle (or where SPM's Analyze
/// put it).
Affine base_affine(const NiftiFields& f, Volume& volume, const std::string& where) {
  Vec3 step = mended_pixdim(f, volume, where);
  step[0] = -step[0];
  const auto& size = volume.grid.size;
  bool given = f.kind == NiftiKind::analyze && f.spm_origin != std::array<std::int64_t, 3>{};
  for (std::size_t k = 0; k < 3; ++k) given = given && f.spm_origin[k] > -size[k] && f.spm_origin[k] < 2 * size[k];
  Affine out{};
  for (std::size_t k = 0; k < 3; ++k) {
    const double centre = given ? static_cast<double>(f.spm_origin[k] - 1) : static_cast<double>(size[k] - 1) / 2;
    out[k][k] = step[k];
    out[k][3] = -centre * step[k];
  }
  volume.remarks.emplace_back(given ? "the orientation is not in the file: SPM's convention, x from right to left"
                                    : "place and orientation are not in the file: x from right to left, the origin in "
                                      "the middle");
  return out;
}

constexpr int highest_code = 5;  // NIFTI_XFORM_TEMPLATE_OTHER

Affine best_affine(const NiftiFields& f, Volume& volume, const std::string& where) {
  const auto usable = [&](int code, const char* name) {
    if (code < 0 || code > highest_code) {
      volume.remarks.push_back(fmt::format("{} {} is not in the standard; that form is not used", name, code));
      return false;
    }
    return code > 0;
  };
  if (usable(f.sform_code, "sform_code")) return f.srow;
  if (!usable(f.qform_code, "qform_code")) return base_affine(f, volume, where);
  if (!is_rotation(f)) {
    throw Error(where, "has a qform that is no rotation",
                fmt::format("b^2 + c^2 + d^2 of its quaternion is {}", squares_of_quaternion(f)));
  }
  return qform(f, mended_pixdim(f, volume, where));
}

void place(Grid& grid, const Affine& ras, double to_mm, const std::string& where) {
  std::array<Vec3, 3> columns;
  Vec3 origin;
  for (std::size_t row = 0; row < 3; ++row) {
    const double to_lps = row < 2 ? -to_mm : to_mm;
    for (std::size_t k = 0; k < 3; ++k) columns[k][row] = ras[row][k] * to_lps;
    origin[row] = ras[row][3] * to_lps;
  }
  set_affine(grid, columns, origin, where);
}

/// Adds a remark if both forms are stated, and the unused one is valid and puts the voxels elsewhere.
void remark_on_forms(Volume& volume, const NiftiFields& f, double to_mm, const std::string& where) {
  const auto stated = [](int code) { return code > 0 && code <= highest_code; };
  const auto is_size = [](double v) { return v > 1e-6 && v < 1e6; };
  const auto is_place = [](double v) { return std::abs(v) < 1e9; };
  if (!stated(f.sform_code) || !stated(f.qform_code) || !is_rotation(f)) return;
  Vec3 pixdim{1, 1, 1};
  for (std::size_t k = 0; k < 3 && static_cast<std::int64_t>(k) < f.dim[0]; ++k) pixdim[k] = std::abs(f.pixdim[k + 1]);
  if (!std::ranges::all_of(pixdim, is_size) || !std::ranges::all_of(f.qoffset, is_place)) return;
  Grid other = volume.grid;
  place(other, qform(f, pixdim), to_mm, where);
  const double apart = volume.grid.farthest_corner(other);
  if (apart <= 0.5) return;
  volume.remarks.push_back(
      fmt::format("sform (code {}) and qform (code {}) put a corner {:.3g} voxels apart: the sform was used; other "
                  "programs may use the qform",
                  f.sform_code, f.qform_code, apart));
}

void set_grid(Volume& volume, const NiftiFields& f, const std::string& where) {
  const Affine ras = best_affine(f, volume, where);
  const int space_unit = XYZT_TO_SPACE(f.units);
  const double to_mm = space_unit == NIFTI_UNITS_METER ? 1e3 : space_unit == NIFTI_UNITS_MICRON ? 1e-3 : 1;
  if (to_mm != 1) volume.remarks.push_back(fmt::format("lengths were multiplied by {} to millimetres", to_mm));
  place(volume.grid, ras, to_mm, where);
  remark_on_forms(volume, f, to_mm, where);
  const int time_unit = XYZT_TO_TIME(f.units);
  const double to_seconds = time_unit == NIFTI_UNITS_SEC    ? 1
                            : time_unit == NIFTI_UNITS_MSEC ? 1e-3
                            : time_unit == NIFTI_UNITS_USEC ? 1e-6
                                                            : 0;
  if (f.dim[0] >= 4 && std::isfinite(f.pixdim[4])) volume.frame_seconds = f.pixdim[4] * to_seconds;
}

void set_slope(Volume& volume, const NiftiFields& f, const std::string& where) {
  if (f.slope != 0 && std::isfinite(f.slope)) {
    const bool usable = std::isfinite(f.intercept);
    if (!usable && f.kind != NiftiKind::analyze) throw Error(where, "has an intercept that is not finite");
    volume.slope = f.slope;
    volume.intercept = usable ? f.intercept : 0;
  } else if (f.kind == NiftiKind::analyze && f.gl_range != 0 && f.cal_range != 0 && std::isfinite(f.cal_range)) {
    volume.slope = f.cal_range / f.gl_range;  // SPM2, spm_vol_ana.m
    volume.intercept = f.cal_min - volume.slope * f.gl_min;
  }
  if (volume.components > 1 && volume.type == Scalar::u8 && f.datatype != NIFTI_TYPE_UINT8) {
    volume.slope = 1;  // nifti1.h: scaling is not for RGB
    volume.intercept = 0;
  }
}

/// a/b.hdr.gz -> a/b + ending, or that with .gz, whichever exists. Errors: neither does.
fs::path sibling(const fs::path& path, std::string_view ending) {
  fs::path stem = path;
  if (ends_with_any(stem, {".gz"})) stem.replace_extension();
  stem.replace_extension(ending);
  for (const fs::path& candidate : {stem, fs::path(stem.string() + ".gz")}) {
    std::error_code ignored;
    if (fs::is_regular_file(candidate, ignored)) return candidate;
  }
  throw Error(path.string(), fmt::format("has no {} file", ending),
              fmt::format("'{}' is not there", stem.filename().string()), "copy it beside this one");
}

/// Whether the voxels are in the .img file of a pair, as nibabel decides it; adds a remark if magic and name disagree.
bool voxels_elsewhere(const NiftiFields& f, const fs::path& header, Volume& volume) {
  if (f.kind == NiftiKind::analyze) return true;
  const bool named_pair = ends_with_any(header, {".hdr", ".hdr.gz"});
  if (f.pair != named_pair) {
    volume.remarks.emplace_back(f.pair ? "the magic says .hdr and .img, but the voxels are in the same file"
                                       : "the magic says one file, but the name says .hdr and .img");
  }
  return named_pair;
}

std::uint64_t voxel_offset(const NiftiFields& f, bool elsewhere, const std::string& where) {
  const double smallest =
      elsewhere ? 0 : static_cast<double>((f.kind == NiftiKind::nifti2 ? nifti2_size : nifti1_size) + 4);
  constexpr double largest = 1e15;
  if (!(f.vox_offset >= smallest && f.vox_offset < largest) || f.vox_offset != std::floor(f.vox_offset)) {
    throw Error(where, "has an inconsistent header",
                fmt::format("vox_offset is {}, it must be a whole number from {} on", f.vox_offset, smallest));
  }
  return static_cast<std::uint64_t>(f.vox_offset);
}

/// Header extensions (nifti1.h, esize and ecode) are not used; a broken chain of them gets a remark.
void look_at_extensions(const NiftiFields& f, ByteStream& stream, std::uint64_t end, Volume& volume) {
  std::array<std::byte, 4> flag{};
  const std::uint64_t first = (f.kind == NiftiKind::nifti2 ? nifti2_size : nifti1_size) + flag.size();
  std::uint64_t at = first;
  if (stream.read_some(flag) < flag.size() || flag[0] == std::byte{0}) return;
  while (at < end) {
    std::array<std::byte, 8> start{};
    std::uint32_t size = 0;
    if (end - at < start.size() || stream.at_most() < start.size()) break;
    stream.read(start, "header extensions");
    std::memcpy(&size, start.data(), sizeof size);
    if (f.big_endian != (std::endian::native == std::endian::big)) size = __builtin_bswap32(size);
    constexpr std::uint32_t granule = 16;
    if (size < granule || size % granule != 0 || size > end - at || stream.at_most() < size) break;
    stream.skip(size - start.size(), "the end of its header extensions");
    at += size;
  }
  if (at != end || at == first) volume.remarks.emplace_back("its header extensions are damaged; they are not used");
}

void remark_on_sizes(const NiftiFields& f, Volume& volume) {
  const auto expected = static_cast<std::int64_t>(f.kind == NiftiKind::nifti2 ? nifti2_size : nifti1_size);
  if (f.sizeof_hdr != expected) {
    volume.remarks.push_back(fmt::format("sizeof_hdr is {}, not {}; the magic was believed", f.sizeof_hdr, expected));
  }
  const auto bits = static_cast<int>(size_of(volume.type) * 8) *
                    (f.datatype == NIFTI_TYPE_RGB24 || f.datatype == NIFTI_TYPE_RGBA32 ||
                             f.datatype == NIFTI_TYPE_COMPLEX64 || f.datatype == NIFTI_TYPE_COMPLEX128
                         ? volume.components
                         : 1);
  if (f.bitpix != bits) {
    volume.remarks.push_back(fmt::format("bitpix is {}, not {}; the datatype was believed", f.bitpix, bits));
  }
}

OpenedVolume open(const fs::path& given, const Limits& limits) {
  fs::path path = given;
  if (ends_with_any(path, {".img", ".img.gz"})) path = sibling(path, ".hdr");
  const std::string where = path.string();
  const Packing packing = is_gzip_file(path, limits) ? Packing::gzip : Packing::none;
  ByteStream stream(path, limits, packing);
  Bytes head(nifti1_size);
  head.resize(stream.read_some(head));
  if (head.size() == nifti1_size && as_text(std::span(head).subspan(4, 3)).starts_with("n")) {
    head.resize(nifti2_size);
    head.resize(nifti1_size + stream.read_some(std::span(head).subspan(nifti1_size)));
  }
  OpenedVolume out;
  const NiftiFields f = parse_nifti(head, where);
  if (f.kind == NiftiKind::analyze && !ends_with_any(path, {".hdr", ".hdr.gz"})) {
    throw Error(where, "is no NIfTI file",
                fmt::format("its header has NIfTI's size, but not its magic: '{}'", nifti_magic(head).substr(0, 3)));
  }
  out.format = format_name(f.kind);
  const std::int64_t block = set_shape(out.volume, f, limits, where);
  set_grid(out.volume, f, where);
  set_slope(out.volume, f, where);
  remark_on_sizes(f, out.volume);
  const bool elsewhere = voxels_elsewhere(f, path, out.volume);
  DataPart part{.path = path, .packing = packing, .skip = voxel_offset(f, elsewhere, where)};
  if (elsewhere) {
    part.path = sibling(path, ".img");
    const fs::path matrix = fs::path(part.path).replace_extension(".mat");
    if (std::error_code ignored; f.kind == NiftiKind::analyze && fs::exists(matrix, ignored)) {
      out.volume.remarks.push_back(
          fmt::format("{}, which may say another place, is not read", matrix.filename().string()));
    }
    part.packing = is_gzip_file(part.path, limits) ? Packing::gzip : Packing::none;
  } else {
    look_at_extensions(f, stream, part.skip, out.volume);
  }
  for (const fs::path& used : {path, part.path}) {
    if (used != given && std::ranges::find(out.others, used) == out.others.end()) out.others.push_back(used);
  }
  constexpr std::uint64_t spare_bytes = 1 << 16;
  const DataLayout layout{.big_endian = f.big_endian, .component_block = block, .spare_bytes = spare_bytes};
  out.load = [=](Volume& volume) { load_parts(volume, {part}, layout, limits); };
  return out;
}

bool tells(std::span<const std::byte> head) {
  return nifti_kind(head).has_value();
}

/// The datatype that the voxels are written as, and how many values it has.
NiftiType type_to_write(const Volume& volume) {
  const bool colour = volume.type == Scalar::u8 && (volume.components == 3 || volume.components == 4);
  for (const NiftiType& known : nifti_types) {
    if (known.type == volume.type && known.components == (colour ? volume.components : 1)) return known;
  }
  throw defect("NIfTI", "no code for a type of voxel");
}

template <class Header>
Header header_of(const Volume& volume, const NiftiType& stored) {
  using Dim = std::remove_reference_t<decltype(Header::dim[0])>;
  using Real = std::remove_reference_t<decltype(Header::pixdim[0])>;
  Header h{};
  h.sizeof_hdr = sizeof(Header);
  const bool vectors = volume.components > stored.components;
  const auto& size = volume.grid.size;
  const std::array<std::int64_t, 8> dim = {
      vectors ? 5 : volume.frames > 1 ? 4 : 3, size[0], size[1], size[2], volume.frames,
      vectors ? volume.components : 1,         1,       1};
  std::ranges::transform(dim, h.dim, [](std::int64_t n) { return static_cast<Dim>(n); });
  std::ranges::fill(h.pixdim, static_cast<Real>(1));
  if (volume.frames > 1) h.pixdim[4] = static_cast<Real>(volume.frame_seconds);
  h.datatype = static_cast<short>(stored.code);
  h.bitpix = static_cast<short>(size_of(volume.type) * 8 * static_cast<std::size_t>(stored.components));
  h.vox_offset = static_cast<decltype(h.vox_offset)>(sizeof(Header) + 4);
  h.scl_slope = static_cast<Real>(volume.slope);
  h.scl_inter = static_cast<Real>(volume.intercept);
  h.xyzt_units = SPACE_TIME_TO_XYZT(NIFTI_UNITS_MM, volume.frame_seconds > 0 ? NIFTI_UNITS_SEC : NIFTI_UNITS_UNKNOWN);
  if (vectors) h.intent_code = NIFTI_INTENT_VECTOR;
  nifti_dmat44 ras{};
  for (std::size_t row = 0; row < 3; ++row) {
    const double sign = row < 2 ? -1 : 1;
    for (std::size_t k = 0; k < 3; ++k) ras.m[row][k] = sign * column(volume.grid, k)[row];
    ras.m[row][3] = sign * volume.grid.origin_mm[row];
  }
  ras.m[3][3] = 1;
  h.sform_code = NIFTI_XFORM_SCANNER_ANAT;
  const std::array<Real*, 3> rows = {h.srow_x, h.srow_y, h.srow_z};
  for (std::size_t row = 0; row < 3; ++row) {
    std::transform(ras.m[row], ras.m[row] + 4, rows[row], [](double v) { return static_cast<Real>(v); });
  }
  double qb, qc, qd, qx, qy, qz, dx, dy, dz, qfac;
  nifti_dmat44_to_quatern(ras, &qb, &qc, &qd, &qx, &qy, &qz, &dx, &dy, &dz, &qfac);
  std::ranges::transform(std::array{qfac, dx, dy, dz}, h.pixdim, [](double v) { return static_cast<Real>(v); });
  if (is_orthogonal(volume.grid)) {
    h.qform_code = NIFTI_XFORM_SCANNER_ANAT;
    h.quatern_b = static_cast<Real>(qb);
    h.quatern_c = static_cast<Real>(qc);
    h.quatern_d = static_cast<Real>(qd);
    h.qoffset_x = static_cast<Real>(qx);
    h.qoffset_y = static_cast<Real>(qy);
    h.qoffset_z = static_cast<Real>(qz);
  }
  return h;
}

/// NIfTI-1 if the extents fit its 16 bits, else NIfTI-2.
Bytes header_bytes(const Volume& volume, const NiftiType& stored) {
  constexpr std::int64_t largest = std::numeric_limits<std::int16_t>::max();
  const auto& size = volume.grid.size;
  const bool fits = std::max({size[0], size[1], size[2], volume.frames, std::int64_t{volume.components}}) <= largest;
  const auto bytes = [](const auto& header) {
    const auto span = std::as_bytes(std::span(&header, 1));
    Bytes out(span.begin(), span.end());
    out.resize(out.size() + 4);  // no extensions
    return out;
  };
  if (fits) {
    auto h = header_of<nifti_1_header>(volume, stored);
    std::memcpy(h.magic, "n+1", sizeof h.magic);
    return bytes(h);
  }
  auto h = header_of<nifti_2_header>(volume, stored);
  std::memcpy(h.magic, "n+2\0\r\n\032\n", sizeof h.magic);
  return bytes(h);
}

void write(const Volume& volume, const fs::path& path) {
  const NiftiType stored = type_to_write(volume);
  Bytes out = header_bytes(volume, stored);
  if (volume.components > stored.components) {
    const Bytes blocks =
        planar(volume.voxels, volume.grid.voxel_count() * volume.frames, volume.components, size_of(volume.type));
    out.insert(out.end(), blocks.begin(), blocks.end());
  } else {
    out.insert(out.end(), volume.voxels.begin(), volume.voxels.end());
  }
  constexpr int level = 1;  // as nibabel: a fifth larger than level 6, in a fraction of the time
  write_file(path, ends_with_any(path, {".gz"}) ? gzip(out, level) : out);
}

}  // namespace

VolumeFormat nifti_format() {
  return {"NIfTI", {".nii", ".nii.gz"}, tells, open, write};
}

}  // namespace galen
