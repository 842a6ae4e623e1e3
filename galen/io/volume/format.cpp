#include "galen/io/volume/format.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>

#include "galen/base/error.h"

namespace galen {
namespace {

template <class Word>
void swap_words(std::span<std::byte> values) {
  for (std::size_t at = 0; at + sizeof(Word) <= values.size(); at += sizeof(Word)) {
    Word word;
    std::memcpy(&word, &values[at], sizeof word);
    if constexpr (sizeof word == 2) {
      word = __builtin_bswap16(word);
    } else if constexpr (sizeof word == 4) {
      word = __builtin_bswap32(word);
    } else {
      word = __builtin_bswap64(word);
    }
    std::memcpy(&values[at], &word, sizeof word);
  }
}

/// Calls f with the byte offsets of each value in component blocks and in interleaved voxels.
template <class F>
void for_each_value(std::int64_t count, int components, std::size_t width, F&& f) {
  for (std::int64_t c = 0; c < components; ++c) {
    for (std::int64_t i = 0; i < count; ++i) {
      f(static_cast<std::size_t>(c * count + i) * width, static_cast<std::size_t>(i * components + c) * width);
    }
  }
}

void load_part(Volume& volume, const DataPart& part, std::span<std::byte> out, const DataLayout& layout,
               const Limits& limits) {
  ByteStream stream(part.path, limits, part.packing, part.offset, part.length);
  constexpr std::uint64_t largest_lead = 1 << 20;  // bytes that may be unpacked and dropped before voxels at the end
  if (part.at_end && part.packing == Packing::none) {
    const std::uint64_t there = stream.at_most();
    stream.skip(there - std::min<std::uint64_t>(there, out.size()), "its voxels");
  } else if (part.at_end) {
    Bytes all(out.size() + largest_lead);
    const std::size_t got = stream.read_some(all);
    if (got < out.size() || stream.count_rest(0) > 0) {
      throw Error(stream.where(), "does not hold what its header says",
                  fmt::format("{}{} bytes, the voxels take {}", got, got < out.size() ? "" : " or more", out.size()));
    }
    std::copy_n(all.begin() + static_cast<std::ptrdiff_t>(got - out.size()), out.size(), out.begin());
    return;
  } else {
    stream.skip(part.skip, "its voxels");
  }
  stream.read(out, "voxels");
  const std::uint64_t rest = stream.count_rest(layout.spare_bytes);
  if (rest == 0) return;
  if (part.packing != Packing::none && rest > layout.spare_bytes) {
    throw Error(stream.where(), "unpacks to more than its header says",
                fmt::format("the voxels take {} bytes", out.size()), "check that data and header belong together");
  }
  volume.remarks.push_back(
      fmt::format("after the voxels {} more {} not read", rest, rest == 1 ? "byte was" : "bytes were"));
}

}  // namespace

std::uint64_t checked_size(const Volume& volume, const Limits& limits, const std::string& where) {
  std::uint64_t count = 1;
  const auto& size = volume.grid.size;
  for (const std::int64_t extent : {size[0], size[1], size[2], volume.frames, std::int64_t{volume.components}}) {
    if (extent < 1) throw Error(where, "has no voxels", fmt::format("an extent is {}", extent));
    if (count > limits.max_elements / static_cast<std::uint64_t>(extent)) {
      throw Error(where, "has more voxels than the limit",
                  fmt::format("{} x {} x {}, {} frames, {} components; the limit is {}", size[0], size[1], size[2],
                              volume.frames, volume.components, limits.max_elements));
    }
    count *= static_cast<std::uint64_t>(extent);
  }
  const std::uint64_t bytes = count * size_of(volume.type);
  if (bytes > limits.max_bytes) {
    throw Error(where, "is too large", fmt::format("{} bytes of voxels, the limit is {}", bytes, limits.max_bytes));
  }
  return bytes;
}

double dot(const Vec3& a, const Vec3& b) {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}
Vec3 cross(const Vec3& a, const Vec3& b) {
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}

void set_affine(Grid& grid, const std::array<Vec3, 3>& columns, const Vec3& origin, const std::string& where) {
  const auto finite = [](const Vec3& v) { return std::ranges::all_of(v, [](double x) { return std::isfinite(x); }); };
  if (!std::ranges::all_of(columns, finite) || !finite(origin)) {
    throw Error(where, "has an affine matrix that is not finite");
  }
  for (std::size_t k = 0; k < 3; ++k) {
    const double length = std::hypot(columns[k][0], columns[k][1], columns[k][2]);
    if (!std::isnormal(length)) {
      throw Error(where, "has an affine matrix that is singular",
                  fmt::format("the spacing of axis {} is {}", k, length));
    }
    grid.spacing_mm[k] = length;
    for (std::size_t row = 0; row < 3; ++row) grid.direction[row][k] = columns[k][row] / length;
  }
  grid.origin_mm = origin;
  constexpr double flattest = 1e-6;
  const auto& d = grid.direction;
  const Vec3 a = {d[0][0], d[1][0], d[2][0]}, b = {d[0][1], d[1][1], d[2][1]}, c = {d[0][2], d[1][2], d[2][2]};
  if (!(std::abs(dot(a, cross(b, c))) > flattest)) {
    throw Error(where, "has an affine matrix that is singular", "its axes lie in one plane");
  }
}

Vec3 column(const Grid& grid, std::size_t k) {
  Vec3 out;
  for (std::size_t row = 0; row < 3; ++row) out[row] = grid.direction[row][k] * grid.spacing_mm[k];
  return out;
}

bool is_orthogonal(const Grid& grid) {
  constexpr double tolerance = 1e-4;
  for (std::size_t k = 0; k < 3; ++k) {
    const std::size_t other = (k + 1) % 3;
    double product = 0;
    for (std::size_t row = 0; row < 3; ++row) product += grid.direction[row][k] * grid.direction[row][other];
    if (std::abs(product) > tolerance) return false;
  }
  return true;
}

void load_parts(Volume& volume, const std::vector<DataPart>& parts, const DataLayout& layout, const Limits& limits) {
  const std::uint64_t bytes = checked_size(volume, limits, parts.front().path.string());
  const std::size_t width = size_of(volume.type);
  if (bytes % (parts.size() * width) != 0) {
    throw Error(parts.front().path.string(), "has voxels that do not divide into its data files",
                fmt::format("{} bytes in {} files", bytes, parts.size()));
  }
  const auto share = static_cast<std::size_t>(bytes / parts.size());
  for (const DataPart& part : parts) {
    const ByteStream stream(part.path, limits, part.packing, part.offset, part.length);
    if (stream.at_most() < share) {  // before memory is allocated for data that cannot be there
      throw Error(stream.where(), "is truncated",
                  fmt::format("its voxels take {} bytes, at most {} are there", share, stream.at_most()),
                  "copy or export it again");
    }
  }
  volume.voxels.resize(bytes);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    load_part(volume, parts[i], std::span(volume.voxels).subspan(i * share, share), layout, limits);
  }
  constexpr bool native_is_big = std::endian::native == std::endian::big;
  if (layout.big_endian != native_is_big) swap_bytes(volume.voxels, width);
  if (layout.component_block == 0 || volume.components == 1) return;
  const std::size_t block =
      static_cast<std::size_t>(layout.component_block) * static_cast<std::size_t>(volume.components) * width;
  for (std::size_t at = 0; at < volume.voxels.size(); at += block) {
    const std::span<std::byte> values = std::span(volume.voxels).subspan(at, block);
    std::ranges::copy(interleaved(values, layout.component_block, volume.components, width), values.begin());
  }
}

