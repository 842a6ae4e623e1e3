#include "galen/io/wave/edf_header.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "galen/base/error.h"
#include "galen/base/text.h"
#include "galen/io/wave/edf.h"
#include "galen/io/wave/wave_text.h"

namespace galen {
namespace {

constexpr std::size_t fixed_bytes = 256;
constexpr std::string_view edf_magic = "0       ", bdf_magic =
                                                       "\xFF"
                                                       "BIOSEMI";

/// Reads the fields of a header one after the other.
class Fields {
 public:
  Fields(std::string_view text, const std::string& where) : text_(text), where_(where) {}

  std::string_view text(std::size_t width) {
    const std::string_view field = text_.substr(at_, width);
    at_ += width;
    return trimmed(field, std::string_view(" \0", 2));
  }
  double number(std::size_t width, const std::string& name) {
    const std::string_view field = text(width);
    if (const auto value = finite_number(field)) return *value;
    throw Error(where_, fmt::format("has no number in its field '{}'", name), fmt::format("it says '{}'", shown(field)),
                field.find(',') != field.npos ? "write it with a decimal point, as EDF asks" : "");
  }
  std::int64_t whole(std::size_t width, const std::string& name) {
    const double value = number(width, name);
    if (value == std::floor(value) && std::abs(value) < 0x1p31) return static_cast<std::int64_t>(value);
    throw Error(where_, fmt::format("has no whole number in its field '{}'", name), fmt::format("it says {}", value));
  }
  void skip(std::size_t width) { at_ += width; }

