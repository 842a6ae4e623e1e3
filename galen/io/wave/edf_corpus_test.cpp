// Compares every file of the corpus with what EDFlib (through pyedflib) says of it, and the derived files with what a
// reader must do with them. Where Galen differs, docs/formats/signals.md says why.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <map>
#include <set>

#include "galen/base/error.h"
#include "galen/base/message_test.h"
#include "galen/io/wave/edf.h"
#include "galen/io/wave/edf_records.h"

namespace galen {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> out(1);
  for (const char c : text) {
    if (c == separator) {
      out.emplace_back();
    } else {
      out.back() += c;
    }
  }
  return out;
}

class EdfCorpus : public ::testing::Test {
 protected:
  /// The files, unpacked once; empty: there is no corpus.
  static const fs::path& corpus() {
    static const TemporaryFolder folder;
    static const fs::path files = [] {
      const fs::path packed = fs::path(GALEN_TEST_DATA) / "corpus" / "edf" / "edf-corpus.tar.xz";
      const std::string command = fmt::format("tar -xJf '{}' -C '{}'", packed.string(), folder.path().string());
      if (!fs::exists(packed) || std::system(command.c_str()) != 0) return fs::path();
      return folder.path() / "edf-corpus";
    }();
    return files;
  }
  void SetUp() override {
    if (corpus().empty()) GTEST_SKIP() << "no corpus of EDF files, or no tar to unpack it";
  }
  static fs::path derived(const std::string& name) { return corpus() / "derived" / (name + ".edf"); }
  static std::string refusal(const std::string& name) {
    return message_of([&] { read_edf(derived(name)); });
  }
  static std::vector<std::string> remarks(const std::string& name) { return read_edf(derived(name)).remarks; }
};

/// Expects a channel to be as EXPECTED.tsv states.
void expect_channel(const EdfRecords& records, const Signal& signal, std::size_t channel,
                    const std::vector<std::string>& row) {
  SCOPED_TRACE(row[0] + " channel " + row[6]);
  std::size_t index = 0;
  for (std::size_t seen = 0;; ++index) {
    if (!records.header().signals[index].annotations && seen++ == channel) break;
  }
  const Channel& is = signal.channels.at(channel);
  EXPECT_EQ(is.name, row[7]);
  EXPECT_NEAR(signal.rate_hz * is.samples_per_frame, std::stod(row[8]), 1e-4 * std::stod(row[8]));
  const std::int64_t length = signal.length * is.samples_per_frame;
  EXPECT_EQ(length, std::stoll(row[9]));
  std::int64_t sum = 0, low = INT32_MAX, high = INT32_MIN;
  std::vector<std::int32_t> values(static_cast<std::size_t>(records.header().signals[index].samples));
  for (std::int64_t record = 0; record < records.header().records; ++record) {
    records.digital(index, record, 0, values);
    for (const std::int64_t value : values) {
      sum += value;
      low = std::min(low, value);
      high = std::max(high, value);
    }
  }
  EXPECT_EQ(sum, std::stoll(row[10]));
  EXPECT_EQ(low, std::stoll(row[11]));
  EXPECT_EQ(high, std::stoll(row[12]));
  const double first = std::stod(row[13]);
  EXPECT_NEAR(signal.source->read(channel, 0, 1).at(0), first, 1e-6 * std::max(1.0, std::abs(first)));
}

