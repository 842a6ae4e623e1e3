#include "galen/io/wave/aecg.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

#include "galen/base/message_test.h"
#include "galen/io/wave/hl7_time.h"

namespace galen {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const fs::path corpus = fs::path(GALEN_TEST_DATA) / "corpus" / "ecg-interchange" / "aecg-fda";

/// The digits of the n-th list, read independently of the reader.
std::vector<float> digits(const std::string& text, std::size_t n) {
  std::size_t at = 0;
  for (std::size_t i = 0; i <= n; ++i) at = text.find("<digits>", at) + 8;
  std::istringstream in(text.substr(at, text.find("</digits>", at) - at));
  std::vector<float> out;
  for (int value; in >> value;) out.push_back(static_cast<float>(value) * 2.5F);
  return out;
}

const Mark* find(const Annotations& annotations, const std::string& code, double at) {
  for (const Mark& mark : annotations.marks) {
    if (mark.code == code && std::abs(mark.at_seconds - at) < 1e-9) return &mark;
  }
  return nullptr;
}

class AecgCorpus : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(corpus)) GTEST_SKIP() << "no corpus of aECG files";
  }
};

TEST_F(AecgCorpus, TwelveLeadsHaveTheValuesOfTheirDigits) {
  for (const char* name : {"subject1_0.xml", "Example_aECG.xml"}) {
    SCOPED_TRACE(name);
    const std::string text = read_text(corpus / name);
    EXPECT_TRUE(is_aecg(as_bytes(text).first(4096)));
    const Signal signal = read_aecg(corpus / name);
    EXPECT_EQ(signal.rate_hz, 500);
    EXPECT_EQ(signal.length, 5000);
    EXPECT_THAT(signal.started_at, HasSubstr("2002-11-22T09:10:00"));
    std::vector<std::string> names;
    for (const Channel& channel : signal.channels) {
      names.push_back(channel.name);
      EXPECT_EQ(channel.unit, "uV");
    }
    EXPECT_THAT(names, ElementsAre("I", "II", "V1", "V2", "V3", "V4", "V5", "V6", "III", "aVR", "aVL", "aVF"));
    for (std::size_t c = 0; c < 12; ++c) EXPECT_EQ(signal.source->read(c, 0, 5000), digits(text, c)) << c;
    EXPECT_THAT(signal.gaps, IsEmpty());
    EXPECT_THAT(signal.remarks, ElementsAre("its derived series REPRESENTATIVE_BEAT is not read"));
  }
}

TEST_F(AecgCorpus, AnnotationsHaveTheirSpans) {
  const Annotations found = read_aecg_annotations(corpus / "subject1_0.xml");
  EXPECT_EQ(found.marks.size(), 156u);  // all annotations before the derived series
  const Mark* rhythm = find(found, "MDC_ECG_RHY_SINUS_RHY", 0);
  ASSERT_NE(rhythm, nullptr);
  EXPECT_NEAR(rhythm->until_seconds, 10, 1e-9);
  EXPECT_EQ(rhythm->text, "Sinus Rhythm");
  const Mark* p = find(found, "MDC_ECG_WAVC_PWAVE", 0.122);
  ASSERT_NE(p, nullptr);
  EXPECT_NEAR(p->until_seconds, 0.224, 1e-9);
  const Mark* t = find(found, "MDC_ECG_WAVC_TWAVE", 0.690);
  ASSERT_NE(t, nullptr);
  EXPECT_EQ(t->until_seconds, t->at_seconds);
  EXPECT_EQ(t->text, "offset");
  const Mark* beat = find(found, "MDC_ECG_BEAT_NORMAL", 0.122);  // spans its waves
  ASSERT_NE(beat, nullptr);
  EXPECT_NEAR(beat->until_seconds, 0.690, 1e-9);
  const Mark* qt = find(found, "MDC_ECG_TIME_PD_QT", 0.122);  // has the span of the beat that contains it
  ASSERT_NE(qt, nullptr);
  EXPECT_NEAR(qt->until_seconds, 0.690, 1e-9);
  EXPECT_EQ(qt->text, "420 ms");
  const Mark* peak = find(found, "MDC_ECG_WAVC_PEAK", 1.930);  // in relative time
  ASSERT_NE(peak, nullptr);
  EXPECT_EQ(peak->text, "lead I");
  const Mark* qrst = find(found, "MDC_ECG_WAVC_QRSTWAVE", 1.068);
  ASSERT_NE(qrst, nullptr);
  EXPECT_NEAR(qrst->until_seconds, 1.482, 1e-9);
  EXPECT_EQ(qrst->channel, 1);
  EXPECT_TRUE(std::ranges::is_sorted(found.marks, {}, &Mark::at_seconds));
}

