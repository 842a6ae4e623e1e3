#pragma once
// The data records of an EDF or BDF file, as stored.
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "galen/base/mapped_file.h"
#include "galen/io/wave/edf_header.h"

namespace galen {

/// A time-stamped annotation list of EDF+ (section 2.2.2); the texts are views of the file.
struct Tal {
  double onset = 0;        ///< seconds from the header's start time
  double onset_digit = 1;  ///< value of its last digit, in seconds
  double duration = 0;
  std::vector<std::string_view> texts;  ///< an empty first text in a record marks the record's onset
};

/// Takes the list at the start of text and advances text past it; nothing if it does not follow EDF+.
std::optional<Tal> take_tal(std::string_view& text);

class EdfRecords {
 public:
  /// Errors: as MappedFile and parse_edf_header.
  explicit EdfRecords(const fs::path& path, const Limits& limits = {});

  const EdfHeader& header() const { return header_; }
  std::string where() const { return file_.path().string(); }
  /// The content of an annotation signal in a record.
  std::string_view annotations(std::size_t signal, std::int64_t record) const;
  /// The list that states when a record begins; nothing: there is none, or it does not follow EDF+.
  std::optional<Tal> clock(std::int64_t record) const;
  /// The onset of that list.
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