TEST_F(EdfCorpus, WhatEdflibOpensIsTheSame) {
  std::set<std::string> files, without_signals;
  std::size_t channels = 0;
  const auto lines = split(read_text(fs::path(GALEN_TEST_DATA) / "corpus" / "edf" / "EXPECTED.tsv"), '\n');
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const auto row = split(lines[i], '\t');
    if (row.size() < 6 || row[1] != "yes") continue;
    SCOPED_TRACE(row[0]);
    const fs::path path = corpus() / row[0];
    if (files.insert(row[0]).second) {
      EXPECT_EQ(edf_format_name(read_bytes(path)).substr(0, row[2].size()), row[2]);
      const bool plus = row[2].ends_with('+');
      const std::string no_marks = plus ? "no error" : "has no annotations";
      EXPECT_THAT(message_of([&] { EXPECT_EQ(read_edf_annotations(path).marks.size(), std::stoul(row[5])); }),
                  HasSubstr(no_marks));
    }
    if (row[3] == "0") {
      without_signals.insert(row[0]);
      EXPECT_THAT(message_of([&] { read_edf(path); }), HasSubstr("holds annotations and no recording"));
      continue;
    }
    const Signal signal = read_edf(path);
    EXPECT_EQ(signal.channels.size(), std::stoul(row[3]));
    EXPECT_NEAR(signal.seconds(), std::stod(row[4]), 1e-6);
    EXPECT_THAT(signal.gaps, IsEmpty());
    expect_channel(EdfRecords(path), signal, std::stoul(row[6]), row);
    ++channels;
  }
  EXPECT_GE(files.size(), 24u);
  EXPECT_EQ(without_signals.size(), 3u);
  EXPECT_GE(channels, 600u);
}

TEST_F(EdfCorpus, AWindowIsAPartOfTheWhole) {
  for (const char* name : {"mne-python/test_uneven_samp.edf", "pyedflib/test_generator.bdf", "derived/plusD_gaps.edf",
                           "mne-testing-data/MB0400FU.EDF", "mne-testing-data/test_reduced.edf"}) {
    SCOPED_TRACE(name);
    const Signal signal = read_edf(corpus() / name);
    for (std::size_t c = 0; c < signal.channels.size(); c += 3) {
      const std::int64_t length = signal.length * signal.channels[c].samples_per_frame;
      const auto whole = signal.source->read(c, 0, length);
      for (std::int64_t begin = 0; begin < length; begin += 1 + length / 7) {
        const std::int64_t count = std::min<std::int64_t>(length - begin, 1 + length / 5);
        const auto window = signal.source->read(c, begin, count);
        for (std::size_t i = 0; i < window.size(); ++i) {
          const float expected = whole[static_cast<std::size_t>(begin) + i];
          ASSERT_TRUE(window[i] == expected || (std::isnan(window[i]) && std::isnan(expected))) << begin << " " << i;
        }
      }
      EXPECT_THAT(message_of([&] { signal.source->read(c, length - 1, 2); }), HasSubstr("does not have these samples"));
      EXPECT_THAT(message_of([&] { signal.source->read(c, -1, 1); }), HasSubstr("does not have these samples"));
    }
    EXPECT_THAT(message_of([&] { signal.source->read(signal.channels.size(), 0, 1); }), HasSubstr("has no channel"));
  }
}

TEST_F(EdfCorpus, DamagedHeadersAreRefusedInOneLine) {
  const std::map<std::string, std::string> refusals = {
      {"trunc_header", "is truncated in its header"},
      {"trunc_256", "is truncated in its header"},
      {"empty", "is empty"},
      {"ns_zero", "says that it has 0 signals"},
      {"ns_negative", "says that it has -4 signals"},
      {"ns_huge", "is truncated in its header (9999 signals"},
      {"ns_text", "has no number in its field 'number of signals' (it says 'abc')"},
      {"nsamp_huge", "has no whole record"},
      {"nsamp_zero", "has 0 samples of 'Fp1' in a record"},
      {"nsamp_negative", "has -1 samples of 'Fp1' in a record"},
      {"dur_zero", "has records that last 0 s (its rates are undefined)"},
      {"version_1", "is no EDF or BDF file"},
      {"comma_decimal", "has no number in its field 'duration of a record' (it says '1,0'); write it with a decimal"}};
  for (const auto& [name, problem] : refusals) {
    EXPECT_THAT(refusal(name), HasSubstr(problem)) << name;
    EXPECT_THAT(message_of([&] { read_edf_annotations(derived(name)); }), HasSubstr(problem)) << name;
  }
}

