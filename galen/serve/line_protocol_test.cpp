#include "galen/serve/line_protocol.h"

#include <gtest/gtest.h>

#include <cmath>

#include "galen/base/error.h"

namespace galen::serve {
namespace {

TEST(LineProtocol, ReadsEveryMessage) {
  const auto opening =
      std::get<Opening>(*parse_line("open bed-7 rate=250 channels=II:mV,V1 start=2026-01-02T03:04:05Z\r"));
  EXPECT_EQ(opening.patient, "bed-7");
  EXPECT_EQ(opening.rate_hz, 250);
  ASSERT_EQ(opening.channels.size(), 2u);
  EXPECT_EQ(opening.channels[0].unit, "mV");
  EXPECT_EQ(opening.channels[1].unit, "");
  EXPECT_EQ(opening.started_at, "2026-01-02T03:04:05Z");

  const auto samples = std::get<Samples>(*parse_line("s 500 0.5,-1e-3  -,2"));
  EXPECT_EQ(samples.index, 500);
  ASSERT_EQ(samples.values.size(), 2u);
  EXPECT_EQ(samples.values[0][0], 0.5f);
  EXPECT_TRUE(std::isnan(samples.values[0][1]));
  EXPECT_EQ(samples.values[1], (std::vector<float>{-1e-3f, 2}));
  EXPECT_EQ(std::get<Samples>(*parse_line("t 12.5 1 2 3")).time_seconds, 12.5);

  EXPECT_EQ(std::get<Missing>(*parse_line("gap 1.5")).seconds, 1.5);
  EXPECT_TRUE(std::get<Lead>(*parse_line("off V1")).off);
  EXPECT_FALSE(std::get<Lead>(*parse_line("on V1")).off);
  EXPECT_EQ(std::get<Acknowledgement>(*parse_line("ack vt")).rule, "vt");
  EXPECT_EQ(std::get<Acknowledgement>(*parse_line("ack * bed-7")).patient, "bed-7");
  EXPECT_TRUE(std::holds_alternative<Closing>(*parse_line("close")));
  EXPECT_FALSE(parse_line("").has_value());
  EXPECT_FALSE(parse_line("# a remark").has_value());
}

TEST(LineProtocol, WritesWhatItReads) {
  const std::string open = "open a rate=360 channels=MLII:mV,V5:mV";
  EXPECT_EQ(line_of(std::get<Opening>(*parse_line(open))), open);
  const std::string samples = "s 7 0.125,- -,-3";
  EXPECT_EQ(line_of(std::get<Samples>(*parse_line(samples))), samples);
}

TEST(LineProtocol, RefusesEverythingElseInOneLine) {
  for (const char* line : {"GET / HTTP/1.1",
                           "open",
                           "open a",
                           "open a rate=250",
                           "open a rate=0 channels=II",
                           "open a rate=nan channels=II",
                           "open a rate=1e9 channels=II",
                           "open ../a rate=250 channels=II",
                           "open a rate=250 channels=II,II",
                           "open a rate=250 channels=,",
                           "open a rate=250 channels=II colour=red",
                           "open a rate=250 channels=II start=today",
                           "s",
                           "s 0",
                           "s -1 0",
                           "s x 0",
                           "s 1.5 0",
                           "s 0 1,2 3",
                           "s 0 1 2,3",
                           "s 0 nan",
                           "s 0 inf",
                           "s 0 1,,2",
                           "s 0 1e99",
                           "t x 0",
                           "t 1e300 0",
                           "gap",
                           "gap -1",
                           "gap x",
                           "gap 1 2",
                           "off",
                           "off II,V1",
                           "on \x1b[2J",
                           "ack",
                           "close now",
                           "\x01\x02\xff",
                           " "}) {
    try {
      parse_line(line);
      ADD_FAILURE() << "accepted: " << line;
    } catch (const Error& error) {
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
    }
  }
  EXPECT_THROW(parse_line("s 0 " + std::string(longest_line, '1')), Error);
  EXPECT_THROW(parse_line("off " + std::string(65, 'V')), Error);
  std::string many = "s 0 1";
  for (std::size_t i = 0; i < most_channels; ++i) many += ",1";
  EXPECT_THROW(parse_line(many), Error);
}

}  // namespace
}  // namespace galen::serve
