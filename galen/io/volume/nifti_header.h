#pragma once
// The header of NIfTI-1, NIfTI-2 and Analyze 7.5 files, in a common form.
#include <nifti2_io.h>

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "galen/data/volume.h"

namespace galen {

inline constexpr std::size_t nifti1_size = sizeof(nifti_1_header), nifti2_size = sizeof(nifti_2_header);

enum class NiftiKind { analyze, nifti1, nifti2 };

/// The header fields that matter here, in native byte order.
struct NiftiFields {
  NiftiKind kind = NiftiKind::nifti1;
  bool big_endian = false;
  bool pair = false;  ///< the magic says that the voxels are in another file
  std::int64_t sizeof_hdr = 0;
  std::array<std::int64_t, 8> dim{};
  std::array<double, 8> pixdim{};
  int datatype = 0, bitpix = 0, qform_code = 0, sform_code = 0, units = 0;
  double vox_offset = 0, slope = 0, intercept = 0;
  std::array<double, 3> quaternion{}, qoffset{};
  std::array<std::array<double, 4>, 3> srow{};
  double cal_range = 0, cal_min = 0, gl_range = 0, gl_min = 0;  ///< Analyze only
  std::array<std::int64_t, 3> spm_origin{};                     ///< Analyze only, counted from 1
};

/// Recognised by the magic, or (Analyze has none) by the size of the header; nothing: another file.
std::optional<NiftiKind> nifti_kind(std::span<const std::byte> head);
/// The bytes where NIfTI-1 has its magic; head has at least nifti1_size bytes.
std::string_view nifti_magic(std::span<const std::byte> head);

/// Errors: none of these headers; a dim[0] that is plausible in neither byte order.
NiftiFields parse_nifti(std::span<const std::byte> head, const std::string& where);

/// A datatype of the standard, and the type and number of values in a voxel.
struct NiftiType {
  int code;
  Scalar type;
  int components;
};
inline constexpr std::array<NiftiType, 14> nifti_types = {{
    {NIFTI_TYPE_UINT8, Scalar::u8, 1},
    {NIFTI_TYPE_INT8, Scalar::i8, 1},
    {NIFTI_TYPE_UINT16, Scalar::u16, 1},
    {NIFTI_TYPE_INT16, Scalar::i16, 1},
    {NIFTI_TYPE_UINT32, Scalar::u32, 1},
    {NIFTI_TYPE_INT32, Scalar::i32, 1},
    {NIFTI_TYPE_UINT64, Scalar::u64, 1},
    {NIFTI_TYPE_INT64, Scalar::i64, 1},
    {NIFTI_TYPE_FLOAT32, Scalar::f32, 1},
    {NIFTI_TYPE_FLOAT64, Scalar::f64, 1},
    {NIFTI_TYPE_COMPLEX64, Scalar::f32, 2},
    {NIFTI_TYPE_COMPLEX128, Scalar::f64, 2},
    {NIFTI_TYPE_RGB24, Scalar::u8, 3},
    {NIFTI_TYPE_RGBA32, Scalar::u8, 4},
}};

}  // namespace galen
