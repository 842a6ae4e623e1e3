// Records made here: what is written is read back, windows are parts of the whole, and bad input is refused.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "galen/base/message_test.h"
#include "galen/base/random.h"
#include "galen/io/wave/wave_io.h"
#include "galen/io/wave/wfdb_signal_test.h"

namespace galen {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Wfdb : public testing::Test {
 protected:
  fs::path at(const std::string& name) const { return folder_.path() / name; }
  /// Writes this header and 8 bytes of samples, four in format 16: 1, 2, 3, -32768.
  fs::path record(const std::string& header) const {
    write_file(at("r.dat"), std::string_view("\1\0\2\0\3\0\0\x80", 8));
    write_file(at("r.hea"), header);
    return at("r.hea");
  }
  std::string refusal(const std::string& header) const {
    const fs::path path = record(header);
    return message_of([&] { read_signal(path); });
  }
  TemporaryFolder folder_;
};

bool same(const std::vector<float>& a, const std::vector<float>& b, double within) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (std::isnan(a[i]) != std::isnan(b[i]) || std::abs(a[i] - b[i]) > within) return false;
  }
  return true;
}

TEST_F(Wfdb, WhatIsWrittenIsRead) {
  for (const int format : {16, 212}) {
    for (const std::int64_t length : {1, 2, 3, 1000}) {
      Signal made = made_signal(length);
      made.started_at = "1994-08-15T17:27:45.5";
      const WfdbOptions options{.gain = 200, .format = format};
      write_signal(made, at("made.hea"), options);
      const Signal read = read_signal(at("made"));
      EXPECT_EQ(read.length, length);
      EXPECT_EQ(read.rate_hz, made.rate_hz);
      EXPECT_EQ(read.started_at, made.started_at);
      EXPECT_THAT(read.remarks, IsEmpty());
      ASSERT_EQ(read.channels.size(), made.channels.size());
      for (std::size_t c = 0; c < made.channels.size(); ++c) {
        const int each = made.channels[c].samples_per_frame;
        EXPECT_EQ(read.channels[c].name, made.channels[c].name);
        EXPECT_EQ(read.channels[c].unit, made.channels[c].unit);
        EXPECT_EQ(read.channels[c].samples_per_frame, each);
        EXPECT_TRUE(same(read.source->read(c, 0, length * each), made.source->read(c, 0, length * each), 0.5001 / 200));
      }
    }
  }
}

TEST_F(Wfdb, AStartKnownToTheMinuteIsWrittenAsATime) {
  Signal made = made_signal(10);
  for (const auto& [start, read] : std::vector<std::pair<std::string, std::string>>{
           {"2002-11-22T09:10", "2002-11-22T09:10:00"}, {"T17:27", "T17:27:00"}, {"T09", "T09:00:00"}}) {
    made.started_at = start;
    write_signal(made, at("made.hea"));
    EXPECT_EQ(read_signal(at("made")).started_at, read);
  }
}

TEST_F(Wfdb, WritingRefusesWhatTheFormatCannotHold) {
  const Signal made = made_signal(100);
  EXPECT_THAT(message_of([&] { write_signal(made, at("a.hea"), {.gain = 1e6}); }), HasSubstr("a smaller gain"));
  EXPECT_THAT(message_of([&] { write_signal(made, at("a b.hea")); }), HasSubstr("no name of a WFDB header"));
  EXPECT_THAT(message_of([&] { write_signal(made, at("a.hea"), {.format = 80}); }), HasSubstr("16 and 212"));
  EXPECT_FALSE(fs::exists(at("a.hea")));
}

/// A header of a record in a format: two signals, of 1 and 2 samples in each of 30 frames.
std::string header_of(int format, std::string_view more = "") {
  return fmt::format("r 2 100 30\nr.dat {}{} 10 8 0 5\nr.dat {}x2{} 10 8 0 7\n", format, more, format, more);
}

