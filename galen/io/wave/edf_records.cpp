#include "galen/io/wave/edf_records.h"

#include <algorithm>
#include <cmath>

#include "galen/io/wave/wave_text.h"

namespace galen {
namespace {

constexpr char text_mark = '\x14', duration_mark = '\x15';

/// Takes digits with at most one dot from the start of text.
std::optional<double> take_decimal(std::string_view& text) {
  const std::size_t length = std::min(text.find_first_not_of("0123456789."), text.size());
  const auto value = finite_number(text.substr(0, length));
  if (value) text.remove_prefix(length);
  return value;
}

/// The value, in seconds, of the last digit of the decimal number at the start of text.
double last_digit(std::string_view text) {
  const std::string_view number = text.substr(0, text.find_first_not_of("0123456789."));
  const std::size_t point = number.find('.');
  return point == number.npos ? 1 : std::pow(10.0, -static_cast<double>(number.size() - point - 1));
}

bool take(std::string_view& text, char wanted) {
  if (!text.starts_with(wanted)) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

std::optional<Tal> take_tal(std::string_view& text) {
  const std::size_t end = text.find('\0');
  if (end == text.npos) return std::nullopt;
  std::string_view rest = text.substr(0, end);
  const bool negative = rest.starts_with('-');
  if (!take(rest, '+') && !take(rest, '-')) return std::nullopt;
  const double digit = last_digit(rest);
  const auto onset = take_decimal(rest);
  if (!onset) return std::nullopt;
  Tal tal{.onset = negative ? -*onset : *onset, .onset_digit = digit, .texts = {}};
  if (take(rest, duration_mark)) {
    const auto duration = take_decimal(rest);
    if (!duration) return std::nullopt;
    tal.duration = *duration;
  }
  if (!take(rest, text_mark) || !rest.ends_with(text_mark)) return std::nullopt;
  while (!rest.empty()) {
    const std::size_t length = rest.find(text_mark);
    tal.texts.push_back(rest.substr(0, length));
    rest.remove_prefix(length + 1);
  }
  text.remove_prefix(end + 1);
  return tal;
}

EdfRecords::EdfRecords(const fs::path& path, const Limits& limits)
    : file_(path, limits), header_(parse_edf_header(file_.whole(), path.string())) {}

std::span<const std::byte> EdfRecords::bytes(std::size_t signal, std::int64_t record, std::int64_t begin,
                                             std::int64_t count) const {
  const int size = header_.sample_bytes();
  const std::int64_t at =
      header_.bytes + record * header_.record_bytes + header_.signals.at(signal).offset + begin * size;
  return file_.bytes(static_cast<std::uint64_t>(at), static_cast<std::uint64_t>(count * size));
}

std::string_view EdfRecords::annotations(std::size_t signal, std::int64_t record) const {
  return as_text(bytes(signal, record, 0, header_.signals.at(signal).samples));
}

std::optional<Tal> EdfRecords::clock(std::int64_t record) const {
  const auto signal = header_.first_annotations();
  if (!signal) return std::nullopt;
  std::string_view text = annotations(*signal, record);
  auto tal = take_tal(text);
  if (!tal || tal->texts.empty() || !tal->texts.front().empty()) return std::nullopt;
  return tal;
}

std::optional<double> EdfRecords::onset(std::int64_t record) const {
  const auto tal = clock(record);
  return tal ? std::optional(tal->onset) : std::nullopt;
}

void EdfRecords::digital(std::size_t signal, std::int64_t record, std::int64_t begin,
                         std::span<std::int32_t> out) const {
  const auto data = bytes(signal, record, begin, static_cast<std::int64_t>(out.size()));
  const auto byte = [&](std::size_t i) { return std::to_integer<std::uint32_t>(data[i]); };
  // Little-endian two's complement; 24-bit values are shifted up to the sign bit and back down.
  if (header_.bdf) {
    for (std::size_t i = 0; i < out.size(); ++i) {
      out[i] = static_cast<std::int32_t>(byte(3 * i) << 8 | byte(3 * i + 1) << 16 | byte(3 * i + 2) << 24) >> 8;
    }
  } else {
    for (std::size_t i = 0; i < out.size(); ++i) {
      out[i] = static_cast<std::int16_t>(byte(2 * i) | byte(2 * i + 1) << 8);
    }
  }
}

}  // namespace galen