void swap_bytes(std::span<std::byte> values, std::size_t width) {
  switch (width) {
    case 2:
      return swap_words<std::uint16_t>(values);
    case 4:
      return swap_words<std::uint32_t>(values);
    case 8:
      return swap_words<std::uint64_t>(values);
    default:
      return;
  }
}

Bytes interleaved(std::span<const std::byte> values, std::int64_t count, int components, std::size_t width) {
  Bytes out(values.size());
  for_each_value(count, components, width,
                 [&](std::size_t block, std::size_t voxel) { std::memcpy(&out[voxel], &values[block], width); });
  return out;
}

Bytes planar(std::span<const std::byte> values, std::int64_t count, int components, std::size_t width) {
  Bytes out(values.size());
  for_each_value(count, components, width,
                 [&](std::size_t block, std::size_t voxel) { std::memcpy(&out[block], &values[voxel], width); });
  return out;
}

Volume without_slope(const Volume& volume) {
  if (volume.slope == 1 && volume.intercept == 0) return volume;
  Volume out(volume.grid, Scalar::f64, volume.components, volume.frames);
  out.frame_seconds = volume.frame_seconds;
  out.modality = volume.modality;
  const auto quantity = volume.as_f64();
  std::ranges::copy(quantity, out.values<double>().begin());
  return out;
}