 private:
  std::string_view text_;
  const std::string& where_;
  std::size_t at_ = 0;
};

/// EDF allows ASCII only; latin1 is set if the text had to be read as Latin-1.
std::string readable(std::string_view text, bool& latin1) {
  latin1 = latin1 || !is_utf8(text);
  return as_utf8(text);
}

/// The signals' part of the header: one field for all signals, then the next field.
void parse_signals(Fields& fields, EdfHeader& header, const std::string& where) {
  const std::string_view annotations = header.bdf ? "BDF Annotations" : "EDF Annotations";
  std::vector<EdfSignal>& signals = header.signals;
  bool latin1 = false;
  for (EdfSignal& signal : signals) signal.label = readable(fields.text(16), latin1);
  fields.skip(80 * signals.size());  // transducers
  for (EdfSignal& signal : signals) signal.unit = ucum_unit(readable(fields.text(8), latin1));
  const auto range = [&](const char* name, double EdfSignal::* member) {
    for (EdfSignal& signal : signals) {
      signal.*member = fields.number(8, fmt::format("{} of '{}'", name, signal.label));
    }
  };
  range("physical minimum", &EdfSignal::physical_min);
  range("physical maximum", &EdfSignal::physical_max);
  range("digital minimum", &EdfSignal::digital_min);
  range("digital maximum", &EdfSignal::digital_max);
  fields.skip(80 * signals.size());  // filters
  for (EdfSignal& signal : signals) {
    signal.samples = fields.whole(8, fmt::format("samples of '{}' in a record", signal.label));
    if (signal.samples <= 0) {
      throw Error(where, fmt::format("has {} samples of '{}' in a record", signal.samples, signal.label));
    }
    signal.offset = header.record_bytes;
    header.record_bytes += signal.samples * header.sample_bytes();
    signal.annotations = header.plus && signal.label == annotations;
    if (!header.plus && signal.label == annotations) {
      header.remarks.push_back(
          fmt::format("it does not say that it is EDF+, so '{}' is read as a channel", annotations));
    }
  }
  if (latin1) header.remarks.emplace_back("names or units that are not ASCII are read as Latin-1");
}

void check_length(EdfHeader& header, std::int64_t stated_bytes, std::int64_t stated_records, std::int64_t file_bytes,
                  const std::string& where) {
  const std::int64_t body = file_bytes - header.bytes, whole = body / header.record_bytes;
  const std::int64_t rest = body % header.record_bytes;
  if (stated_bytes != header.bytes) {
    const std::string why =
        fmt::format("it says {} bytes, {} signals take {}", stated_bytes, header.signals.size(), header.bytes);
    // The length of the file decides, if it fits to the byte.
    if (rest != 0 || whole != stated_records) throw Error(where, "has a header of another length than it says", why);
    header.remarks.push_back("its header states a wrong length of itself: " + why);
  }
  if (stated_records < -1 || stated_records == 0) {
    throw Error(where, fmt::format("says that it has {} records", stated_records));
  }
  if (whole == 0) {
    throw Error(where, "is truncated: it has no whole record",
                fmt::format("a record takes {} bytes, {} are left after the header", header.record_bytes, body));
  }
  header.records = stated_records == -1 ? whole : std::min(whole, stated_records);
  if (stated_records == -1) {
    header.remarks.push_back(fmt::format("its header leaves the number of records open: {} are there", whole));
  }
  if (stated_records > whole) {
    header.remarks.push_back(fmt::format("it is truncated: {} of {} records are there", whole, stated_records));
  } else if (const std::int64_t after = body - header.records * header.record_bytes; after > 0) {
    header.remarks.push_back(fmt::format("{} bytes after its last record are left", after));
  }
}

void remark_on_signals(EdfHeader& header) {
  std::map<std::string_view, int> count;
  for (const EdfSignal& signal : header.signals) {
    if (signal.annotations) continue;
    if (++count[signal.label] == 2) {
      header.remarks.push_back(fmt::format("several of its channels are named '{}'", signal.label));
    }
    if (!signal.scaled()) {
      header.remarks.push_back(fmt::format("the {} range of '{}' is empty: its samples are missing",
                                           signal.digital_min == signal.digital_max ? "digital" : "physical",
                                           signal.label));
    }
  }
}

bool starts_with(std::span<const std::byte> head, std::string_view magic) {
  return as_text(head.first(std::min(head.size(), magic.size()))) == magic;
}

}  // namespace

bool is_edf(std::span<const std::byte> head) {
  return starts_with(head, edf_magic) || starts_with(head, bdf_magic);
}

std::string edf_format_name(std::span<const std::byte> head) {
  const bool bdf = starts_with(head, bdf_magic);
  const std::string name = bdf ? "BDF" : "EDF";
  const std::string_view reserved = head.size() < 197 ? std::string_view() : as_text(head.subspan(192, 5));
  return reserved == name + "+C" || reserved == name + "+D" ? std::string(reserved) : name;
}

std::optional<std::size_t> EdfHeader::first_annotations() const {
  for (std::size_t i = 0; i < signals.size(); ++i) {
    if (signals[i].annotations) return i;
  }
  return std::nullopt;
}

EdfHeader parse_edf_header(std::span<const std::byte> file, const std::string& where) {
  if (file.empty()) throw Error(where, "is empty");
  if (!is_edf(file)) throw Error(where, "is no EDF or BDF file", "its version is neither 0 nor BioSemi's");
  if (file.size() < fixed_bytes) {
    throw Error(where, "is truncated in its header", fmt::format("{} bytes of {}", file.size(), fixed_bytes));
  }
  EdfHeader header;
  header.bdf = starts_with(file, bdf_magic);
  const std::string name = edf_format_name(file);
  header.plus = name.size() == 5;
  header.discontinuous = name.ends_with('D');
  Fields fields(as_text(file), where);
  fields.skip(8 + 80);  // version, patient
  const std::string_view recording = fields.text(80);
  bool latin1 = false;
  const std::string date = readable(fields.text(8), latin1), time = readable(fields.text(8), latin1);
  EdfStart start = edf_start(date, time, recording, header.plus);
  header.start = start.at;
  header.remarks = std::move(start.remarks);
  const auto stated_bytes = fields.whole(8, "bytes of the header");
  fields.skip(44);
  const auto stated_records = fields.whole(8, "number of records");
  header.record_seconds = fields.number(8, "duration of a record");
  const auto signals = fields.whole(4, "number of signals");
  if (signals <= 0) throw Error(where, fmt::format("says that it has {} signals", signals));
  header.bytes = static_cast<std::int64_t>(fixed_bytes) * (signals + 1);
  if (static_cast<std::uint64_t>(header.bytes) > file.size()) {
    throw Error(where, "is truncated in its header",
                fmt::format("{} signals take {} bytes, it has {}", signals, header.bytes, file.size()));
  }
  header.signals.resize(static_cast<std::size_t>(signals));
  parse_signals(fields, header, where);
  check_length(header, stated_bytes, stated_records, static_cast<std::int64_t>(file.size()), where);
  const bool sampled = !std::ranges::all_of(header.signals, &EdfSignal::annotations);
  if (header.record_seconds < 0 || (header.record_seconds == 0 && sampled)) {
    throw Error(where, fmt::format("has records that last {} s", header.record_seconds), "its rates are undefined");
  }
  remark_on_signals(header);
  return header;
}

}  // namespace galen
