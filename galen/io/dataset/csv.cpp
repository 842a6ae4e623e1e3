#include "galen/io/dataset/csv.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdint>
#include <set>

#include "galen/base/text.h"

namespace galen {
namespace {

/// Reads rows one after the other.
class Parser {
 public:
  Parser(std::string_view text, const std::string& where) : text_(text), where_(where) {}

  bool done() const { return at_ == text_.size(); }

  CsvRow row() {
    CsvRow row{.line = line_, .fields = {}};
    do row.fields.push_back(peek() == '"' ? quoted() : plain());
    while (take(','));
    if (!done() && !end_of_line()) fail(line_, "has text after a closing quote", "quote the whole field");
    return row;
  }

 private:
  char peek() const { return done() ? '\0' : text_[at_]; }
  bool take(char wanted) {
    if (done() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }
  bool end_of_line() {
    if (text_.substr(at_, 2) == "\r\n") ++at_;
    if (!take('\n')) return false;
    ++line_;
    return true;
  }

  std::string plain() {
    const std::size_t begin = at_;
    at_ = std::min(text_.find_first_of(",\r\n\"", at_), text_.size());
    if (peek() == '"')
      fail(line_, "has a quote inside a field that is not quoted", "quote the field, and double the quote");
    if (peek() == '\r' && text_.substr(at_, 2) != "\r\n") fail(line_, "has a carriage return without a line feed");
    return std::string(text_.substr(begin, at_ - begin));
  }

  std::string quoted() {
    const std::size_t opened = line_;
    std::string out;
    ++at_;
    while (true) {
      if (done()) fail(opened, "has a quote that is never closed");
      const char c = text_[at_++];
      if (c == '"' && !take('"')) return out;
      if (c == '\n') ++line_;
      out += c;
    }
  }

  [[noreturn]] void fail(std::size_t line, std::string problem, std::string remedy = {}) const {
    throw Error(fmt::format("{}: line {}", where_, line), std::move(problem), {}, std::move(remedy));
  }

  std::string_view text_;
  const std::string& where_;
  std::size_t at_ = 0, line_ = 1;
};

void check_columns(const CsvTable& table) {
  std::set<std::string_view> seen;
  for (const std::string& column : table.columns) {
    if (column.empty()) throw Error(table.where, "has a column without a name");
    if (!seen.insert(column).second) throw Error(table.where, fmt::format("has the column '{}' twice", column));
  }
}

}  // namespace

std::optional<std::size_t> CsvTable::find(std::string_view column) const {
  const auto found = std::find(columns.begin(), columns.end(), column);
  if (found == columns.end()) return std::nullopt;
  return static_cast<std::size_t>(found - columns.begin());
}

std::size_t CsvTable::at(std::string_view column) const {
  if (const auto found = find(column)) return *found;
  throw Error(where, fmt::format("lacks the column '{}'", column), fmt::format("it has {}", fmt::join(columns, ", ")),
              "add that column");
}

Error CsvTable::error(const CsvRow& row, std::string problem, std::string why, std::string remedy) const {
  return Error(fmt::format("{}: line {}", where, row.line), std::move(problem), std::move(why), std::move(remedy));
}

void require_utf8(std::string_view text, const std::string& where) {
  std::size_t line = 1;
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    const auto first = static_cast<unsigned char>(text[0]);
    const bool control = (first < 0x20 && first != '\t' && first != '\n' && first != '\r') || first == 0x7F;
    if (length == 0 || control) {
      throw Error(fmt::format("{}: line {}", where, line), length == 0 ? "is not UTF-8" : "has a control character",
                  fmt::format("byte 0x{:02x}", first), length == 0 ? "save it as UTF-8" : "");
    }
    if (first == '\n') ++line;
    text.remove_prefix(length);
  }
}

CsvTable parse_csv(std::string_view text, const std::string& where, const Limits& limits) {
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
  require_utf8(text, where);
  CsvTable table;
  table.where = where;
  if (text.empty()) throw Error(where, "is empty", {}, "its first line names the columns");
  Parser parser(text, where);
  table.columns = parser.row().fields;
  check_columns(table);
  while (!parser.done()) {
    CsvRow row = parser.row();
    if (row.fields.size() != table.columns.size()) {
      throw table.error(row, fmt::format("has {} fields", row.fields.size()),
                        fmt::format("the header has {} columns", table.columns.size()));
    }
    table.rows.push_back(std::move(row));
    if (table.rows.size() * table.columns.size() > limits.max_elements) {
      throw Error(where, "has too many values", fmt::format("the limit is {}", limits.max_elements));
    }
  }
  return table;
}

CsvTable read_csv(const fs::path& path, const Limits& limits) {
  return parse_csv(read_text(path, limits), path.string(), limits);
}

std::string csv_line(const std::vector<std::string>& fields) {
  std::string out;
  for (const std::string& field : fields) {
    if (&field != &fields.front()) out += ',';
    // A lone empty field is quoted, so that the line is not blank.
    if (field.find_first_of(",\"\r\n") == std::string::npos && !(field.empty() && fields.size() == 1)) {
      out += field;
      continue;
    }
    out += '"';
    for (const char c : field) out += c == '"' ? "\"\"" : std::string(1, c);
    out += '"';
  }
  return out + "\n";
}

}  // namespace galen
