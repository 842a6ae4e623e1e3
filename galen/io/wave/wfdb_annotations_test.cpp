#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "galen/base/message_test.h"
#include "galen/io/wave/wfdb.h"

namespace galen {
namespace {

using ::testing::HasSubstr;

Annotations made() {
  return {.rate_hz = 360,
          .marks = {{0, 0, "+", "(N"},
                    {1, 1, "N", "", {}, 0, 0, 0},
                    {1.5, 1.5, "V", "", {}, 1, -1, 3},
                    {100, 100, "~", "odd", {}, 1, 5, 3},
                    {1e9, 1e9, "\"", "far", {}, 0, 0, -2},
                    {1e9, 1e9, "[42]", ""}}};
}

TEST(WfdbAnnotations, WhatIsWrittenIsRead) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "a.atr";
  write_annotations(made(), path);
  const Annotations read = read_annotations(path);  // the clock is in the file
  const Annotations expected = made();
  EXPECT_EQ(read.rate_hz, 360);
  ASSERT_EQ(read.marks.size(), expected.marks.size());
  for (std::size_t i = 0; i < read.marks.size(); ++i) {
    const Mark &a = read.marks[i], &b = expected.marks[i];
    EXPECT_DOUBLE_EQ(a.at_seconds, b.at_seconds);
    EXPECT_EQ(a.until_seconds, a.at_seconds);
    EXPECT_EQ(a.code, b.code);
    EXPECT_EQ(a.text, b.text);
    EXPECT_EQ(a.channel, b.channel);
    EXPECT_EQ(a.subtype, b.subtype);
    EXPECT_EQ(a.number, b.number);
  }
  EXPECT_EQ(encode_wfdb_annotations(read, true, ""), read_bytes(path));
}

TEST(WfdbAnnotations, EveryCodeHasItsMnemonic) {
  for (int code = 1; code <= 49; ++code) EXPECT_EQ(wfdb_code(wfdb_mnemonic(code)), code) << code;
  EXPECT_EQ(wfdb_mnemonic(0), "");
  EXPECT_EQ(wfdb_mnemonic(50), "");
  EXPECT_EQ(wfdb_mnemonic(5), "V");
  EXPECT_EQ(wfdb_mnemonic(41), "r");
  EXPECT_EQ(wfdb_code("[50]"), -1);
  EXPECT_EQ(wfdb_code("AFIB"), -1);
}

TEST(WfdbAnnotations, WhatTheFormatCannotHoldIsRefused) {
  const auto refusal = [](auto change) {
    Annotations changed = made();
    change(changed);
    return message_of([&] { encode_wfdb_annotations(changed, true, "a"); });
  };
  EXPECT_THAT(refusal([](Annotations& a) { a.marks[1].code = "AFIB"; }), HasSubstr("cannot hold the code 'AFIB'"));
  EXPECT_THAT(refusal([](Annotations& a) { a.marks[1].at_seconds = 2; }), HasSubstr("go back in time"));
  EXPECT_THAT(refusal([](Annotations& a) { a.marks[0].at_seconds = -1; }), HasSubstr("go back in time"));
  EXPECT_THAT(refusal([](Annotations& a) { a.marks[1].channel = 256; }), HasSubstr("do not fit"));
  EXPECT_THAT(refusal([](Annotations& a) { a.marks[1].text = std::string(256, 'a'); }), HasSubstr("256 bytes"));
  EXPECT_THAT(refusal([](Annotations& a) { a.rate_hz = 0; }), HasSubstr("without a clock"));
}

std::string refusal_of(std::string_view bytes) {
  return message_of([&] { decode_wfdb_annotations(as_bytes(bytes), 360, "a.atr"); });
}

TEST(WfdbAnnotations, DamagedFilesAreRefused) {
  EXPECT_EQ(refusal_of(std::string_view("\x12\x4\0\0", 4)), "no error");
  EXPECT_EQ(refusal_of(std::string_view("\x12\x4\0\0\0\0", 6)), "no error");
  EXPECT_THAT(refusal_of(""), HasSubstr("has no end mark"));
  EXPECT_THAT(refusal_of(std::string_view("\x12\x4", 2)), HasSubstr("has no end mark"));
  EXPECT_THAT(refusal_of(std::string_view("\x12\x4\0", 3)), HasSubstr("has no end mark"));
  EXPECT_THAT(refusal_of(std::string_view("\x12\x4\0\0\1\0", 6)), HasSubstr("bytes follow its end"));
  EXPECT_THAT(refusal_of(std::string_view("\x12\x4\7\xfc\0\0", 6)), HasSubstr("a text goes on behind its end"));
  EXPECT_THAT(refusal_of(std::string_view("\1\xf4\0\0", 4)), HasSubstr("code 61 at byte 0"));
  EXPECT_THAT(refusal_of(std::string_view("\x12\x4\1\xd0\0\0", 6)), HasSubstr("code 52"));
  EXPECT_THAT(refusal_of(std::string_view("\x12\x4\0\xec\xff\xff\xfb\xff\1\x4\0\0", 12)),
              HasSubstr("an annotation at sample 14 follows one at 18"));
}

TEST(WfdbAnnotations, AClockIsNeededAndTheRecordsEndIsKept) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "r.atr";
  write_file(path, std::string_view("\x12\x4\0\0", 4));
  EXPECT_THAT(message_of([&] { read_annotations(path); }), HasSubstr("has no clock"));
  EXPECT_DOUBLE_EQ(read_annotations(path, 100).marks.front().at_seconds, 0.18);
  write_file(folder.path() / "r.hea", "r 1 250 18\nr.dat 16\n");
  EXPECT_DOUBLE_EQ(read_annotations(path).marks.front().at_seconds, 18 / 250.0);
  write_file(folder.path() / "r.hea", "r 1 250 17\nr.dat 16\n");
  EXPECT_THAT(message_of([&] { read_annotations(path); }), HasSubstr("goes on behind the end of its record"));
  EXPECT_THAT(message_of([&] { read_annotations(folder.path() / "r.hea"); }), HasSubstr("such as 100.atr"));
}

TEST(WfdbAnnotations, MnemonicsThatAFileDefinesAreUsed) {
  Annotations notes{.rate_hz = 1,
                    .marks = {{0, 0, "\"", "## annotation type definitions"},
                              {0, 0, "\"", "42 QM mystery"},
                              {0, 0, "\"", "## end of definitions"},
                              {0, 0, "\"", "a note"},
                              {5, 5, "[42]", ""}}};
  const Bytes bytes = encode_wfdb_annotations(notes, true, "");
  const Annotations read = decode_wfdb_annotations(bytes, 0, "");
  ASSERT_EQ(read.marks.size(), 2u);
  EXPECT_EQ(read.marks[0].text, "a note");
  EXPECT_EQ(read.marks[1].code, "QM");
}

}  // namespace
}  // namespace galen
