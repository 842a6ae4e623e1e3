#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>
#include <regex>
#include <set>

#include "galen/base/message_test.h"
#include "galen/io/dataset/csv.h"
#include "galen/report/axis.h"
#include "galen/report/chart.h"
#include "galen/report/strip.h"
#include "galen/report/svg.h"

namespace galen {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr double infinity = std::numeric_limits<double>::infinity();

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) ++n;
  return n;
}

/// Expects no NaN, infinity or markup from the data in a picture.
void expect_sound(const std::string& svg) {
  EXPECT_THAT(svg, HasSubstr("<title>"));
  EXPECT_THAT(svg, HasSubstr("<desc>"));
  for (const char* bad : {"nan", "inf", "<script", "\x01"}) EXPECT_THAT(svg, Not(HasSubstr(bad)));
  EXPECT_EQ(count(svg, "<svg"), count(svg, "</svg>"));
  EXPECT_EQ(count(svg, "<g"), count(svg, "</g>"));
}

// ---- paths

/// The vertices of a path of M, l and h0 commands, with relative coordinates after M.
std::vector<Point> vertices(const std::string& path) {
  std::vector<Point> out;
  char command = 0;
  for (std::size_t i = 0; i < path.size();) {
    if (std::isalpha(static_cast<unsigned char>(path[i]))) command = path[i++];
    std::size_t used = 0;
    const double x = std::stod(path.substr(i), &used);
    i += used;
    if (command == 'h') continue;
    const double y = std::stod(path.substr(i), &used);
    i += used;
    while (i < path.size() && path[i] == ' ') ++i;
    out.push_back(command == 'M' ? Point{x, y} : Point{out.back().x + x, out.back().y + y});
  }
  return out;
}

TEST(Polyline, KeepsThePointsThatAreFew) {
  EXPECT_EQ(polyline(std::vector<Point>{{0, 10}, {5, 7}, {9, 20}}, 1), "M0 10l5-3 4 13");
}

TEST(Polyline, BreaksAtMissingPointsAndShowsALoneOne) {
  EXPECT_EQ(polyline(std::vector<Point>{{0, 1}, {NAN, 1}, {4, 5}, {6, infinity}, {7, 7}, {8, 8}}, 1),
            "M0 1h0M4 5h0M7 7l1 1");
  EXPECT_EQ(polyline({}, 1), "");
}

