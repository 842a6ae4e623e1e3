#include "galen/io/wave/matlab.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstring>

#include "galen/base/error.h"
#include "galen/base/mapped_file.h"
#include "galen/io/wave/wfdb.h"
#include "galen/io/wave/wfdb_samples.h"

namespace galen {
namespace {

constexpr double gain = 1000;  // per mV: PhysioNet/CinC Challenge 2017

/// The header of a matrix: type, rows, columns, imaginary part, length of the name that follows.
struct Matrix {
  std::array<std::int32_t, 5> fields{};
  std::int32_t type() const { return fields[0]; }
  std::int64_t rows() const { return fields[1]; }
  std::int64_t columns() const { return fields[2]; }
  std::uint64_t offset() const { return sizeof fields + static_cast<std::uint64_t>(fields[4]); }
};

Matrix matrix_at(std::span<const std::byte> head) {
  Matrix matrix;
  std::memcpy(matrix.fields.data(), head.data(), sizeof matrix.fields);
  return matrix;
}

fs::path header_beside(const fs::path& path) {
  fs::path header = fs::path(path).replace_extension(".hea");
  std::error_code ignored;
  return fs::is_regular_file(header, ignored) ? header : fs::path();
}

class MatlabSource : public SampleSource {
 public:
  MatlabSource(const fs::path& path, const Matrix& matrix, const Limits& limits)
      : where_(path.string()), matrix_(matrix) {
    std::vector<WfdbPlace> places;
    places.reserve(static_cast<std::size_t>(matrix.rows()));
    for (std::int64_t row = 0; row < matrix.rows(); ++row) places.push_back({row, 1, 0});
    samples_ = open_wfdb_samples(path, 16, matrix.offset(), std::move(places), limits);
  }
  std::int64_t frames() const { return samples_->frames(); }

  std::vector<float> read(std::size_t channel, std::int64_t begin, std::int64_t count) const override {
    const std::int64_t length = matrix_.columns();
    if (channel >= static_cast<std::size_t>(matrix_.rows()) || begin < 0 || count < 0 || begin > length ||
        count > length - begin) {
      throw Error(
          where_, "does not have these samples",
          fmt::format("{} from {} on of channel {}, it has {} of {}", count, begin, channel, length, matrix_.rows()));
    }
    std::vector<std::int32_t> digital(static_cast<std::size_t>(count));
    samples_->read(channel, begin, digital);
    std::vector<float> out(digital.size());
    const auto missing = wfdb_format(16, where_).missing;
    for (std::size_t i = 0; i < out.size(); ++i)
      out[i] = digital[i] == missing ? NAN : static_cast<float>(digital[i] / gain);
    return out;
  }

 private:
  std::string where_;
  Matrix matrix_;
  std::unique_ptr<WfdbSamples> samples_;
};

}  // namespace

bool is_matlab4(std::span<const std::byte> head, const fs::path& path) {
  if (head.size() < sizeof(Matrix::fields) || path.extension() != ".mat") return false;
  const Matrix matrix = matrix_at(head);
  const bool little = matrix.type() >= 0 && matrix.type() < 100, big = matrix.fields[0] & 0xff000000;
  return little || (big && !as_text(head).starts_with("MATLAB"));
}

Signal read_matlab4(const fs::path& path, const SignalOptions& options) {
  if (const fs::path header = header_beside(path); !header.empty()) return read_wfdb(header, options);
  const MappedFile file(path, options.limits);
  const Matrix matrix = matrix_at(file.bytes(0, sizeof(Matrix::fields)));
  constexpr std::int32_t int16_matrix = 30;
  if (matrix.type() != int16_matrix || matrix.fields[3] != 0) {
    throw Error(path.string(), "is a MATLAB file of a kind that is not read",
                fmt::format("type {}, and only real 16-bit integers, little-endian, are", matrix.type()),
                "save it as WFDB or CSV");
  }
  if (matrix.rows() < 1 || matrix.columns() < 1 || matrix.rows() > 1 << 16 || matrix.fields[4] < 1) {
    throw Error(path.string(), "has no samples", fmt::format("{} rows, {} columns", matrix.rows(), matrix.columns()));
  }
  if (!(options.rate_hz > 0) || !std::isfinite(options.rate_hz)) {
    throw Error(path.string(), "does not state its rate", "a .mat file without a WFDB header has none",
                "state it (galen predict --rate HZ; PhysioNet's challenge of 2017 has 300), or put the header (.hea) "
                "beside it");
  }
  const auto source = std::make_shared<const MatlabSource>(path, matrix, options.limits);
  if (source->frames() < matrix.columns()) {
    throw Error(path.string(), "is truncated",
                fmt::format("{} samples, its header states {}", source->frames(), matrix.columns()),
                "copy or export it again");
  }
  Signal signal;
  signal.channels.reserve(static_cast<std::size_t>(matrix.rows()));
  for (std::int64_t row = 0; row < matrix.rows(); ++row)
    signal.channels.push_back({fmt::format("signal {}", row), "mV"});
  signal.rate_hz = options.rate_hz;
  signal.length = matrix.columns();
  signal.source = source;
  signal.remarks = {"gain and unit are not stated: 1000 per mV is assumed, as in PhysioNet's challenge of 2017"};
  return signal;
}

std::vector<fs::path> matlab4_files(const fs::path& path, const Limits& limits) {
  const fs::path header = header_beside(path);
  return header.empty() ? std::vector{path} : wfdb_files(header, limits);
}

}  // namespace galen
