// Compares every record and annotation file of the corpus with wfdb-python's values and the outputs of rdsamp, and
// checks the records of MIT-BIH that may be seen. Where Galen differs on purpose, docs/formats/signals.md says why.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iterator>
#include <map>
#include <numeric>
#include <sstream>

#include "galen/base/error.h"
#include "galen/base/hash.h"
#include "galen/io/wave/wfdb.h"
#include "galen/io/wave/wfdb_record.h"

namespace galen {
namespace {

/// A packed folder of the test data, unpacked once; empty: it is not there.
fs::path unpacked(const fs::path& packed, const fs::path& to) {
  const fs::path from = fs::path(GALEN_TEST_DATA) / packed;
  const std::string command = fmt::format("tar -xJf '{}' -C '{}'", from.string(), to.string());
  return fs::exists(from) && std::system(command.c_str()) == 0 ? to : fs::path();
}

class WfdbCorpus : public testing::Test {
 protected:
  static fs::path corpus() {
    static const TemporaryFolder folder;
    static const fs::path at = unpacked("corpus/wfdb/wfdb-corpus.tar.xz", folder.path());
    return at / "wfdb-corpus";
  }
  void SetUp() override {
    if (!fs::exists(corpus())) GTEST_SKIP() << "no corpus of WFDB files, or no tar to unpack it";
  }
};

std::vector<std::string> split(const std::string& line, char by) {
  std::vector<std::string> out;
  std::istringstream stream(line);
  for (std::string part; std::getline(stream, part, by);) out.push_back(part);
  return out;
}

/// The rows of a table after its first.
std::vector<std::vector<std::string>> rows_of(const fs::path& table) {
  std::vector<std::vector<std::string>> out;
  for (const std::string& line : split(read_text(table), '\n')) out.push_back(split(line, '\t'));
  out.erase(out.begin());
  return out;
}

/// Digital values of each signal; segments are concatenated.
std::vector<std::vector<std::int32_t>> digital_of(const fs::path& path) {
  const WfdbHeader header = read_wfdb_header(path);
  std::vector<WfdbSegmentLine> segments = header.segments;
  if (segments.empty()) segments = {{path.stem().string(), 0}};
  std::vector<std::vector<std::int32_t>> out(header.signal_count);
  for (const WfdbSegmentLine& line : segments) {
    const fs::path at = path.parent_path() / (line.name + ".hea");
    const WfdbSegment segment(at, read_wfdb_header(at), {});
    for (std::size_t s = 0; s < out.size(); ++s) {
      const int each = segment.header().signals[s].samples_per_frame;
      const auto values = segment.digital(s, 0, segment.length() * each);
      if (header.segments.empty() || each == 1) {
        out[s].insert(out[s].end(), values.begin(), values.end());
        continue;
      }
      // For several segments, wfdb-python gives the mean over a frame.
      for (auto first = values.begin(); first != values.end(); first += each) {
        out[s].push_back(std::accumulate(first, first + each, 0) / each);
      }
    }
  }
  return out;
}

std::string hash_of(const std::vector<std::vector<std::int32_t>>& signals) {
  std::vector<std::int64_t> values;
  const bool one_rate = std::ranges::all_of(signals, [&](const auto& s) { return s.size() == signals[0].size(); });
  for (std::size_t i = 0; one_rate && i < signals[0].size(); ++i) {
    for (const auto& signal : signals) values.push_back(signal[i]);
  }
  for (std::size_t s = 0; !one_rate && s < signals.size(); ++s) {
    values.insert(values.end(), signals[s].begin(), signals[s].end());
  }
  return sha256(std::as_bytes(std::span(values)));
}

TEST_F(WfdbCorpus, EverySampleIsAsWfdbPythonReadsIt) {
  const auto rows = rows_of(fs::path(GALEN_TEST_DATA) / "corpus/wfdb/EXPECTED.tsv");
  ASSERT_GT(rows.size(), 50u);
  for (const auto& row : rows) {
    SCOPED_TRACE(row[0]);
    const auto signals = digital_of(corpus() / (row[0] + ".hea"));
    ASSERT_EQ(std::to_string(signals.size()), row[3]);
    std::int64_t sum = 0;
    for (const auto& signal : signals) sum = std::accumulate(signal.begin(), signal.end(), sum);
    EXPECT_EQ(std::to_string(sum), row[8]);
    std::string first;
    for (std::size_t i = 0; i < std::min<std::size_t>(8, signals[0].size()); ++i) {
      first += fmt::format("{}{}", i > 0 ? " " : "", signals[0][i]);
    }
    EXPECT_EQ(first, row[9]);
    EXPECT_EQ(hash_of(signals), row[10]);
  }
}

// Reading a whole signal verifies the header's checksum.
TEST_F(WfdbCorpus, EveryRecordIsWholeOrSaysWhatIsMissing) {
  const std::map<std::string, std::string> refused = {
      {"s00001-2896-10-10-00-31", "has lost its file '3975656_0005.hea'"},
      {"s00001-2896-10-09-01-56", "no error"},
      {"p000878-2137-10-26-16-57", "has lost its file '3269321_0003.hea'"},
      {"3269321_layout", "has no samples of 'PLETH'"},
      {"3248903_layout", "has no samples of 'II'"},
      {"3234460_layout", "has no samples of 'II'"},
      {"3975656_layout", "has no samples of"},
      {"3975656_0009", "has lost its file"},
      {"3975656_0010", "has lost its file"},
      {"3975656_0011", "has lost its file"},
      {"1003", "has lost its file '1003.dat'"},
  };
  for (const auto& entry : fs::recursive_directory_iterator(corpus())) {
    if (entry.path().extension() != ".hea") continue;
    SCOPED_TRACE(entry.path().stem());
    std::string message = "no error";
    try {
      const Signal signal = read_signal(entry.path());
      for (std::size_t c = 0; c < signal.channels.size() && signal.length < 10000000; ++c) {
        signal.source->read(c, 0, signal.length * signal.channels[c].samples_per_frame);
      }
    } catch (const Error& error) {
      message = error.what();
    }
    const auto expected = refused.find(entry.path().stem().string());
    const std::string says = expected == refused.end() ? "no error" : expected->second;
    EXPECT_NE(message.find(says), std::string::npos) << message;
  }
}

struct Target {
  std::string file, record;
  std::int64_t from = 0;     ///< frame
  std::vector<int> signals;  ///< for each column; -1: not compared, as rdsamp averages samples of a frame
  bool physical = false;
  int high = 1;  ///< rows per frame (-H)
};

TEST_F(WfdbCorpus, ValuesAreThoseOfRdsamp) {
  const std::vector<Target> targets = {
      {"record-1a", "test01_00s", 0, {0, 1, 2, 3}},
      {"record-1b", "a103l", 50 * 250, {2, 0}, true},
      {"record-1d", "3000003_0003", 125, {1}, true},
      {"record-1f.gz", "binformats", 0, {0, 1, 2, 3, 4, 5, 6, 7, 8, -1}},  // 32 bits are more than a float can hold
      {"record-flac.gz", "flacformats", 0, {0, 1, 2}},
      {"record-2c", "100_3chan", 0, {0, 1, 2}, true},
      {"record-3b", "s0010_re", 5000, {13, 0, 4, 8, 3}, true},
      {"record-4a", "test01_00s_skewframe", 0, {0, -1, 2}},
      {"record-4b", "03700181", 0, {-1, 1, 2}},
      {"record-4d", "test01_00s_skewframe", 0, {0, 1, 2}, true, 2},
      {"record-multi-fixed-c", "multi-segment/fixed1/v102s", 70000, {1, 0, 3}, true},
      {"record-multi-fixed-d.gz", "multi-segment/041s/041s", 0, {3, 2, 1}, false, 4},
      {"record-multi-variable-a", "multi-segment/s00001/s00001-2896-10-10-00-31", 14428365, {0, 1, 2, 3}, true},
      {"record-multi-variable-d", "multi-segment/p000878/p000878-2137-10-26-16-57", 3550, {0, 1}},
  };
  for (const Target& target : targets) {
    SCOPED_TRACE(target.file);
    Bytes text = read_bytes(corpus() / "target-output" / target.file);
    if (is_gzip(text)) text = gunzip(text, {}, target.file);
    std::vector<std::vector<std::string>> rows;
    for (const std::string& line : split(std::string(as_text(text)), '\n')) {
      std::istringstream words(line);
      rows.emplace_back(std::istream_iterator<std::string>(words), std::istream_iterator<std::string>());
    }
    ASSERT_GT(rows.size(), 5u);
    const WfdbRecord record(corpus() / (target.record + ".hea"), {});
    const auto frames = (static_cast<std::int64_t>(rows.size()) + target.high - 1) / target.high;
    int wrong = 0;
    for (std::size_t column = 0; column < target.signals.size(); ++column) {
      if (target.signals[column] < 0) continue;
      const auto s = static_cast<std::size_t>(target.signals[column]);
      const WfdbSignal& signal = record.signals()[s];
      const int each = signal.samples_per_frame;
      const auto values = record.read(s, target.from * each, frames * each);
      for (std::size_t row = 0; row < rows.size(); ++row) {
        const std::size_t i = row * static_cast<std::size_t>(each) / static_cast<std::size_t>(target.high);
        const std::string& word = rows[row][column];
        const double is = target.physical ? values[i] : values[i] * signal.gain + static_cast<double>(signal.baseline);
        const bool same =
            std::isnan(values[i])
                ? word == "-" || word == "-128" || word == "-2048" || word == "-32768"
                : std::abs(is - std::stod(word)) <= (target.physical ? 6e-9 : 1e-3) + 2e-7 * std::abs(std::stod(word));
        if (!same && ++wrong < 5) {
          ADD_FAILURE() << fmt::format("column {} row {}: {} is not {}", column, row, is, word);
        }
      }
    }
    EXPECT_EQ(wrong, 0);
  }
}

TEST_F(WfdbCorpus, AnnotationsAreAsWfdbPythonReadsThem) {
  const auto rows = rows_of(fs::path(GALEN_TEST_DATA) / "corpus/wfdb/EXPECTED_ANN.tsv");
  ASSERT_EQ(rows.size(), 5u);
  for (const auto& row : rows) {
    SCOPED_TRACE(row[0]);
    Annotations read = read_annotations(corpus() / row[0], row[0] == "huge.qrs" ? 360 : 0);
    // wfdb-python drops notes at sample 0; rdann shows them.
    std::erase_if(read.marks, [](const Mark& mark) { return mark.at_seconds == 0 && mark.code == "\""; });
    ASSERT_EQ(std::to_string(read.marks.size()), row[1]);
    std::string samples, codes;
    std::int64_t sum = 0, last = 0;
    for (std::size_t i = 0; i < read.marks.size(); ++i) {
      last = std::llround(read.marks[i].at_seconds * read.rate_hz);
      sum += last;
      if (i >= 5) continue;
      samples += fmt::format("{}{}", i > 0 ? " " : "", last);
      codes += fmt::format("{}{}", i > 0 ? " " : "", read.marks[i].code);
    }
    EXPECT_EQ(samples, row[2]);
    EXPECT_EQ(codes, row[3]);
    EXPECT_EQ(std::to_string(last), row[4]);
    EXPECT_EQ(std::to_string(sum), row[5]);
  }
}

/// The file without the zeros that end its texts, which Galen does not write.
Bytes without_zeros(const Bytes& bytes) {
  Bytes shorter;
  for (std::size_t i = 0; i < bytes.size();) {
    const auto low = std::to_integer<std::size_t>(bytes[i]), high = std::to_integer<std::size_t>(bytes[i + 1]);
    const bool is_text = high == 63 << 2;
    std::size_t length = is_text ? low : 0;
    if (is_text && length > 0 && bytes[i + 1 + length] == std::byte{0}) --length;
    shorter.push_back(is_text ? static_cast<std::byte>(length) : bytes[i]);
    shorter.push_back(bytes[i + 1]);
    for (std::size_t k = 0; k < length + length % 2; ++k) {
      shorter.push_back(k < length ? bytes[i + 2 + k] : std::byte{0});
    }
    i += 2 + (is_text ? low + low % 2 : 0);
  }
  return shorter;
}

TEST_F(WfdbCorpus, AnnotationFilesWithoutAClockAreWrittenByteForByte) {
  for (const char* name : {"03700181.gqrsl", "huge.qrs"}) {
    const Bytes bytes = read_bytes(corpus() / name);
    const Annotations read = decode_wfdb_annotations(bytes, 125, name);
    EXPECT_TRUE(encode_wfdb_annotations(read, false, name) == without_zeros(bytes)) << name;
  }
}

class MitBih : public testing::Test {
 protected:
  static fs::path records() {
    static const TemporaryFolder folder;
    static const fs::path at = unpacked("signals/mitbih/mitbih-ds1.tar.xz", folder.path());
    return at / "mitbih-ds1";
  }
  void SetUp() override {
    if (!fs::exists(records())) GTEST_SKIP() << "no records of MIT-BIH, or no tar to unpack them";
  }
};

TEST_F(MitBih, EveryRecordIsReadWholeWithItsChecksums) {
  int count = 0;
  for (const auto& entry : fs::directory_iterator(records())) {
    if (entry.path().extension() != ".hea") continue;
    const Signal signal = read_signal(fs::path(entry.path()).replace_extension());  // by the record's name
    EXPECT_EQ(signal.length, 650000);
    EXPECT_EQ(signal.rate_hz, 360);
    EXPECT_TRUE(signal.remarks.empty()) << signal.remarks.front();
    ASSERT_EQ(signal.channels.size(), 2u);
    for (std::size_t c = 0; c < 2; ++c) EXPECT_EQ(signal.source->read(c, 0, signal.length).size(), 650000u);
    ++count;
  }
  EXPECT_EQ(count, 26);
}

// Counts from SOURCES.md, by class of AAMI EC57.
TEST_F(MitBih, BeatsAreThoseOfTheTable) {
  const Annotations read = read_annotations(records() / "208.atr");
  std::map<std::string, int> counts;
  for (const Mark& mark : read.marks) ++counts[mark.code];
  EXPECT_EQ(read.rate_hz, 360);
  EXPECT_EQ(counts["N"], 1586);
  EXPECT_EQ(counts["V"], 992);
  EXPECT_EQ(counts["F"], 373);
  EXPECT_EQ(counts["S"], 2);
  EXPECT_EQ(counts["Q"], 2);
  EXPECT_EQ(read.marks.front().code, "+");
  EXPECT_EQ(read.marks.front().text, "(N");
}

TEST_F(MitBih, AnnotationFilesAreWrittenByteForByte) {
  for (const auto& entry : fs::directory_iterator(records())) {
    if (entry.path().extension() != ".atr") continue;
    SCOPED_TRACE(entry.path());
    const Bytes bytes = read_bytes(entry.path());
    const Annotations read = decode_wfdb_annotations(bytes, 360, "");
    EXPECT_TRUE(encode_wfdb_annotations(read, false, "") == without_zeros(bytes));
  }
}

}  // namespace
}  // namespace galen
