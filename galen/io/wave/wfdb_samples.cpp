#include "galen/io/wave/wfdb_samples.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "galen/base/error.h"
#include "galen/base/mapped_file.h"
#include "galen/io/wave/wfdb_differences.h"
#include "galen/io/wave/wfdb_flac.h"

namespace galen {
namespace {

constexpr std::int32_t least(int bits) {
  return static_cast<std::int32_t>(-(std::int64_t{1} << (bits - 1)));
}
constexpr std::int32_t most(int bits) {
  return static_cast<std::int32_t>((std::int64_t{1} << (bits - 1)) - 1);
}
/// A format whose lowest value means that there is no sample.
constexpr WfdbFormat of_bits(int number, int bits) {
  return {number, least(bits), least(bits) + 1, most(bits)};
}
constexpr std::array formats = {
    WfdbFormat{8, std::nullopt, least(32), most(32)},
    of_bits(16, 16),
    of_bits(24, 24),
    of_bits(32, 32),
    of_bits(61, 16),
    of_bits(80, 8),
    of_bits(160, 16),
    of_bits(212, 12),
    of_bits(310, 10),
    of_bits(311, 10),
    of_bits(508, 8),
    of_bits(516, 16),
    of_bits(524, 24),
};

std::uint32_t byte_at(const std::byte* data, std::uint64_t i) {
  return std::to_integer<std::uint32_t>(data[i]);
}
std::uint32_t word_at(const std::byte* data, std::uint64_t i) {
  return byte_at(data, i) | byte_at(data, i + 1) << 8;
}
std::int32_t signed_of(std::uint32_t value, int bits) {
  const int unused = 32 - bits;
  return static_cast<std::int32_t>(value << unused) >> unused;
}

/// A packing of samples into bytes, in groups, and how a sample of a group is read.
struct Packing {
  int format;
  std::uint64_t samples, bytes;
  std::array<std::uint64_t, 3> partial;  ///< bytes that the first 0, 1 and 2 samples take
  std::int32_t (*get)(const std::byte* group, std::uint64_t i);
};
constexpr std::array packings = {
    Packing{16, 1, 2, {}, [](const std::byte* g, std::uint64_t) { return signed_of(word_at(g, 0), 16); }},
    Packing{24,
            1,
            3,
            {},
            [](const std::byte* g, std::uint64_t) { return signed_of(word_at(g, 0) | byte_at(g, 2) << 16, 24); }},
    Packing{32,
            1,
            4,
            {},
            [](const std::byte* g, std::uint64_t) {
              return static_cast<std::int32_t>(word_at(g, 0) | word_at(g, 2) << 16);
            }},
    Packing{61,
            1,
            2,
            {},
            [](const std::byte* g, std::uint64_t) { return signed_of(byte_at(g, 0) << 8 | byte_at(g, 1), 16); }},
    Packing{
        80, 1, 1, {}, [](const std::byte* g, std::uint64_t) { return static_cast<std::int32_t>(byte_at(g, 0)) - 128; }},
    Packing{160,
            1,
            2,
            {},
            [](const std::byte* g, std::uint64_t) { return static_cast<std::int32_t>(word_at(g, 0)) - 32768; }},
    Packing{212,
            2,
            3,
            {0, 2, 3},
            [](const std::byte* g, std::uint64_t i) {
              const std::uint32_t high = byte_at(g, 1);
              return signed_of(i == 0 ? byte_at(g, 0) | (high & 15) << 8 : byte_at(g, 2) | (high >> 4) << 8, 12);
            }},
    Packing{310,
            3,
            4,
            {0, 2, 4},
            [](const std::byte* g, std::uint64_t i) {
              if (i < 2) return signed_of(word_at(g, 2 * i) >> 1, 10);
              return signed_of(word_at(g, 0) >> 11 | (word_at(g, 2) >> 11) << 5, 10);
            }},
    Packing{311,
            3,
            4,
            {0, 2, 3},
            [](const std::byte* g, std::uint64_t i) {
              if (i == 0) return signed_of(word_at(g, 0), 10);
              if (i == 1) return signed_of(word_at(g, 1) >> 2, 10);
              return signed_of(word_at(g, 2) >> 4, 10);
            }},
};

/// The packing is known at compile time, so that its code is inlined.
template <std::size_t which>
class PackedSamples : public WfdbSamples {
  static constexpr const Packing& packing = packings[which];

