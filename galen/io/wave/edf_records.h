#pragma once
// The data records of an EDF or BDF file, as they lie in it.
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "galen/base/mapped_file.h"
#include "galen/io/wave/edf_header.h"

namespace galen {

/// A time-stamped annotation list of EDF+ (section 2.2.2); the texts lie in the file.
struct Tal {
  double onset = 0;        ///< seconds from the header's start time
  double onset_digit = 1;  ///< seconds of its last digit
  double duration = 0;
  std::vector<std::string_view> texts;  ///< an empty one at the start of a record keeps its time
};

/// The list at the start of text, which is moved behind it; nothing where it is not as EDF+ has it.
std::optional<Tal> take_tal(std::string_view& text);

class EdfRecords {
 public:
  /// Errors: as MappedFile and parse_edf_header.
  explicit EdfRecords(const fs::path& path, const Limits& limits = {});

  const EdfHeader& header() const { return header_; }
  std::string where() const { return file_.path().string(); }
  /// What an annotation signal holds in a record.
  std::string_view annotations(std::size_t signal, std::int64_t record) const;
  /// The list that says when a record begins; nothing: there is none, or not as EDF+ asks.
  std::optional<Tal> clock(std::int64_t record) const;
  /// Its onset.
  std::optional<double> onset(std::int64_t record) const;
  /// Digital values of a signal in a record, from sample `begin` of the record on.
  void digital(std::size_t signal, std::int64_t record, std::int64_t begin, std::span<std::int32_t> out) const;

 private:
  std::span<const std::byte> bytes(std::size_t signal, std::int64_t record, std::int64_t begin,
                                   std::int64_t count) const;

  MappedFile file_;
  EdfHeader header_;
};

}  // namespace galen
