#pragma once
// Named tensors in one file: 8 bytes of header length (little-endian), a JSON header, the data
// (https://huggingface.co/docs/safetensors, format of 2022). The parser is strict.
#include <map>
#include <span>
#include <string>

#include "galen/base/files.h"
#include "galen/base/tensor.h"

namespace galen {

struct TensorFile {
  std::map<std::string, Tensor> tensors;
  std::map<std::string, std::string> metadata;  ///< the header's "__metadata__"
};

/// The file's bytes: tensors sorted by name, without gaps, the data starting at a multiple of 64 bytes. Equal contents
/// give equal bytes. Errors (defect): a tensor named "__metadata__".
Bytes write_safetensors(const TensorFile& file);

/// Errors: a truncated file, a header that is too long or not JSON, unknown keys or types, offsets that overlap, leave
/// gaps, lie outside the data or do not match the shape.
TensorFile parse_safetensors(std::span<const std::byte> bytes, const std::string& where, const Limits& limits = {});

}  // namespace galen