TEST_F(Wfdb, AWindowIsAPartOfTheWhole) {
  for (const int format : {8, 16, 24, 32, 61, 80, 160, 212, 310, 311}) {
    std::string bytes;
    for (int i = 0; i < 400; ++i)
      bytes += static_cast<char>(Random(1, 0, static_cast<std::uint64_t>(i), "wfdb").bits());
    const fs::path path = record(header_of(format, "+7"));
    write_file(at("r.dat"), bytes);
    const Signal signal = read_signal(path);
    for (std::size_t c = 0; c < 2; ++c) {
      const std::int64_t length = 30 * signal.channels[c].samples_per_frame;
      const std::vector<float> whole = signal.source->read(c, 0, length);
      for (std::int64_t begin = 0; begin <= length; begin += 3) {
        for (std::int64_t count = 0; count <= length - begin; count += 5) {
          const std::vector<float> part(whole.begin() + begin, whole.begin() + begin + count);
          EXPECT_TRUE(same(signal.source->read(c, begin, count), part, 0)) << format << " " << begin << " " << count;
        }
      }
      EXPECT_THAT(message_of([&] { signal.source->read(c, length - 1, 2); }), HasSubstr("does not have these samples"));
    }
  }
}

TEST_F(Wfdb, DifferencesAreSummedOverTheirCheckpoints) {
  const std::int64_t frames = 20000;
  write_file(at("r.dat"), std::string(static_cast<std::size_t>(frames), '\1'));
  write_file(at("r.hea"), "r 1 100\nr.dat 8 1 8 0 -3\n");
  const Signal signal = read_signal(at("r.hea"));
  EXPECT_EQ(signal.length, frames);
  EXPECT_THAT(signal.source->read(0, 19998, 2), ElementsAre(19996, 19997));
  EXPECT_THAT(signal.source->read(0, 4095, 2), ElementsAre(4093, 4094));
  EXPECT_THAT(signal.source->read(0, 0, 1), ElementsAre(-2));
}

TEST_F(Wfdb, TheLowestValueIsMissing) {
  const Signal signal = read_signal(record("r 1 250 4\nr.dat 16 2(1)/mmHg\n"));
  const auto values = signal.source->read(0, 0, 4);
  EXPECT_THAT(std::vector<float>(values.begin(), values.begin() + 3), ElementsAre(0, 0.5, 1));
  EXPECT_TRUE(std::isnan(values[3]));
  EXPECT_EQ(signal.channels[0].unit, "mm[Hg]");
  EXPECT_EQ(signal.channels[0].name, "signal 0");
}

TEST_F(Wfdb, SkewIsTakenOut) {
  const Signal signal = read_signal(record("r 2 250 2\nr.dat 16:1 1\nr.dat 16 1\n"));
  const auto skewed = signal.source->read(0, 0, 2);
  EXPECT_EQ(skewed[0], 3);
  EXPECT_TRUE(std::isnan(skewed[1]));
  EXPECT_EQ(signal.source->read(0, 0, 1)[0], 3);  // a window
  EXPECT_EQ(signal.source->read(1, 0, 1)[0], 2);
}

TEST_F(Wfdb, SkewIsInSamplesOfItsSignal) {
  const Signal signal = read_signal(record("r 1 250 2\nr.dat 16x2:1 1\n"));
  const auto whole = signal.source->read(0, 0, 4);
  EXPECT_EQ(whole[0], 2);
  EXPECT_EQ(whole[1], 3);
  EXPECT_TRUE(std::isnan(whole[3]));
  EXPECT_EQ(signal.source->read(0, 1, 1)[0], 3);  // a window
}

TEST_F(Wfdb, WhatTheHeaderLeavesOpenIsRemarked) {
  const Signal signal = read_signal(record("r 1\nr.dat 16\n"));
  EXPECT_EQ(signal.rate_hz, 250);
  EXPECT_EQ(signal.length, 4);
  EXPECT_THAT(signal.remarks, ElementsAre(HasSubstr("250 Hz is assumed"), HasSubstr("200 per mV is assumed"),
                                          HasSubstr("the length is not stated")));
  EXPECT_EQ(signal.source->read(0, 1, 1)[0], 2 / 200.0f);
  EXPECT_THAT(read_signal(record("r 1 250 4\nr.dat 16 0\n")).remarks, ElementsAre(HasSubstr("200 per mV")));
  EXPECT_THAT(read_signal(record("r 1 250 3\nr.dat 16 1\n")).remarks, ElementsAre(HasSubstr("1 samples more")));
}

TEST_F(Wfdb, AnotherChecksumIsDamageToWhoeverReadsTheWhole) {
  const Signal signal = read_signal(record("r 1 250 4\nr.dat 16 1 16 0 1 7 0 II\n"));
  EXPECT_THAT(message_of([&] { signal.source->read(0, 0, 4); }), HasSubstr("the sum of its samples is -32762"));
  EXPECT_THAT(signal.source->read(0, 0, 3), ElementsAre(1, 2, 3));
  EXPECT_EQ(read_signal(record("r 1 250 4\nr.dat 16 1 16 0 1 -32762 0 II\n")).source->read(0, 0, 4).size(), 4u);
}

