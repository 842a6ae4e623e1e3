// Cases that the corpus lacks, with files made here.
#include "galen/io/wave/edf.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "galen/base/error.h"
#include "galen/base/message_test.h"

namespace galen {
namespace {

using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct MadeSignal {
  std::string label, unit = "uV", samples = "4", low = "-100", high = "100";
};

/// An EDF or BDF file built from parts; digital values -100 to 100 are physical -10 to 10.
struct Made {
  std::string version = "0", date = "24.01.20", time = "04.05.56", recording = "Startdate 24-JAN-2020 X X X";
  std::string reserved = "EDF+C", duration = "1";
  std::vector<MadeSignal> signals;
  std::vector<std::string> records;  ///< their bytes

  fs::path write(const TemporaryFolder& folder) const {
    const auto padded = [](const std::string& text, std::size_t width) {
      return text + std::string(width - text.size(), ' ');
    };
    std::string out = padded(version, 8) + padded("X X X SECRET", 80) + padded(recording, 80) + padded(date, 8) +
                      padded(time, 8) + padded(std::to_string(256 * (signals.size() + 1)), 8) + padded(reserved, 44) +
                      padded(std::to_string(records.size()), 8) + padded(duration, 8) +
                      padded(std::to_string(signals.size()), 4);
    for (const auto& s : signals) out += padded(s.label, 16);
    out += std::string(80 * signals.size(), ' ');
    for (const auto& s : signals) out += padded(s.unit, 8);
    for (std::size_t i = 0; i < signals.size(); ++i) out += padded("-10", 8);
    for (std::size_t i = 0; i < signals.size(); ++i) out += padded("10", 8);
    for (const auto& s : signals) out += padded(s.low, 8);
    for (const auto& s : signals) out += padded(s.high, 8);
    out += std::string(80 * signals.size(), ' ');
    for (const auto& s : signals) out += padded(s.samples, 8);
    out += std::string(32 * signals.size(), ' ');
    for (const auto& record : records) out += record;
    write_file(folder.path() / "made.edf", out);
    return folder.path() / "made.edf";
  }
};

std::string little_endian(const std::vector<int>& values, int bytes) {
  std::string out;
  for (const int value : values) {
    for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i));
  }
  return out;
}

/// A list of annotations for a signal of 16 samples; | stands for the mark after a text, ~ for the one before a
/// duration, _ for a zero byte.
std::string tals(std::string text) {
  for (char& c : text) c = c == '|' ? '\x14' : c == '~' ? '\x15' : c == '_' ? '\0' : c;
  text.resize(32);
  return text;
}

/// A file with a channel of 4 samples per record, and annotations.
Made with_annotations(const std::vector<std::string>& lists) {
  Made made;
  made.signals = {{"II"}, {"EDF Annotations", "", "16"}};
  for (const auto& list : lists) made.records.push_back(little_endian({10, 20, 30, 40}, 2) + tals(list));
  return made;
}

class Edf : public ::testing::Test {
 protected:
  Signal read(const Made& made) { return read_edf(made.write(folder_)); }
  std::string refusal(const Made& made) {
    return message_of([&] { read(made); });
  }
  Annotations marks(const Made& made) { return read_edf_annotations(made.write(folder_)); }
  std::string refused_marks(const Made& made) {
    return message_of([&] { marks(made); });
  }
  TemporaryFolder folder_;
};

TEST_F(Edf, ChannelsOfSeveralRatesShareFrames) {
  Made made{.reserved = "", .signals = {{"a", "mV", "4"}, {"b", "mV", "6"}}, .records = {}};
  made.records = {little_endian({1, 2, 3, 4, 11, 12, 13, 14, 15, 16}, 2),
                  little_endian({5, 6, 7, 8, 17, 18, 19, 20, 21, 22}, 2)};
  const Signal signal = read(made);
  EXPECT_EQ(signal.rate_hz, 2);
  EXPECT_EQ(signal.length, 4);
  EXPECT_EQ(signal.channels[0].samples_per_frame, 2);
  EXPECT_EQ(signal.channels[1].samples_per_frame, 3);
  EXPECT_EQ(signal.channels[1].unit, "mV");
  EXPECT_THAT(signal.source->read(0, 3, 2), ElementsAre(0.4F, 0.5F));
  EXPECT_THAT(signal.source->read(1, 4, 4), ElementsAre(1.5F, 1.6F, 1.7F, 1.8F));
  EXPECT_THAT(signal.remarks, IsEmpty());
}

