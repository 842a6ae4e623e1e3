#pragma once
// The start of a WFDB record, from its header (header(5), "Record line").
#include <string>
#include <string_view>
#include <vector>

namespace galen {

/// ISO 8601 of a header's base time and date, "17:27:45.5 15/08/1994": "1994-08-15T17:27:45.5"; "T17:27:45" without a
/// date. Empty, with a remark, if they are not a time.
std::string wfdb_start(std::string_view time_and_date, std::vector<std::string>& remarks);

}  // namespace galen