TEST_F(EdfCorpus, WhatIsThereIsReadAndTheRestIsRemarked) {
  EXPECT_EQ(read_edf(derived("trunc_midrecord")).length, 3 * 512);
  EXPECT_THAT(remarks("trunc_midrecord"), ElementsAre("it is truncated: 3 of 5 records are there"));
  EXPECT_EQ(read_edf(derived("nrec_toomany")).length, 5 * 512);
  EXPECT_THAT(remarks("nrec_toomany"), ElementsAre("it is truncated: 5 of 500 records are there"));
  EXPECT_EQ(read_edf(derived("nrec_minus1")).length, 5 * 512);
  EXPECT_THAT(remarks("nrec_minus1"), ElementsAre("its header leaves the number of records open: 5 are there"));
  EXPECT_THAT(remarks("trailing_garbage"), ElementsAre("104 bytes after its last record are left"));
  EXPECT_THAT(remarks("hdrlen_wrong"), ElementsAre(HasSubstr("it says 512 bytes, 4 signals take 1280")));
}

TEST_F(EdfCorpus, AnEmptyRangeMakesOnlyItsChannelMissing) {
  const std::map<std::string, std::string> kinds = {{"dig_equal", "digital"}, {"phys_equal", "physical"}};
  for (const auto& [name, kind] : kinds) {
    const Signal signal = read_edf(derived(name));
    EXPECT_THAT(signal.remarks,
                ElementsAre(fmt::format("the {} range of 'Fp1' is empty: its samples are missing", kind)));
    EXPECT_TRUE(std::isnan(signal.source->read(0, 100, 1).at(0)));
    EXPECT_FALSE(std::isnan(signal.source->read(1, 100, 1).at(0)));
  }
}

TEST_F(EdfCorpus, ARangeTurnedOverTurnsTheSignalOver) {
  const auto turned = read_edf(derived("phys_swapped")).source->read(0, 0, 512);
  const auto upright = read_edf(corpus() / "mne-testing-data/subsecond_starttime.edf").source->read(0, 0, 512);
  for (std::size_t i = 0; i < turned.size(); ++i) EXPECT_NEAR(turned[i], -upright[i], 1e-3);
}

TEST_F(EdfCorpus, TheStartHasItsFractionAndItsDoubts) {
  const Signal whole = read_edf(corpus() / "mne-testing-data/subsecond_starttime.edf");
  EXPECT_EQ(whole.started_at, "2020-01-24T04:05:56.3945312");
  EXPECT_THAT(whole.remarks, IsEmpty());
  EXPECT_EQ(read_edf(corpus() / "edfio/short_psg.edf").started_at, "1989-04-24T16:13:00");
  EXPECT_EQ(read_edf(derived("date_1985")).started_at, "1985-01-01T04:05:56.3945312");
  EXPECT_THAT(remarks("date_1985"), ElementsAre(HasSubstr("two start dates: 1985-01-01 is used, 2020-01-24 is in")));
  EXPECT_EQ(read_edf(derived("date_bad")).started_at, "2020-01-24T04:05:56.3945312");
  EXPECT_THAT(remarks("date_bad"), ElementsAre(HasSubstr("'99.99.99' is no date: 2020-01-24")));
}

TEST_F(EdfCorpus, NothingOfThePatientIsTaken) {
  const Signal signal = read_edf(derived("nonascii_patient"));
  EXPECT_THAT(signal.remarks, IsEmpty());
  EXPECT_EQ(signal.length, 5 * 512);
}

TEST_F(EdfCorpus, RecordsOfAnInterruptedRecordingStandWhereTheyWereMade) {
  const Signal signal = read_edf(derived("plusD_gaps"));
  ASSERT_EQ(signal.gaps.size(), 2u);
  EXPECT_EQ(signal.gaps[0].begin, 2 * 512);
  EXPECT_EQ(signal.gaps[0].count, 10 * 512);
  EXPECT_EQ(signal.gaps[1].begin, 14 * 512);
  EXPECT_EQ(signal.gaps[1].count, 90 * 512 + 256);
  EXPECT_EQ(signal.length, 105 * 512 + 256);
  const auto gapless = read_edf(corpus() / "mne-testing-data/subsecond_starttime.edf").source->read(2, 0, 5 * 512);
  const auto all = signal.source->read(2, 0, signal.length);
  const std::int64_t begins[] = {0, 512, 12 * 512, 13 * 512, 104 * 512 + 256};
  std::int64_t missing = 0;
  for (const float value : all) missing += std::isnan(value) ? 1 : 0;
  EXPECT_EQ(missing, signal.length - 5 * 512);
  for (std::size_t record = 0; record < 5; ++record) {
    for (std::size_t i = 0; i < 512; ++i) {
      ASSERT_EQ(all[static_cast<std::size_t>(begins[record]) + i], gapless[record * 512 + i]);
    }
  }
  EXPECT_THAT(signal.remarks, IsEmpty());
  EXPECT_EQ(edf_format_name(read_bytes(derived("plusD_gaps"))), "EDF+D");
}