TEST_F(Edf, BdfHasThreeBytesWithTheirSign) {
  Made made{.version =
                "\xFF"
                "BIOSEMI",
            .reserved = "24BIT",
            .signals = {{"a"}},
            .records = {}};
  made.signals[0].low = "-1000000";
  made.signals[0].high = "1000000";
  made.records = {little_endian({-1000000, 1000000, -1, 8388607}, 3)};
  EXPECT_THAT(read(made).source->read(0, 0, 4), ElementsAre(-10.0F, 10.0F, -1e-5F, 83.88607F));
}

TEST_F(Edf, RecordsBesideTheGridAreMovedOntoItWithARemark) {
  Made made = with_annotations({"+0||", "+1.1||", "+2.35||"});
  made.reserved = "EDF+D";
  const Signal signal = read(made);
  EXPECT_EQ(signal.length, 13);  // 2.35 s are 9.4 samples
  ASSERT_EQ(signal.gaps.size(), 1u);
  EXPECT_EQ(signal.gaps[0].begin, 8);
  EXPECT_EQ(signal.gaps[0].count, 1);
  EXPECT_THAT(signal.remarks, ElementsAre("records begin up to 0.100000 s beside the grid of samples, and are moved "
                                          "onto it"));
  const auto values = signal.source->read(0, 7, 3);
  EXPECT_EQ(values[0], 4);
  EXPECT_TRUE(std::isnan(values[1]));
  EXPECT_EQ(values[2], 1);
}

/// Records of 1/3 s and 100 samples: their ends cannot be written with two decimals.
Made thirds(const std::vector<std::string>& onsets) {
  Made made{.reserved = "EDF+D",
            .duration = "0.333333",
            .signals = {{"II", "uV", "100"}, {"EDF Annotations", "", "16"}},
            .records = {}};
  for (const auto& onset : onsets) made.records.push_back(std::string(200, '\0') + tals(onset + "||"));
  return made;
}

TEST_F(Edf, RecordsWhoseOnsetsAreRoundedFollowEachOther) {
  const Signal rounded = read(thirds({"+0", "+0.33", "+0.67", "+1", "+1.34"}));
  EXPECT_EQ(rounded.length, 500);
  EXPECT_THAT(rounded.gaps, IsEmpty());
  EXPECT_THAT(rounded.remarks, ElementsAre(HasSubstr("records begin up to 0.006668 s beside the grid")));
  const Signal cut = read(thirds({"+0", "+0.33", "+0.66", "+10.05", "+10.38"}));
  EXPECT_EQ(cut.length, 3215);
  ASSERT_EQ(cut.gaps.size(), 1u);
  EXPECT_EQ(cut.gaps[0].begin, 300);
  EXPECT_EQ(cut.gaps[0].count, 2715);
}

TEST_F(Edf, GapsThatOnsetsCanStateStay) {
  const Signal hundredths = read(thirds({"+0", "+0.35"}));  // 5 samples
  ASSERT_EQ(hundredths.gaps.size(), 1u);
  EXPECT_EQ(hundredths.gaps[0].count, 5);
  const Signal thousandths = read(thirds({"+0", "+0.339"}));  // 1.7 samples
  ASSERT_EQ(thousandths.gaps.size(), 1u);
  EXPECT_EQ(thousandths.gaps[0].count, 2);
  EXPECT_THAT(refusal(thirds({"+0", "+0.32"})), HasSubstr("begins before the one before it ends"));
}

TEST_F(Edf, RecordsThatOverlapOrHaveNoTimeAreRefused) {
  Made overlapping = with_annotations({"+0||", "+0.5||"});
  overlapping.reserved = "EDF+D";
  EXPECT_THAT(refusal(overlapping), HasSubstr("record 2 that begins before the one before it ends (at 0.5 s)"));
  Made timeless = with_annotations({"+0||", "+1|text|"});
  timeless.reserved = "EDF+D";
  EXPECT_THAT(refusal(timeless), HasSubstr("does not say when its record 2 begins"));
  Made far = with_annotations({"+0||", "+99999999999999999999||"});
  far.reserved = "EDF+D";
  EXPECT_THAT(refusal(far), HasSubstr("has its record 2 at 1e+20 s"));
  Made bare{.reserved = "EDF+D", .signals = {{"II"}}, .records = {little_endian({1, 2, 3, 4}, 2)}};
  EXPECT_THAT(refusal(bare), HasSubstr("does not say when its record 1 begins"));
}

