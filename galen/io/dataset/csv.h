#pragma once
// Comma-separated values as in RFC 4180, read strictly: anything doubtful is refused, with its line.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "galen/base/error.h"
#include "galen/base/files.h"

namespace galen {

struct CsvRow {
  std::size_t line = 0;  ///< where the row begins in the file, from 1
  std::vector<std::string> fields;
};

/// A header, and rows with as many fields as it has columns.
struct CsvTable {
  std::string where;  ///< the file, for messages
  std::vector<std::string> columns;
  std::vector<CsvRow> rows;

  std::optional<std::size_t> find(std::string_view column) const;
  /// Errors: no such column; the message lists the columns that exist.
  std::size_t at(std::string_view column) const;
  /// An error about one row: "dataset.csv: line 7: ...".
  Error error(const CsvRow& row, std::string problem, std::string why = {}, std::string remedy = {}) const;
};

/// Quoted fields may hold commas, quotes (doubled) and line breaks; lines end in LF or CRLF; a UTF-8 byte order mark is
/// skipped. Errors, each with its line: not UTF-8, control characters, a misplaced or unclosed quote, a row with a
/// different number of fields, an empty or repeated column name, more values than limits.max_elements.
CsvTable parse_csv(std::string_view text, const std::string& where, const Limits& limits = {});
CsvTable read_csv(const fs::path& path, const Limits& limits = {});

/// One line with its LF; fields are quoted where they must be.
std::string csv_line(const std::vector<std::string>& fields);

/// Refuses bytes that are not UTF-8 (RFC 3629: no surrogates, no overlong forms), naming the line.
void require_utf8(std::string_view text, const std::string& where);

}  // namespace galen
