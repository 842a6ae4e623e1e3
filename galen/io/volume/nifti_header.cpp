#include "galen/io/volume/nifti_header.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "galen/base/error.h"
#include "galen/io/volume/format.h"

namespace galen {
namespace {

static_assert(nifti1_size == 348 && nifti2_size == 540);
constexpr std::size_t magic_at = 344;  // of NIfTI-1

/// dim[0] gives the byte order: it is 1 to 7 in the right one.
template <class Header>
bool is_swapped(const Header& header, const std::string& where) {
  const auto plausible = [](std::int64_t n) { return n >= 1 && n <= 7; };
  auto count = header.dim[0];
  if (plausible(count)) return false;
  const auto original = static_cast<std::int64_t>(count);
  swap_bytes(std::as_writable_bytes(std::span(&count, 1)), sizeof count);
  if (plausible(count)) return true;
  throw Error(where, "has an inconsistent header", fmt::format("dim[0] is {}, it must be 1 to 7", original));
}

template <class Header>
NiftiFields fields_of(const Header& h) {
  NiftiFields f;
  f.sizeof_hdr = h.sizeof_hdr;
  std::ranges::copy(h.dim, f.dim.begin());
  std::ranges::copy(h.pixdim, f.pixdim.begin());
  f.datatype = h.datatype;
  f.bitpix = h.bitpix;
  f.qform_code = h.qform_code;
  f.sform_code = h.sform_code;
  f.units = h.xyzt_units;
  f.vox_offset = static_cast<double>(h.vox_offset);
  f.slope = h.scl_slope;
  f.intercept = h.scl_inter;
  f.quaternion = {h.quatern_b, h.quatern_c, h.quatern_d};
  f.qoffset = {h.qoffset_x, h.qoffset_y, h.qoffset_z};
  std::ranges::copy(h.srow_x, f.srow[0].begin());
  std::ranges::copy(h.srow_y, f.srow[1].begin());
  std::ranges::copy(h.srow_z, f.srow[2].begin());
  return f;
}

void add_analyze_fields(NiftiFields& f, const nifti_1_header& h, std::span<const std::byte> head, bool swapped) {
  constexpr std::size_t originator_at = 253;
  f.qform_code = f.sform_code = 0;
  f.units = 0;
  f.cal_range = static_cast<double>(h.cal_max) - h.cal_min;
  f.cal_min = h.cal_min;
  f.gl_range = static_cast<double>(h.glmax) - h.glmin;
  f.gl_min = h.glmin;
  for (std::size_t i = 0; i < 3; ++i) {
    std::uint16_t bits = 0;
    std::memcpy(&bits, head.data() + originator_at + 2 * i, sizeof bits);
    f.spm_origin[i] = static_cast<std::int16_t>(swapped ? __builtin_bswap16(bits) : bits);
  }
}

}  // namespace

std::string_view nifti_magic(std::span<const std::byte> head) {
  return as_text(head.subspan(magic_at, 4));
}

std::optional<NiftiKind> nifti_kind(std::span<const std::byte> head) {
  if (head.size() < nifti1_size) return std::nullopt;
  constexpr std::string_view tail2 = "\r\n\032\n";
  const std::string_view start2 = as_text(head.subspan(4, 4));
  const bool magic2 = start2 == std::string_view("n+2\0", 4) || start2 == std::string_view("ni2\0", 4);
  if (head.size() >= nifti2_size && magic2 && as_text(head.subspan(8, 4)) == tail2) return NiftiKind::nifti2;
  const std::string_view magic = nifti_magic(head);
  if (magic == std::string_view("n+1\0", 4) || magic == std::string_view("ni1\0", 4)) return NiftiKind::nifti1;
  std::int32_t size = 0;
  std::memcpy(&size, head.data(), sizeof size);
  const bool sized = size == static_cast<std::int32_t>(nifti1_size) ||
                     size == static_cast<std::int32_t>(__builtin_bswap32(static_cast<std::uint32_t>(nifti1_size)));
  return sized ? std::optional(NiftiKind::analyze) : std::nullopt;
}

NiftiFields parse_nifti(std::span<const std::byte> head, const std::string& where) {
  const auto kind = nifti_kind(head);
  if (!kind) throw Error(where, "is no NIfTI or Analyze header");
  constexpr bool native_is_big = std::endian::native == std::endian::big;
  NiftiFields f;
  bool swapped = false;
  if (*kind == NiftiKind::nifti2) {
    nifti_2_header h;
    std::memcpy(&h, head.data(), sizeof h);
    swapped = is_swapped(h, where);
    if (swapped) nifti_swap_as_nifti2(&h);
    f = fields_of(h);
    f.pair = std::string_view(h.magic, 3) == "ni2";
  } else {
    nifti_1_header h;
    std::memcpy(&h, head.data(), sizeof h);
    swapped = is_swapped(h, where);
    if (swapped) nifti_swap_as_nifti1(&h);
    f = fields_of(h);
    f.pair = nifti_magic(head).starts_with("ni1");
    if (*kind == NiftiKind::analyze) {
      f.pair = true;
      add_analyze_fields(f, h, head, swapped);
    }
  }
  f.kind = *kind;
  f.big_endian = swapped != native_is_big;
  return f;
}

}  // namespace galen