TEST_F(Edf, AFileThatIsContinuousByNameOnlyIsRemarked) {
  const Signal signal = read(with_annotations({"+0||", "+5||"}));
  EXPECT_EQ(signal.length, 8);
  EXPECT_THAT(signal.remarks, ElementsAre(HasSubstr("its last record begins at 5 s and not at 1 s")));
}

TEST_F(Edf, AFirstRecordOutsideItsSecondMovesTheStart) {
  const Signal later = read(with_annotations({"+3600.25||", "+3601.25||"}));
  EXPECT_EQ(later.started_at, "2020-01-24T05:05:56.25");
  EXPECT_THAT(later.remarks, ElementsAre(HasSubstr("begins 3600.25 s after the start")));
  EXPECT_EQ(read(with_annotations({"-0.25||"})).started_at, "2020-01-24T04:05:55.75");
}

TEST_F(Edf, TheDateIsReadAsEdfPlusHasIt) {
  Made made = with_annotations({"+0||"});
  made.recording = "Startdate 02-MAR-2090 X X X";
  made.date = "02.03.yy";
  EXPECT_EQ(read(made).started_at, "2090-03-02T04:05:56");
  EXPECT_THAT(read(made).remarks, IsEmpty());
  made.recording = "Startdate X X X X";
  made.date = "01.01.85";
  EXPECT_EQ(read(made).started_at, "");
  EXPECT_THAT(read(made).remarks, ElementsAre("its start date is withheld"));
  made.date = "31.12.84";
  EXPECT_EQ(read(made).started_at, "2084-12-31T04:05:56");
  made.date = "30.02.20";
  EXPECT_EQ(read(made).started_at, "");
  EXPECT_THAT(read(made).remarks, ElementsAre(HasSubstr("'30.02.20' is no date: when it began is left open")));
  made.date = "24.01.20";
  made.time = "24.00.00";
  EXPECT_EQ(read(made).started_at, "");
  EXPECT_THAT(read(made).remarks, ElementsAre(HasSubstr("'24.00.00' is no time")));
}

TEST_F(Edf, AStartTimeMayHaveColons) {
  Made made = with_annotations({"+0||"});
  made.time = "09:01:17";
  EXPECT_EQ(read(made).started_at, "2020-01-24T09:01:17");
  EXPECT_THAT(read(made).remarks, IsEmpty());
  made.time = "09:01.17";
  EXPECT_EQ(read(made).started_at, "");
  EXPECT_THAT(read(made).remarks, ElementsAre(HasSubstr("'09:01.17' is no time")));
  made.time = "09.01.17";
  made.date = "24:01:20";
  made.recording = "Startdate X X X X";
  EXPECT_THAT(read(made).remarks, ElementsAre(HasSubstr("'24:01:20' is no date")));
}

TEST_F(Edf, UnitsAreUcumAndNamesUtf8) {
  Made made{.reserved = "", .signals = {{"\xC4rm", "\xB5V"}, {"T", "degC"}}, .records = {std::string(16, '\0')}};
  const Signal signal = read(made);
  EXPECT_EQ(signal.channels[0].name, "\xC3\x84rm");
  EXPECT_EQ(signal.channels[0].unit, "uV");
  EXPECT_EQ(signal.channels[1].unit, "Cel");
  EXPECT_THAT(signal.remarks, ElementsAre(HasSubstr("read as Latin-1")));
}

TEST_F(Edf, NamesThatStandTwiceAreRemarked) {
  const Made made{.reserved = "", .signals = {{"II"}, {"II"}, {"II"}}, .records = {std::string(24, '\0')}};
  EXPECT_THAT(read(made).remarks, ElementsAre("several of its channels are named 'II'"));
}

TEST_F(Edf, PlainEdfHasNoAnnotationsWhateverAChannelIsNamed) {
  Made made = with_annotations({"+0||"});
  made.reserved = "";
  EXPECT_EQ(read(made).channels.size(), 2u);
  EXPECT_THAT(read(made).remarks, ElementsAre(HasSubstr("'EDF Annotations' is read as a channel")));
  EXPECT_THAT(refused_marks(made), HasSubstr("has no annotations (plain EDF and BDF cannot hold any)"));
}

TEST_F(Edf, AHeaderOfAnotherLengthIsRefusedWhereTheFileDoesNotProveIt) {
  Made made = with_annotations({"+0||"});
  const fs::path path = made.write(folder_);
  std::string text = read_text(path) + "x";
  text.replace(184, 8, "512     ");
  write_file(path, text);
  EXPECT_THAT(message_of([&] { read_edf(path); }),
              HasSubstr("has a header of another length than it says (it says 512"));
}

