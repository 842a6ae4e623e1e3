// The table of formats, and the public functions that choose from it.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <fstream>

#include "galen/base/error.h"
#include "galen/io/wave/aecg.h"
#include "galen/io/wave/edf.h"
#include "galen/io/wave/format.h"
#include "galen/io/wave/matlab.h"
#include "galen/io/wave/wave_csv.h"
#include "galen/io/wave/wfdb.h"

namespace galen {
namespace {

using Head = std::span<const std::byte>;

/// Every format, the most reliably recognised first.
const std::vector<WaveFormat>& formats() {
  static const std::vector<WaveFormat> all = {
      {"MATLAB 4 as of PhysioNet (.mat)", is_matlab4, [](Head) -> std::string { return "MATLAB 4"; }, read_matlab4,
       nullptr, matlab4_files},
      {"WFDB (.hea)", is_wfdb, [](Head) -> std::string { return "WFDB"; }, read_wfdb, nullptr, wfdb_files},
      {"EDF, EDF+, BDF, BDF+ (.edf, .bdf)", [](Head head, const fs::path&) { return is_edf(head); }, edf_format_name,
       [](const fs::path& path, const SignalOptions& options) { return read_edf(path, options.limits); },
       read_edf_annotations},
      {"HL7 aECG (.xml)", [](Head head, const fs::path&) { return is_aecg(head); },
       [](Head) -> std::string { return "HL7 aECG"; },
       [](const fs::path& path, const SignalOptions& options) { return read_aecg(path, options.limits); },
       read_aecg_annotations},
      {"CSV (.csv)", [](Head, const fs::path& path) { return path.extension() == ".csv"; },
       [](Head) -> std::string { return "CSV"; }, read_wave_csv},
  };
  return all;
}

/// The path itself if it is a file, else the header of the WFDB record of this name.
fs::path recording_at(const fs::path& path) {
  std::error_code ignored;
  fs::path header = path;
  header += ".hea";
  return !fs::is_regular_file(path, ignored) && fs::is_regular_file(header, ignored) ? header : path;
}

Bytes head_of(const fs::path& path) {
  constexpr std::size_t enough = 4096;
  std::error_code ignored;
  if (!fs::exists(path, ignored)) throw Error(path.string(), "does not exist");
  if (fs::is_directory(path, ignored)) throw Error(path.string(), "is a folder, not a recording");
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error(path.string(), "cannot be opened");
  Bytes head(enough);
  file.read(reinterpret_cast<char*>(head.data()), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<std::size_t>(file.gcount()));
  return head;
}

const WaveFormat* format_at(std::span<const std::byte> head, const fs::path& path) {
  const auto found =
      std::ranges::find_if(formats(), [&](const WaveFormat& format) { return format.recognises(head, path); });
  return found == formats().end() ? nullptr : &*found;
}

[[noreturn]] void refuse(std::span<const std::byte> head, const fs::path& path) {
  const fs::path header = fs::path(path).replace_extension(".hea");
  std::error_code ignored;
  if (fs::is_regular_file(header, ignored)) {
    throw Error(path.string(), "is a part of a WFDB record, not its header", {}, "name " + header.string());
  }
  if (head.empty()) throw Error(path.string(), "is empty", "0 bytes", "copy or export it again");
  throw Error(path.string(), "is not a recording in a known format", "its content matches none",
              fmt::format("give one of {}", fmt::join(signal_formats(), ", ")));
}

const WaveFormat& format_of(std::span<const std::byte> head, const fs::path& path) {
  const WaveFormat* format = format_at(head, path);
  if (format == nullptr) refuse(head, path);
  return *format;
}

}  // namespace

Signal read_signal(const fs::path& path, const SignalOptions& options) {
  const fs::path at = recording_at(path);
  return format_of(head_of(at), at).read(at, options);
}

std::string signal_format(const fs::path& path) {
  const fs::path at = recording_at(path);
  const Bytes head = head_of(at);
  return format_of(head, at).name(head);
}

std::vector<fs::path> signal_files(const fs::path& path, const Limits& limits) {
  const fs::path at = recording_at(path);
  const WaveFormat& format = format_of(head_of(at), at);
  return format.files == nullptr ? std::vector{at} : format.files(at, limits);
}

Annotations read_annotations(const fs::path& path, double rate_hz, const Limits& limits) {
  const Bytes head = head_of(path);
  const WaveFormat* format = format_at(head, path);
  if (format == nullptr) return read_wfdb_annotations(path, rate_hz, limits);  // WFDB annotations have no signature
  if (format->annotations == nullptr) {
    throw Error(path.string(), "is a recording without annotations of its own", std::string(format->help),
                "name the file of its annotations, such as 100.atr");
  }
  return format->annotations(path, limits);
}

std::vector<std::string> signal_formats() {
  std::vector<std::string> out;
  for (const WaveFormat& format : formats()) out.emplace_back(format.help);
  return out;
}

}  // namespace galen