TEST_F(AecgCorpus, NothingOfTheSubjectIsTaken) {
  const Signal signal = read_aecg(corpus / "subject1_0.xml");
  for (const std::string& remark : signal.remarks) EXPECT_THAT(remark, Not(HasSubstr("Clark")));
  for (const Mark& mark : read_aecg_annotations(corpus / "subject1_0.xml").marks) {
    EXPECT_THAT(mark.text, Not(HasSubstr("Clark")));
    EXPECT_THAT(mark.text, Not(HasSubstr("1953")));
  }
}

TEST_F(AecgCorpus, TheSmallestFilesAreRead) {
  for (const char* name : {"minimum_aecg.xml", "minimum_aecg_effectiveTime_high.xml", "minimum_aecg_nouuid.xml",
                           "minimum_aecg_effectiveTime_interval.xml", "minimum_aecg_effectiveTime_low.xml"}) {
    SCOPED_TRACE(name);
    const Signal signal = read_aecg(corpus / name);
    EXPECT_EQ(signal.length, 13);
    EXPECT_EQ(signal.channels.at(0).name, "II");
    EXPECT_EQ(signal.source->read(0, 11, 2), (std::vector<float>{-22.5F, -22.5F}));
    EXPECT_THAT(signal.remarks, Contains("its series lasts 10 s by its times, its values 0.026 s"));
    EXPECT_THAT(read_aecg_annotations(corpus / name).marks, IsEmpty());
  }
}

TEST_F(AecgCorpus, AFileWithoutASeriesIsRefused) {
  EXPECT_THAT(message_of([&] { read_aecg(corpus / "empty.xml"); }),
              HasSubstr("has no rhythm series (it has no series)"));
  EXPECT_THAT(message_of([&] { read_aecg(corpus / "badschema.xsd"); }), HasSubstr("badschema.xsd: is "));
}

std::string lead(const std::string& code, const std::string& digits, const std::string& unit = "uV") {
  return fmt::format(
      "<component><sequence><code code='MDC_ECG_LEAD_{}'/><value xsi:type='SLIST_PQ'><origin value='1' unit='uV'/>"
      "<scale value='2' unit='{}'/><digits>{}</digits></value></sequence></component>",
      code, unit, digits);
}
std::string set(const std::string& head, const std::string& leads, const std::string& increment = "0.5") {
  const std::string kind = head.size() > 8 ? "ABSOLUTE" : "RELATIVE";
  const std::string unit = head.size() > 8 ? "" : "unit='s'";
  return fmt::format(
      "<component><sequenceSet><component><sequence><code code='TIME_{}'/><value><head value='{}' {}/>"
      "<increment value='{}' unit='s'/></value></sequence></component>{}</sequenceSet></component>",
      kind, head, unit, increment, leads);
}
std::string series(const std::string& inside, const std::string& code = "RHYTHM") {
  return fmt::format("<component><series><code code='{}'/>{}</series></component>", code, inside);
}
const std::string noon = "20200101120000", later = "20200101120003";

class Aecg : public ::testing::Test {
 protected:
  fs::path file(const std::string& inside) {
    write_file(folder_.path() / "a.xml", "<AnnotatedECG xmlns='urn:hl7-org:v3'>" + inside + "</AnnotatedECG>");
    return folder_.path() / "a.xml";
  }
  Signal read(const std::string& inside) { return read_aecg(file(inside)); }
  std::string refusal(const std::string& inside) {
    return message_of([&] { read(inside); });
  }
  TemporaryFolder folder_;
};