TEST_F(Edf, AnnotationsOfOneChannelHaveItsNumber) {
  Made made = with_annotations({"+0||_+0.5~0.25|noise@@V1|_"});
  made.signals[0].label = "V1";
  made.signals.insert(made.signals.begin(), {"I"});
  made.records[0].insert(0, little_endian({0, 0, 0, 0}, 2));
  const Annotations found = marks(made);
  ASSERT_EQ(found.marks.size(), 1u);
  EXPECT_EQ(found.marks[0].code, "noise");
  EXPECT_EQ(found.marks[0].text, "V1");
  EXPECT_EQ(found.marks[0].channel, 1);
  EXPECT_EQ(found.marks[0].until_seconds, 0.75);
}

TEST_F(Edf, AnnotationsAreInTheOrderOfTimeAndMayLieBeforeTheStart) {
  const Annotations found = marks(with_annotations({"+0||_+1.5|late|two|_", "+1||_-3|early|_"}));
  ASSERT_EQ(found.marks.size(), 3u);
  EXPECT_EQ(found.marks[0].code, "early");
  EXPECT_EQ(found.marks[0].at_seconds, -3);
  EXPECT_EQ(found.marks[1].code, "late");
  EXPECT_EQ(found.marks[2].code, "two");
  EXPECT_EQ(found.marks[2].at_seconds, 1.5);
}

TEST_F(Edf, ListsThatAreNotAsEdfPlusHasThemAreRefused) {
  for (const char* list : {"+0||_1|a|_", "+0||_+1~|a|_", "+0||_+1~x|a|_", "+0||_+1.2.3|a|_", "+0||_+|a|_", "+0||_+1|a_",
                           "+0||_+1_", "+0||_ +1|a|", "0||"}) {
    EXPECT_THAT(refused_marks(with_annotations({list})), HasSubstr("record 1: has a list of annotations that is not"))
        << list;
  }
  EXPECT_THAT(refused_marks(with_annotations({"+0||_+1|\xE4|_"})), HasSubstr("has an annotation that is not UTF-8"));
}

TEST_F(Edf, RecordsWithoutEndOrSpeedAreRefused) {
  Made made = with_annotations({"+0||"});
  for (const char* duration : {"1e-320", "1e-20", "-1", "0", "inf", "nan", ""}) {
    made.duration = duration;
    EXPECT_THAT(refusal(made), AnyOf(HasSubstr("has records that last"), HasSubstr("has no number in its field")));
  }
}

TEST_F(Edf, WhatIsAboveTheLimitsIsRefused) {
  const fs::path path = with_annotations({"+0||", "+1||"}).write(folder_);
  EXPECT_THAT(message_of([&] { read_edf(path, {.max_elements = 7}); }), HasSubstr("has too many samples of 'II' (8"));
  EXPECT_THAT(message_of([&] { read_edf(path, {.max_bytes = 700}); }), HasSubstr("is too large"));
  EXPECT_EQ(read_edf(path, {.max_elements = 8}).length, 8);
}

TEST_F(Edf, AFileCutOffWhileItIsOpenIsAnError) {
  const fs::path path = with_annotations({"+0||", "+1||"}).write(folder_);
  const Signal signal = read_edf(path);
  fs::resize_file(path, 800);
  EXPECT_THAT(message_of([&] { signal.source->read(0, 0, 8); }), HasSubstr("was cut off"));
}

TEST_F(Edf, OffsetsAboveFourGigabytesAreReached) {
  constexpr std::int64_t samples = 1 << 24, records = 160;  // 5 GiB, nearly all of it sparse
  Made made{.reserved = "", .duration = "16384", .signals = {{"a", "uV", std::to_string(samples)}}, .records = {}};
  made.records.resize(records);
  const fs::path path = made.write(folder_);
  fs::resize_file(path, 512 + static_cast<std::uintmax_t>(records * samples * 2));
  {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(-2, std::ios::end);
    file << little_endian({-100}, 2);
  }
  const Signal signal = read_edf(path, {.max_bytes = 6ull << 30, .max_elements = 1ull << 32});
  EXPECT_EQ(signal.length, records * samples);
  EXPECT_THAT(signal.source->read(0, records * samples - 2, 2), ElementsAre(0.0F, -10.0F));
}

}  // namespace
}  // namespace galen