// "A00021.mat 16+24 1000/mV 16 0 400 0 0 ECG" of CinC 2017, whose samples do not sum to 0.
TEST_F(Wfdb, AChecksumOfZeroIsNotStated) {
  const Signal signal = read_signal(record("r 1 250 4\nr.dat 16 1 16 0 1 0 0 ECG\n"));
  EXPECT_EQ(signal.source->read(0, 0, 4).size(), 4u);
}

TEST_F(Wfdb, HeadersThatCannotBeAreRefused) {
  const std::vector<std::pair<std::string, std::string>> refused = {
      {"r 1 250 5\nr.dat 16 1\n", "r.dat: is truncated (4 samples of each signal, the header states 5)"},
      {"r 1 250 99999999999999999\nr.dat 16 1\n", "is truncated"},
      {"r 300 250 4\nr.dat 16 1\n", "it states 300 signals and describes 1"},
      {"r 4000000000 250 4\nr.dat 16 1\n", "it states 4000000000 signals"},
      {"r 1 250 4\nr.dat 17 1\n", "has samples in format 17, which is not read"},
      {"r 1 nan 4\nr.dat 16 1\n", "line 1: has a rate that cannot be: 'nan'"},
      {"r 1 -5 4\nr.dat 16 1\n", "has a rate that cannot be"},
      {"r 1 0 4\nr.dat 16 1\n", "has a rate that cannot be"},
      {"r 1 250 4\nr.dat 16 nan/mV\n", "line 2: has a gain that cannot be"},
      {"r 1 250 4\nr.dat 16x0 1\n", "has a format that cannot be: '16x0'"},
      {"r 1 250 4\n../r.dat 16 1\n", "names a file outside its folder: '../r.dat'"},
      {"r 1 250 4\n/etc/passwd 16 1\n", "names a file outside its folder"},
      {"r 1 250 4\n.. 16 1\n", "names a file outside its folder"},
      {"r 1 250 4\ns.dat 16 1\n", "has lost its file 's.dat'"},
      {"r 1 250 4\n~ 0 1\n", "is the layout of others"},
      {"r 0 250 4\n", "has no signals"},
      {"r 1 250 4\nr.dat 16+9 1\n", "is shorter than the bytes that its header skips"},
      {"r 2 250 2\nr.dat 16 1\nr.dat 80 1\n", "reads the file 'r.dat' in two ways"},
      {"r 1 250 4\nr.dat 516 1\n", "is a damaged FLAC stream"},
      {"r/1 1 250 4\nr 4\n", "is a segment that has segments"},
      {"r/2 1 250 4\nx 4\n", "it states 2 segments and describes 1"},
      {"r/1 1 250 4\n../x 4\n", "names a file outside its folder"},
      {"r x\n", "has a number of signals that cannot be"},
      {"", "has no record line"},
  };
  for (const auto& [header, message] : refused) EXPECT_THAT(refusal(header), HasSubstr(message)) << header;
}

TEST_F(Wfdb, ASignalFileNamesItsHeader) {
  record("r 1 250 4\nr.dat 16 1\n");
  EXPECT_THAT(message_of([&] { read_signal(at("r.dat")); }), HasSubstr("r.hea"));
  EXPECT_EQ(signal_format(at("r")), "WFDB");
  EXPECT_THAT(signal_files(at("r")), ElementsAre(at("r.dat"), at("r.hea")));
  EXPECT_THAT(message_of([&] { read_signal(at("nothing")); }), HasSubstr("does not exist"));
}

