#pragma once
// SHA256SUMS, as sha256sum writes and checks it, over all files of a folder.
#include <map>
#include <string>
#include <string_view>

#include "galen/base/files.h"

namespace galen {

inline constexpr std::string_view checksums_file = "SHA256SUMS";
/// The remedy for a damaged or incomplete bundle.
inline constexpr const char* get_again = "get the bundle again, from a source that you trust";

/// True for "a/b.onnx": relative, of printable ASCII, no empty part, "." or "..", no backslash or colon.
bool is_plain_path(std::string_view path);

/// Every regular file under the folder except SHA256SUMS itself, by relative path. Errors: links, devices, names that
/// are not plain.
std::map<std::string, fs::path> files_under(const fs::path& folder);

/// The text of SHA256SUMS for the files in the folder.
std::string checksums_of(const fs::path& folder);

/// Compares the folder with its SHA256SUMS and returns the hash of that file. Errors: a file that is missing, not
/// listed or changed, by name; a damaged line.
std::string verify_checksums(const fs::path& folder);

}  // namespace galen