fs::path data_file(const fs::path& header, std::string_view name) {
  const fs::path folder = header.has_parent_path() ? header.parent_path() : fs::path(".");
  const fs::path path = folder / fs::path(name);
  if (name.empty() || !lies_within(path, folder)) {
    throw Error(header.string(), fmt::format("names a data file outside its folder: '{}'", name.substr(0, 100)), {},
                "put header and data into one folder");
  }
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored)) {
    throw Error(header.string(), fmt::format("has lost its data file '{}'", name.substr(0, 100)), "it is not there",
                "copy it beside the header");
  }
  return path;
}

std::vector<fs::path> data_files(const fs::path& header, std::string_view pattern, std::int64_t first,
                                 std::int64_t last, std::int64_t step) {
  const Error wrong(header.string(), fmt::format("has a file pattern that cannot be: '{}'", pattern),
                    fmt::format("from {} to {} by {}", first, last, step));
  const std::size_t percent = pattern.find('%');
  const std::size_t end = percent == pattern.npos ? pattern.npos : pattern.find('d', percent);
  if (end == pattern.npos || pattern.find('%', percent + 1) != pattern.npos) throw wrong;
  const std::string_view flags = pattern.substr(percent + 1, end - percent - 1);
  std::size_t width = 0;
  if (!flags.empty()) {
    const auto [stop, code] = std::from_chars(flags.data(), flags.data() + flags.size(), width);
    if (code != std::errc{} || stop != flags.data() + flags.size() || width > 20) throw wrong;
  }
  constexpr std::int64_t most_files = 100000, largest = 1 << 30;
  if (step == 0 || std::abs(first) > largest || std::abs(last) > largest || std::abs(step) > largest ||
      (last - first) / step < 0 || (last - first) / step >= most_files) {
    throw wrong;
  }
  std::vector<fs::path> out;
  for (std::int64_t i = first; step > 0 ? i <= last : i >= last; i += step) {
    const std::string number =
        flags.starts_with('0') ? fmt::format("{:0{}}", i, width) : fmt::format("{:{}}", i, width);
    out.push_back(
        data_file(header, fmt::format("{}{}{}", pattern.substr(0, percent), number, pattern.substr(end + 1))));
  }
  return out;
}

Bytes file_head(const fs::path& path, const Limits& limits, std::size_t count) {
  ByteStream stream(path, limits, is_gzip_file(path, limits) ? Packing::gzip : Packing::none);
  Bytes head(count);
  head.resize(stream.read_some(head));
  return head;
}

bool ends_with_any(const fs::path& path, std::initializer_list<std::string_view> endings) {
  std::string name = path.filename().string();
  std::ranges::transform(name, name.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return std::ranges::any_of(endings, [&](std::string_view ending) { return name.ends_with(ending); });
}

}  // namespace galen