TEST_F(Wfdb, SegmentsFollowEachOtherWithGaps) {
  write_file(at("a.dat"), std::string_view("\1\0\2\0", 4));
  write_file(at("a.hea"), "a 1 250 2\na.dat 16 1/mV 16 0 1 3 0 II\n");
  write_file(at("b.dat"), std::string_view("\5\0\6\0\7\0\x8\0", 8));
  write_file(at("b.hea"), "b 2 250 2\nb.dat 16 1/mV 16 0 5 12 0 V\nb.dat 16 2/mV 16 0 6 14 0 II\n");
  write_file(at("l.hea"), "l 2 250 0\n~ 0 1/mV 0 0 0 0 0 II\n~ 0 1/mV 0 0 0 0 0 V\n");
  write_file(at("m.hea"), "m/5 2 250 7\nl 0\na 2\n~ 1\n~ 2\nb 2\n");
  const Signal signal = read_signal(at("m"));
  ASSERT_EQ(signal.channels.size(), 2u);
  ASSERT_EQ(signal.gaps.size(), 1u);
  EXPECT_EQ(signal.gaps[0].begin, 2);
  EXPECT_EQ(signal.gaps[0].count, 3);
  const auto first = signal.source->read(0, 1, 6);
  EXPECT_EQ(first[0], 2);
  for (const std::size_t i : {1u, 2u, 3u}) EXPECT_TRUE(std::isnan(first[i]));
  EXPECT_EQ(first[4], 3);  // 6 digital units, 2 per mV
  EXPECT_EQ(first[5], 4);
  const auto second = signal.source->read(1, 0, 7);
  for (const std::size_t i : {0u, 1u, 4u}) EXPECT_TRUE(std::isnan(second[i]));
  EXPECT_EQ(second[5], 5);
  EXPECT_EQ(signal_files(at("m")).size(), 6u);
  EXPECT_THAT(signal.remarks, IsEmpty());
  write_file(at("a.dat"), std::string_view("\1\0\2\0\3\0", 6));
  EXPECT_THAT(read_signal(at("m")).remarks, ElementsAre(HasSubstr("segment 'a': 'a.dat' holds 1 samples more")));
  write_file(at("m.hea"), "m/5 2 250 8\nl 0\na 2\n~ 1\n~ 2\nb 2\n");
  EXPECT_THAT(message_of([&] { read_signal(at("m")); }), HasSubstr("states 8 samples, its segments have 7"));
  write_file(at("m.hea"), "m/3 2 250 5\nl 0\na 3\nb 2\n");
  EXPECT_THAT(message_of([&] { read_signal(at("m")); }), HasSubstr("2 samples, the record states 3"));
}

TEST_F(Wfdb, ARecordWithoutAStartHasThatOfItsFirstSegment) {
  record("r 1 250 4 09:01:17 23/09/2002\nr.dat 16 1/mV 16 0 1 0 0 II\n");
  write_file(at("l.hea"), "l 1 250 0\n~ 0 1/mV 0 0 0 0 0 II\n");
  const auto start_of = [&](const std::string& header) {
    write_file(at("m.hea"), header);
    return read_signal(at("m")).started_at;
  };
  EXPECT_EQ(start_of("m/1 1 250 4\nr 4\n"), "2002-09-23T09:01:17");
  EXPECT_EQ(start_of("m/2 1 250 4\nl 0\nr 4\n"), "2002-09-23T09:01:17");
  EXPECT_EQ(start_of("m/1 1 250 4 08:00:00\nr 4\n"), "T08:00:00");
  EXPECT_EQ(start_of("m/2 1 250 9\n~ 5\nr 4\n"), "");  // the segment starts only after the gap
  EXPECT_THAT(message_of([&] { start_of("m/1 1 250 0\nl 0\n"); }), HasSubstr("its only segment is its layout"));
}

TEST_F(Wfdb, ABareMatlabFileNeedsARate) {
  const std::string header("\x1e\0\0\0\1\0\0\0\2\0\0\0\0\0\0\0\4\0\0\0val\0", 24);
  write_file(at("a.mat"), header + std::string("\xe8\x3\x18\xfc", 4));
  EXPECT_THAT(message_of([&] { read_signal(at("a.mat")); }), HasSubstr("does not state its rate"));
  const Signal signal = read_signal(at("a.mat"), {.rate_hz = 300});
  EXPECT_THAT(signal.source->read(0, 0, 2), ElementsAre(1, -1));
  EXPECT_THAT(signal.remarks, ElementsAre(HasSubstr("1000 per mV is assumed")));
  write_file(at("b.mat"), header);
  EXPECT_THAT(message_of([&] { read_signal(at("b.mat"), {.rate_hz = 300}); }), HasSubstr("is truncated"));
  write_file(at("a.hea"), "a 1 250 2\na.mat 16+24 500/mV\n");
  EXPECT_THAT(read_signal(at("a.mat")).source->read(0, 0, 2), ElementsAre(2, -2));
}

}  // namespace
}  // namespace galen