TEST_F(Aecg, LeadsRecordedOneAfterTheOtherStandOnOneTimeline) {
  const Signal signal =
      read(series(set(later, lead("II", "4 5")) + set(noon, lead("I", "1 <!-- 9 --> 2") + lead("II", "3 3"))));
  EXPECT_EQ(signal.rate_hz, 2);
  EXPECT_EQ(signal.length, 8);
  EXPECT_EQ(signal.started_at, "2020-01-01T12:00:00");
  EXPECT_EQ(signal.channels.at(0).name, "II");
  ASSERT_EQ(signal.gaps.size(), 1u);
  EXPECT_EQ(signal.gaps[0].begin, 2);
  EXPECT_EQ(signal.gaps[0].count, 4);
  EXPECT_THAT(signal.source->read(0, 6, 2), ElementsAre(9, 11));
  EXPECT_THAT(signal.source->read(0, 0, 2), ElementsAre(7, 7));
  EXPECT_THAT(signal.source->read(1, 0, 2), ElementsAre(3, 5));
  EXPECT_TRUE(std::isnan(signal.source->read(1, 7, 1).at(0)));
}

TEST_F(Aecg, RelativeTimeBeginsWithTheSeries) {
  const std::string time = "<effectiveTime><low value='20200101120000.5+0100'/></effectiveTime>";
  const std::string marks =
      "<subjectOf><annotationSet><component><annotation><code code='A'/><support><supportingROI><component><boundary>"
      "<code code='TIME_RELATIVE'/><value><low value='1500' unit='ms'/><width value='1' unit='s'/></value>"
      "</boundary></component></supportingROI></support></annotation></component>"
      "<component><annotation><code code='B'/><value xsi:type='ST'>all of it</value></annotation></component>"
      "</annotationSet></subjectOf>";
  const std::string text = series(time + set("1", lead("I", "1 2 3 4")) + marks);
  const Signal signal = read(text);
  EXPECT_EQ(signal.started_at, "2020-01-01T12:00:00.5+01:00");
  EXPECT_THAT(signal.remarks, ElementsAre("its first sample lies 1 s after its start"));
  const Annotations found = read_aecg_annotations(file(text));
  ASSERT_EQ(found.marks.size(), 2u);
  EXPECT_EQ(found.marks[0].code, "B");
  EXPECT_EQ(found.marks[0].text, "all of it");
  EXPECT_EQ(found.marks[0].until_seconds, 2);
  EXPECT_EQ(found.marks[1].at_seconds, 0.5);
  EXPECT_EQ(found.marks[1].until_seconds, 1.5);
}

TEST_F(Aecg, FurtherSeriesAreNamed) {
  const Signal signal = read(series(set(noon, lead("I", "1")), "MEDIAN") + series(set(noon, lead("I", "2"))) +
                             series(set(noon, lead("I", "3"))));
  EXPECT_THAT(signal.source->read(0, 0, 1), ElementsAre(5));
  EXPECT_THAT(signal.remarks,
              ElementsAre("its further series MEDIAN is not read", "its further series RHYTHM is not read"));
}

