#pragma once
// When a WFDB record began, as its header says it (header(5), "Record line").
#include <string>
#include <string_view>
#include <vector>

namespace galen {

/// ISO 8601 of a header's base time and date, "17:27:45.5 15/08/1994": "1994-08-15T17:27:45.5"; "T17:27:45" without a
/// date. Empty, with a remark, where they are no time.
std::string wfdb_start(std::string_view time_and_date, std::vector<std::string>& remarks);

}  // namespace galen