TEST_F(EdfCorpus, AnInterruptedRecordingWithoutInterruptionHasNoGaps) {
  const Signal signal = read_edf(corpus() / "mne-testing-data/MB0400FU.EDF");
  EXPECT_THAT(signal.gaps, IsEmpty());
  EXPECT_EQ(signal.length, 29 * 200);
  EXPECT_EQ(signal.channels.size(), 25u);
  EXPECT_EQ(signal.started_at, "2019-04-03T16:00:16");
}

TEST_F(EdfCorpus, ListsOutOfOrderCostTheFractionOfTheStartAndTheAnnotations) {
  for (const char* name : {"tal_noterm", "tal_noplus"}) {
    const Signal signal = read_edf(derived(name));
    EXPECT_EQ(signal.started_at, "2020-01-24T04:05:56");
    EXPECT_THAT(signal.remarks, Contains(HasSubstr("the start is known to a second")));
    EXPECT_THAT(message_of([&] { read_edf_annotations(derived(name)); }),
                HasSubstr("record 1: has a list of annotations that is not as EDF+ has it"));
  }
}

TEST_F(EdfCorpus, ANumberOfRecordsNeedNotStandLeft) {
  const Signal signal = read_edf(corpus() / "mne-python/test.bdf");
  EXPECT_EQ(signal.channels.size(), 73u);
  EXPECT_EQ(signal.length, 2048);
  EXPECT_THAT(signal.remarks, IsEmpty());
}

TEST_F(EdfCorpus, AnnotationsAreCountedFromTheFirstSample) {
  const Annotations marks = read_edf_annotations(corpus() / "mne-testing-data/subsecond_starttime.edf");
  ASSERT_EQ(marks.marks.size(), 2u);
  EXPECT_NEAR(marks.marks[0].at_seconds, 2.3457031 - 0.3945312, 1e-9);
  EXPECT_EQ(marks.marks[0].code, "XLSpike");
  EXPECT_EQ(marks.marks[0].until_seconds, marks.marks[0].at_seconds);
}

TEST_F(EdfCorpus, AnnotationsHaveDurationsUtf8AndChannels) {
  const Annotations utf8 = read_edf_annotations(corpus() / "mne-testing-data/test_utf8_annotations.edf");
  EXPECT_EQ(utf8.marks.at(1).code, "\xe4\xbb\xb0\xe5\x8d\xa7");
  EXPECT_DOUBLE_EQ(utf8.marks.at(1).at_seconds, 2);
  EXPECT_DOUBLE_EQ(utf8.marks.at(1).until_seconds, 2.5);
  const Annotations sleep = read_edf_annotations(corpus() / "edfio/SC4001EC-Hypnogram.bdf");
  EXPECT_EQ(sleep.marks.at(1).code, "Sleep stage 1");
  EXPECT_DOUBLE_EQ(sleep.marks.at(1).at_seconds, 30630);
  EXPECT_DOUBLE_EQ(sleep.marks.at(1).until_seconds, 30750);
  const Annotations channel = read_edf_annotations(corpus() / "wfdb-python/test_edfann.edf");
  EXPECT_EQ(channel.marks.at(2).code, "Lights off");
  EXPECT_EQ(channel.marks.at(2).text, "EEG F4-A1");
}

TEST_F(EdfCorpus, AllAnnotationSignalsAreRead) {
  const Annotations marks = read_edf_annotations(corpus() / "mne-testing-data/multiple_annotation_chans.bdf");
  ASSERT_EQ(marks.marks.size(), 10u);
  EXPECT_EQ(marks.marks[0].code, "signal_start");
  EXPECT_EQ(marks.marks[1].code, "EEG-check#1");
  EXPECT_DOUBLE_EQ(marks.marks[1].at_seconds, 22.488);
}

}  // namespace
}  // namespace galen
