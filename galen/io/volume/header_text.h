#pragma once
// The small text syntax that the headers of NRRD and MetaImage share.
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "galen/base/files.h"
#include "galen/base/scalar.h"

namespace galen {

/// Words separated by blanks.
std::vector<std::string_view> words(std::string_view text);

/// Errors name the field and its text.
double number(std::string_view text, const std::string& where, std::string_view field);
std::int64_t whole(std::string_view text, const std::string& where, std::string_view field);
std::vector<double> numbers(std::string_view text, const std::string& where, std::string_view field);
std::vector<std::int64_t> wholes(std::string_view text, const std::string& where, std::string_view field);

/// Native values of a type from voxels written as decimal numbers separated by blanks.
/// Errors: too few or too many, not a number, a number out of the type's range.
Bytes voxels_from_decimals(std::string_view text, Scalar type, std::uint64_t count, const std::string& where);
/// Voxels written as pairs of hexadecimal digits, with blanks anywhere. Errors: too few or too many, another character.
Bytes bytes_from_hex(std::string_view text, std::uint64_t count, const std::string& where);

/// Millimetres in a unit of length by its name ("mm", "um", "cm", "m"); 0: unknown.
double millimetres_in(std::string_view unit);

}  // namespace galen
