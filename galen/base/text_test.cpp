#include "galen/base/text.h"

#include <gtest/gtest.h>

#include <string>

namespace galen {
namespace {

TEST(Text, IsTrimmedAtBothEndsOfTheseBlanksOnly) {
  EXPECT_EQ(trimmed(" \t a b\v\f\r\n"), "a b");
  EXPECT_EQ(trimmed(" \r\n"), "");
  EXPECT_EQ(trimmed(""), "");
  EXPECT_EQ(trimmed(" a\r ", " \t"), "a\r");
  EXPECT_EQ(trimmed(std::string_view("a \0\0 ", 5), std::string_view(" \0", 2)), "a");
}

TEST(Text, IsLoweredInAsciiAlone) {
  EXPECT_EQ(lowered("AZ az [@`{ 09.NII"), "az az [@`{ 09.nii");
  EXPECT_EQ(lowered("\xC3\x84"), "\xC3\x84");
}

TEST(Text, CountsTakeAnSUnlessTheyAreOne) {
  EXPECT_EQ(counted(1, "case"), "1 case");
  EXPECT_EQ(counted(std::size_t{0}, "case"), "0 cases");
  EXPECT_EQ(counted(std::int64_t{26}, "patient"), "26 patients");
}

TEST(Utf8, HasCodePointsOfOneToFourBytes) {
  EXPECT_EQ(utf8_length("a\xC3"), 1u);
  EXPECT_EQ(utf8_length("\x7F"), 1u);
  EXPECT_EQ(utf8_length("\xC2\x80"), 2u);
  EXPECT_EQ(utf8_length("\xE0\xA0\x80"), 3u);
  EXPECT_EQ(utf8_length("\xED\x9F\xBF"), 3u);
  EXPECT_EQ(utf8_length("\xEF\xBF\xBF"), 3u);
  EXPECT_EQ(utf8_length("\xF0\x90\x80\x80"), 4u);
  EXPECT_EQ(utf8_length("\xF4\x8F\xBF\xBF"), 4u);
  EXPECT_TRUE(is_utf8("a\xC3\xA9\xF0\x9F\x92\x93 b"));
  EXPECT_TRUE(is_utf8(""));
}

TEST(Utf8, RefusesWhatRfc3629Forbids) {
  for (const char* wrong : {"\x80", "\xBF", "\xC0\xAF", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF",
                            "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF"}) {
    EXPECT_EQ(utf8_length(wrong), 0u) << static_cast<int>(wrong[0]);
    EXPECT_FALSE(is_utf8(std::string("a") + wrong));
  }
  for (const char* cut : {"\xC3", "\xC3(", "\xE2\x82", "\xE2\x28\xA1", "\xF0\x9F\x92", "\xF0\x9F\x92("}) {
    EXPECT_EQ(utf8_length(cut), 0u) << static_cast<int>(cut[0]);
  }
  EXPECT_EQ(utf8_length(""), 0u);
}

}  // namespace
}  // namespace galen