TEST(Polyline, KeepsLowestAndHighestOfEveryColumn) {
  std::vector<Point> points;
  for (int i = 0; i < 100'000; ++i) points.push_back({std::floor(i * 0.04), std::round(500 + 300 * std::sin(i * 0.7))});
  points[54'321].y = -2000;
  points[54'322].y = 3000;
  const std::string path = polyline(points, 10);
  EXPECT_LT(path.size(), 20'000u);
  std::map<int, std::pair<double, double>> all, drawn;
  const auto note = [](auto& columns, const Point& p) {
    auto& [low, high] = columns.try_emplace(static_cast<int>(std::floor(p.x / 10)), p.y, p.y).first->second;
    low = std::min(low, p.y);
    high = std::max(high, p.y);
  };
  for (const Point& p : points) note(all, p);
  for (const Point& p : vertices(path)) note(drawn, p);
  EXPECT_EQ(all, drawn);
}

// ---- text

TEST(SvgText, IsXmlWhateverComes) {
  EXPECT_EQ(svg_text("<&\"'"), "&lt;&amp;&quot;&#39;");
  EXPECT_EQ(svg_text("a\x01"
                     "b\xff"
                     "c\xed\xa0\x80"),
            "a\xef\xbf\xbd"
            "b\xef\xbf\xbd"
            "c\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
  EXPECT_EQ(svg_text("\xef\xbf\xbf"), svg_text("\xff\xff\xff")) << "U+FFFF, which XML forbids";
  EXPECT_EQ(svg_text("é💓é", 2), "é💓…") << "cut between letters, not within";
}

TEST(SvgText, HasAsManyCodePointsAsItShows) {
  EXPECT_EQ(code_points_of(""), 0u);
  EXPECT_EQ(code_points_of("<é💓"), 3u);
  EXPECT_EQ(code_points_of("a\xff\xed\xa0\x80\x01"), 6u) << "each byte that is wrong becomes a sign of its own";
}

/// With e for é.
std::string without_accents(std::string text) {
  for (std::size_t at = 0; (at = text.find("é", at)) != std::string::npos;) text.replace(at, 2, "e");
  return text;
}

TEST(Times, AreReadable) {
  EXPECT_EQ(duration_text(3909.99), "1:05:09");
  EXPECT_EQ(duration_text(86'400, false), "24:00");
  EXPECT_EQ(duration_text(-5), "-0:00:05");
  EXPECT_EQ(duration_text(NAN), "not known");
  EXPECT_EQ(time_of_day("2026-05-04T23:59:58.750Z", 1.5), "00:00:00 (day 2)");
  EXPECT_EQ(time_of_day("2026-05-04T23:59:58.750Z", 1.2), "23:59:59");
  EXPECT_EQ(time_of_day("2026-05-04T00:00:01", -2), "23:59:59 (day 0)");
  EXPECT_EQ(time_of_day("T23:59:58.750", 1.5), "00:00:00 (day 2)");
  for (const char* none : {"", "2026-05-04", "2026-05-04Txx:59:58", "2026-05-04 23:59:58"})
    EXPECT_EQ(time_of_day(none, 0), "");
  EXPECT_EQ(time_of_day("2026-05-04T23:59:58", infinity), "");
}

// ---- strips

StripArtefact strip_of(std::vector<float> samples, double rate_hz, std::string unit = "mV") {
  return {0, rate_hz, {{"II", std::move(unit), 1}}, {std::move(samples)}, {}};
}

TEST(Strip, DrawsTwentyFiveMillimetresASecondAndTenAMillivolt) {
  for (const auto& [unit, one] : {std::pair{"mV", 1.f}, {"uV", 1000.f}, {"V", 0.001f}}) {
    EXPECT_THAT(strip_svg(strip_of({0, one, 0}, 1, unit), ""), HasSubstr("l2500-1000 2500 1000\"")) << unit;
  }
  EXPECT_THAT(strip_svg(strip_of({0, 1}, 1), ""), HasSubstr("v-10h5v10")) << "the calibration pulse";
  EXPECT_THAT(strip_svg(strip_of({0, 1}, 1), ""), HasSubstr("width=\"260mm\""));
}

TEST(Strip, SaysTheScaleOfWhatIsNotAVoltage) {
  const std::string svg = strip_svg(strip_of({60, 120}, 1, "mm[Hg]"), "");
  EXPECT_THAT(svg, HasSubstr("II (10 mm = 20 mm[Hg])"));
  EXPECT_THAT(svg, HasSubstr("l2500-3000"));
  EXPECT_THAT(svg, Not(HasSubstr("10 mm/mV")));
}

TEST(Strip, CutsWhatIsHigherThanItsPaperAndSaysSo) {
  EXPECT_THAT(strip_svg(strip_of({0, 0, 50}, 1), ""), HasSubstr("cut off at the edge"));
  EXPECT_THAT(strip_svg(strip_of({0, 0, 5}, 1), ""), Not(HasSubstr("cut off")));
}

TEST(Strip, WrapsAfterTenSeconds) {
  const StripArtefact strip = strip_of(std::vector<float>(250, 0.f), 10);
  EXPECT_EQ(strip_rows(strip), 3);
  const std::string svg = strip_svg(strip, "");
  EXPECT_EQ(count(svg, "class=\"paper\""), 3u);
  for (const char* time : {">0:00:00<", ">0:00:10<", ">0:00:20<"}) EXPECT_THAT(svg, HasSubstr(time));
  const std::string last = strip_svg(strip, "", {.alone = false, .first_row = 2, .max_rows = 1});
  EXPECT_EQ(count(last, "class=\"paper\""), 1u);
  EXPECT_THAT(last, HasSubstr(">0:00:20<"));
  EXPECT_EQ(strip_rows(strip_of(std::vector<float>(100, 0.f), 10)), 1) << "ten seconds are one row";
}

TEST(Strip, PutsLettersAboveBeatsAndLeavesOutWhatIsElsewhere) {
  StripArtefact strip = strip_of(std::vector<float>(1500, 0.f), 100);
  strip.begin_seconds = 100;
  strip.recording_started_at = "2026-05-04T10:00:00";
  strip.marks = {{99.9, 99.9, "V", ""},    {101, 101, "N", ""},          {102, 102, "V", ""}, {103, 103, "A", ""},
                 {104, 104, "+", "(AFIB"}, {111, 111, "V", ""},          {115, 115, "V", ""}, {NAN, NAN, "V", ""},
                 {106, 1e9, "noise", ""},  {50, 99, "earlier", "before"}};
  const std::string svg = strip_svg(strip, "title");
  EXPECT_EQ(count(svg, "class=\"beat\""), 1u);
  EXPECT_EQ(count(svg, "class=\"beat-v\""), 2u) << "99.9 s is before, 115 s behind";
  EXPECT_EQ(count(svg, "class=\"beat-s\""), 1u);
  EXPECT_THAT(svg, HasSubstr(">(AFIB</text>"));
  EXPECT_THAT(svg, HasSubstr("<text x=\"60\"")) << "2 s: 10 mm and 50 mm";
  EXPECT_EQ(count(svg, "class=\"evidence\""), 2u) << "one stretch over both rows";
  EXPECT_EQ(count(svg, ">noise</text>"), 1u);
  EXPECT_THAT(svg, Not(HasSubstr("before")));
  EXPECT_THAT(svg, HasSubstr(">10:01:40</text>"));
  EXPECT_THAT(svg, HasSubstr("15.0 s from 10:01:40. Channels: II. Marks: 1 A, 1 N, 2 V."));
  expect_sound(svg);
}

TEST(Strip, PutsTextsInLanesByTheirLettersNotByTheirBytes) {
  const auto marked = [](const std::string& text) {
    StripArtefact strip = strip_of(std::vector<float>(1000, 0.f), 100);
    for (const double at : {1.0, 1.8, 2.6, 9.5}) strip.marks.push_back({at, at, "", text});
    return strip_svg(strip, "");
  };
  EXPECT_EQ(without_accents(marked("ééééééééé")), marked("eeeeeeeee"));
}

TEST(Strip, IsSoundWithMissingAndWildSamples) {
  const float nan = NAN, inf = std::numeric_limits<float>::infinity();
  const std::string svg = strip_svg(strip_of({0, nan, 0, inf, -inf, 1e38f, -1e38f, 0, 0}, 1), "\x01<script>");
  expect_sound(svg);
  EXPECT_THAT(strip_svg(strip_of({nan, nan}, 1), ""), HasSubstr("no signal"));
  expect_sound(strip_svg(strip_of({nan, nan}, 1), ""));
  expect_sound(strip_svg(strip_of({}, 1), ""));
  expect_sound(strip_svg({0, 1, {}, {}, {}}, ""));
  expect_sound(strip_svg(strip_of({7, 7, 7}, 1, ""), ""));
}

TEST(Strip, RefusesWhatHasNoClockOrNoChannel) {
  EXPECT_THROW(strip_svg(strip_of({0}, 0), ""), Error);
  EXPECT_THROW(strip_csv(strip_of({0}, NAN)), Error);
  EXPECT_THROW(strip_rows(strip_of({0}, 1e-300)), Error);
  expect_sound(strip_svg(strip_of({0, 1}, 1e300), ""));
  StripArtefact strip = strip_of({0}, 1);
  strip.channels.clear();
  EXPECT_THROW(strip_csv(strip), Error);
}

TEST(Strip, CsvHoldsEverySample) {
  StripArtefact strip{2, 4, {{"II", "mV", 1}, {"II", "mV", 1}, {"", "", 1}}, {{1, NAN, 3}, {0.1f, 0.2f}, {}}, {}};
  const CsvTable table = parse_csv(strip_csv(strip), "csv");
  EXPECT_EQ(table.columns, (std::vector<std::string>{"seconds", "II (mV)", "II (mV) 2", "channel"}));
  ASSERT_EQ(table.rows.size(), 3u);
  EXPECT_EQ(table.rows[1].fields, (std::vector<std::string>{"2.250000", "", "0.2", ""}));
}

// ---- charts

ChartArtefact chart_of(ChartArtefact::Kind kind, std::vector<double> x, std::vector<double> y) {
  ChartArtefact chart;
  chart.kind = kind;
  chart.x_label = "x";
  chart.y_label = "y";
  chart.series = {{"one", std::move(x), std::move(y)}};
  return chart;
}

constexpr std::array all_kinds = {ChartArtefact::Kind::line, ChartArtefact::Kind::steps, ChartArtefact::Kind::scatter,
                                  ChartArtefact::Kind::bars};

TEST(Chart, StaysSmallWithAHundredThousandPoints) {
  std::vector<double> x, y;
  std::uint64_t state = 1;
  for (int i = 0; i < 100'000; ++i) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    x.push_back(i);
    y.push_back(static_cast<double>(state >> 40));
  }
  for (const auto kind : all_kinds) {
    const ChartArtefact chart = chart_of(kind, x, y);
    EXPECT_LT(chart_svg(chart, "").size(), 100'000u) << static_cast<int>(kind);
    EXPECT_EQ(count(chart_csv(chart), "\n"), 100'001u);
  }
}

TEST(Chart, ShowsTheOnePointThatIsApart) {
  for (const auto kind : all_kinds) {
    std::vector<double> x, y;
    for (int i = 0; i < 100'000; ++i) {
      x.push_back(i);
      y.push_back(10 + i % 7);
    }
    y[0] = 0;
    y[1] = 100;
    const ChartArtefact without = chart_of(kind, x, y);
    y[50'000] = 90;
    const ChartArtefact with = chart_of(kind, x, y);
    EXPECT_NE(chart_svg(with, ""), chart_svg(without, "")) << static_cast<int>(kind);
  }
}

TEST(Chart, IsSoundWhateverTheValues) {
  const std::vector<std::pair<std::vector<double>, std::vector<double>>> data = {
      {{}, {}},
      {{5}, {7}},
      {{0}, {0}},
      {{1, 2}, {NAN, NAN}},
      {{NAN, 1, infinity}, {1, -infinity, 2}},
      {{1e308, -1e308}, {-1e308, 1e308}},
      {{1e99, -1e99}, {1e-300, -1e-300}},
      {{1e15, 1e15 + 1}, {1e-9, 1e-9}},
      {{3, 3, 3}, {1, 2, 3}},
      {{-5, -3}, {-2, -1}},
  };
  for (const auto kind : all_kinds) {
    for (const auto& [x, y] : data) {
      ChartArtefact chart = chart_of(kind, x, y);
      for (const bool time : {false, true}) {
        chart.x_is_time = time;
        chart.equal_axes = time;
        expect_sound(chart_svg(chart, "\x01<script>"));
      }
    }
  }
  expect_sound(chart_svg({}, ""));
  EXPECT_THAT(chart_svg(chart_of(all_kinds[0], {1}, {NAN}), ""), HasSubstr("no values"));
}

TEST(Chart, RefusesSeriesOfTwoLengths) {
  EXPECT_THROW(chart_svg(chart_of(all_kinds[0], {1, 2}, {1}), ""), Error);
  EXPECT_THROW(chart_csv(chart_of(all_kinds[0], {1, 2}, {1})), Error);
}

TEST(Chart, HasOneScaleOnEqualAxes) {
  ChartArtefact chart = chart_of(ChartArtefact::Kind::scatter, {400, 800}, {500, 2000});
  chart.equal_axes = true;
  const std::string svg = chart_svg(chart, "");
  EXPECT_EQ(count(svg, ">1000</text>"), 2u) << "on both axes";
  EXPECT_EQ(count(svg, ">1500</text>"), 2u);
}

TEST(Chart, NoTwoOfManySeriesLookAlike) {
  ChartArtefact chart = chart_of(all_kinds[0], {0, 1}, {0, 1});
  chart.series.resize(12, chart.series[0]);
  const std::string svg = chart_svg(chart, "");
  std::set<std::string> looks;
  const std::regex line("<path class=\"(series-?[^\"]*)\" d=\"M[^>]* stroke-width=\"16\"[^>]*>");
  for (auto found = std::sregex_iterator(svg.begin(), svg.end(), line); found != std::sregex_iterator(); ++found) {
    looks.insert(found->str());
  }
  EXPECT_EQ(looks.size(), 12u);
}

TEST(Chart, WrapsItsLegendByLettersNotByBytes) {
  const auto named = [](const std::string& name) {
    ChartArtefact chart = chart_of(all_kinds[0], {0, 1}, {0, 1});
    chart.series.resize(5, chart.series[0]);
    for (ChartArtefact::Series& series : chart.series) series.name = name;
    return chart_svg(chart, "");
  };
  EXPECT_EQ(without_accents(named("éééééééé")), named("eeeeeeee"));
}

TEST(Chart, SharesItsAxesWithItsGroup) {
  ChartArtefact small = chart_of(all_kinds[0], {0, 1}, {0, 1}), large = chart_of(all_kinds[0], {0, 1}, {0, 300});
  small.group = large.group = "templates";
  Finding finding;
  finding.artefacts = {{"a", "", small}, {"b", "", large}, {"c", "", chart_of(all_kinds[0], {0, 1}, {0, 9000})}};
  EXPECT_THAT(chart_svg(small, "", {.alone = true, .extent = extent_of(finding, small)}), HasSubstr(">300</text>"));
  EXPECT_THAT(chart_svg(small, ""), Not(HasSubstr(">300</text>")));
}

TEST(Chart, CsvQuotesNamesAndLeavesMissingEmpty) {
  ChartArtefact chart = chart_of(all_kinds[0], {0.5, 1}, {NAN, 2});
  chart.series[0].name = "a,\"b\"";
  const CsvTable table = parse_csv(chart_csv(chart), "csv");
  EXPECT_EQ(table.rows.at(0).fields, (std::vector<std::string>{"a,\"b\"", "0.5", ""}));
}

std::vector<std::string> texts(const std::vector<Tick>& ticks) {
  std::vector<std::string> out;
  for (const Tick& tick : ticks) out.push_back(tick.text);
  return out;
}

TEST(Axis, TicksAreRound) {
  EXPECT_EQ(texts(number_ticks({-1, 101}, 5)), (std::vector<std::string>{"0", "50", "100"}));
  EXPECT_EQ(texts(number_ticks({0, 0.1}, 5)),
            (std::vector<std::string>{"0.00", "0.02", "0.04", "0.06", "0.08", "0.10"}));
  EXPECT_EQ(texts(number_ticks({1, 3}, 7)), (std::vector<std::string>{"1.0", "1.5", "2.0", "2.5", "3.0"}));
  EXPECT_EQ(texts(number_ticks({1, 3}, 7, true)), (std::vector<std::string>{"1", "2", "3"}));
  EXPECT_EQ(texts(time_ticks({0, 86'400}, 5)), (std::vector<std::string>{"0:00", "6:00", "12:00", "18:00", "24:00"}));
  EXPECT_EQ(texts(time_ticks({0, 61}, 5)),
            (std::vector<std::string>{"0:00:00", "0:00:15", "0:00:30", "0:00:45", "0:01:00"}));
}

}  // namespace
}  // namespace galen