TEST_F(Aecg, WhatDoesNotHoldTogetherIsRefusedInOneLine) {
  const std::string one = lead("I", "1 2");
  EXPECT_THAT(refusal(series("", "MEDIAN")), HasSubstr("has no rhythm series (its series are MEDIAN)"));
  EXPECT_THAT(refusal(series("")), HasSubstr("has a rhythm series without leads"));
  EXPECT_THAT(refusal(series(set(noon, lead("I", "")))), HasSubstr("has a rhythm series without values"));
  EXPECT_THAT(refusal(series(set(noon, lead("I", "1 x 2")))), HasSubstr("has a digit of lead 'I' that is no number"));
  EXPECT_THAT(refusal(series(set(noon, one, "0"))), HasSubstr("has a sample each 0 s"));
  EXPECT_THAT(refusal(series(set(noon, one, "abc"))), HasSubstr("has no number in an element 'increment'"));
  EXPECT_THAT(refusal(series(set("20201301120000", one))), HasSubstr("has no time in an element 'head'"));
  EXPECT_THAT(refusal(series(set(noon, one) + set(noon, one))), HasSubstr("has lead 'I' twice at one time"));
  EXPECT_THAT(refusal(series(set(noon, one) + set(later, one, "0.1"))), HasSubstr("of different rates"));
  EXPECT_THAT(refusal(series(set(noon, one) + set("9", one))), HasSubstr("in absolute and in relative time"));
  EXPECT_THAT(
      refusal(series(set("20200101120000+0000", one) + set("20200101123000", one) + set("20200101130000+0200", one))),
      HasSubstr("whose times contradict one another"));
  EXPECT_THAT(refusal(series(set(noon, one + lead("II", "1")))), HasSubstr("that are not equally long"));
  EXPECT_THAT(refusal(series(set(noon, lead("I", "1", "mV")))), HasSubstr("an origin and a scale of different units"));
  EXPECT_THAT(refusal(series("<component><sequenceSet>" + one + "</sequenceSet></component>")),
              HasSubstr("without a time sequence"));
  EXPECT_THAT(refusal(series(set(noon, lead("\xE4", "1")))), HasSubstr("is not UTF-8"));
  EXPECT_THAT(refusal("<component>"), HasSubstr("its XML does not parse"));
  write_file(folder_.path() / "b.xml", "<html/>");
  EXPECT_THAT(message_of([&] { read_aecg(folder_.path() / "b.xml"); }), HasSubstr("is no aECG"));
}

TEST_F(Aecg, EntitiesAreNotResolved) {
  write_file(folder_.path() / "b.xml", "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/hostname'>]><AnnotatedECG>" +
                                           series(set(noon, lead("I", "&e;"))) + "</AnnotatedECG>");
  EXPECT_THAT(message_of([&] { read_aecg(folder_.path() / "b.xml"); }), HasSubstr("number 1 is '&e;'"));
}

TEST_F(Aecg, WhatIsAboveTheLimitsIsRefused) {
  const fs::path far = file(series(set(noon, lead("I", "1")) + set("21000101120000", lead("I", "1"))));
  EXPECT_THAT(message_of([&] { read_aecg(far); }), HasSubstr("has too many samples"));
  const fs::path path = file(series(set(noon, lead("I", "1 2 3"))));
  EXPECT_THAT(message_of([&] { read_aecg(path, {.max_elements = 2}); }), HasSubstr("has too many samples"));
  EXPECT_THAT(message_of([&] { read_aecg(path, {.max_bytes = 99}); }), HasSubstr("is too large"));
  std::string nested;
  for (int i = 0; i < 100; ++i) nested += "<component><annotation>";
  for (int i = 0; i < 100; ++i) nested += "</annotation></component>";
  const fs::path deep =
      file(series(set(noon, lead("I", "1")) + "<subjectOf><annotationSet>" + nested + "</annotationSet></subjectOf>"));
  EXPECT_THAT(message_of([&] { read_aecg_annotations(deep); }), HasSubstr("nested too deep"));
}

TEST(Hl7Time, IsReadToItsPrecision) {
  EXPECT_EQ(hl7_time("20021122091000.122")->iso, "2002-11-22T09:10:00.122");
  EXPECT_EQ(hl7_time("200211220910-0530")->iso, "2002-11-22T09:10-05:30");
  EXPECT_EQ(hl7_time("20021122")->iso, "2002-11-22");
  EXPECT_FALSE(hl7_time("200211220910")->to_the_second);
  EXPECT_TRUE(hl7_time("20021122091000")->to_the_second);
  for (const char* text : {"", "abcd", "20021322", "20020230", "2002112224", "20021122091060", "20021122091000.",
                           "200211220910.5", "20021122091000+1", "20021122091000x", "2002112"}) {
    EXPECT_FALSE(hl7_time(text)) << text;
  }
  const auto zoned = hl7_time("20020101120000+0100"), other = hl7_time("20020101120000-0100");
  EXPECT_EQ(seconds_between(*zoned, *other), 7200);
  EXPECT_EQ(seconds_between(*zoned, *hl7_time("20020101120000.5")), 0.5);
}

}  // namespace
}  // namespace galen