 public:
  PackedSamples(const fs::path& path, std::uint64_t offset, std::vector<WfdbPlace> places, const Limits& limits)
      : file_(path, limits), offset_(offset), places_(std::move(places)) {
    for (const WfdbPlace& place : places_) frame_ += static_cast<std::uint64_t>(place.count);
    if (file_.size() < offset) throw Error(path.string(), "is shorter than the bytes that its header skips");
    const std::uint64_t there = file_.size() - offset;
    std::uint64_t samples = there / packing.bytes * packing.samples;
    for (std::uint64_t more = 1; more < packing.samples; ++more) {
      if (packing.partial[more] <= there % packing.bytes) samples += 1;
    }
    frames_ = static_cast<std::int64_t>(samples / frame_);
  }

  std::int64_t frames() const override { return frames_; }

  void read(std::size_t signal, std::int64_t begin, std::span<std::int32_t> out) const override {
    const WfdbPlace& place = places_[signal];
    const auto each = static_cast<std::uint64_t>(place.count);
    const std::uint64_t count = out.size() / each;
    if (count == 0) return;
    const std::uint64_t first = static_cast<std::uint64_t>(begin) * frame_ + static_cast<std::uint64_t>(place.first);
    const std::uint64_t last = first + (count - 1) * frame_ + each - 1;  // sample of the file
    const std::uint64_t group = first / packing.samples, after = (last + 1) / packing.samples;
    const std::uint64_t rest = packing.samples == 1 ? 0 : packing.partial[(last + 1) % packing.samples];
    const std::byte* data = file_.bytes(offset_ + group * packing.bytes, (after - group) * packing.bytes + rest).data();
    std::size_t at = 0;
    for (std::uint64_t frame = 0; frame < count; ++frame) {
      const std::uint64_t from = first + frame * frame_;
      for (std::uint64_t i = from; i < from + each; ++i) {
        out[at++] = packing.get(data + (i / packing.samples - group) * packing.bytes, i % packing.samples);
      }
    }
  }

 private:
  MappedFile file_;
  std::uint64_t offset_, frame_ = 0;
  std::vector<WfdbPlace> places_;
  std::int64_t frames_ = 0;
};

template <std::size_t... which>
std::unique_ptr<WfdbSamples> open_packed(const fs::path& path, int format, std::uint64_t offset,
                                         std::vector<WfdbPlace> places, const Limits& limits,
                                         std::index_sequence<which...>) {
  std::unique_ptr<WfdbSamples> out;
  const auto open = [&]<std::size_t one>() {
    if (packings[one].format == format) {
      out = std::make_unique<PackedSamples<one>>(path, offset, std::move(places), limits);
    }
  };
  (open.template operator()<which>(), ...);
  return out;
}

}  // namespace

const WfdbFormat& wfdb_format(int number, const std::string& where) {
  const auto found = std::ranges::find(formats, number, &WfdbFormat::number);
  if (found != formats.end()) return *found;
  std::string known;
  for (const WfdbFormat& format : formats) known += fmt::format("{}{}", known.empty() ? "" : ", ", format.number);
  throw Error(where, fmt::format("has samples in format {}, which is not read", number), "those are read: " + known,
              "convert the record with xform of the WFDB package");
}

std::unique_ptr<WfdbSamples> open_wfdb_samples(const fs::path& path, int format, std::uint64_t offset,
                                               std::vector<WfdbPlace> places, const Limits& limits) {
  wfdb_format(format, path.string());
  if (format == 8) return open_wfdb_differences(path, offset, std::move(places), limits);
  if (format > 500) return open_wfdb_flac(path, format, offset, places, limits);
  return open_packed(path, format, offset, std::move(places), limits, std::make_index_sequence<packings.size()>());
}

Bytes pack_wfdb(std::span<const std::int32_t> samples, int format) {
  Bytes out;
  const auto put = [&](std::uint32_t value) { out.push_back(static_cast<std::byte>(value & 0xff)); };
  if (format == 16) {
    out.reserve(samples.size() * 2);
    for (const std::int32_t sample : samples) {
      const auto value = static_cast<std::uint32_t>(sample);
      put(value);
      put(value >> 8);
    }
    return out;
  }
  out.reserve(samples.size() / 2 * 3 + 2);
  for (std::size_t i = 0; i < samples.size(); i += 2) {
    const auto first = static_cast<std::uint32_t>(samples[i]);
    const bool pair = i + 1 < samples.size();
    const auto second = pair ? static_cast<std::uint32_t>(samples[i + 1]) : 0;
    put(first);
    put((first >> 8 & 15) | (second >> 8 & 15) << 4);
    if (pair) put(second);
  }
  return out;
}

}  // namespace galen
