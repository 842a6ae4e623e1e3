#include "galen/prep/ecg_leads.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "galen/base/message_test.h"
#include "galen/data/memory_source.h"

namespace galen {
namespace {

TEST(EcgLeads, AreReadAtTheirOwnRateBesideSlowerChannels) {
  std::vector<std::vector<float>> samples = {{97, 98}, std::vector<float>(720), std::vector<float>(720)};
  for (std::size_t i = 0; i < 720; ++i) {
    samples[1][i] = static_cast<float>(i);
    samples[2][i] = static_cast<float>(1000 + i);
  }
  Signal signal;
  signal.channels = {{"SpO2", "%", 1}, {"ECG II", "mV", 360}, {"ECG V1", "mV", 360}};
  signal.rate_hz = 1;
  signal.length = 2;
  signal.gaps = {{1, 1}};
  signal.source = std::make_shared<MemorySource>("made", samples);
  const Signal leads = leads_of(signal);
  ASSERT_EQ(leads.channels.size(), 2u);
  EXPECT_EQ(leads.channels[1].name, "ECG V1");
  EXPECT_EQ(leads.channels[0].samples_per_frame, 1);
  EXPECT_EQ(leads.channels[1].samples_per_frame, 1);
  EXPECT_EQ(leads.rate_hz, 360);
  EXPECT_EQ(leads.length, 720);
  EXPECT_EQ(leads.gaps.front().begin, 360);
  EXPECT_EQ(leads.gaps.front().count, 360);
  EXPECT_EQ(leads.seconds(), signal.seconds());
  const std::vector<std::vector<float>> read = read_leads(leads, {0, 1}, 100, 3);
  EXPECT_EQ(read[0], (std::vector<float>{100, 101, 102}));
  EXPECT_EQ(read[1], (std::vector<float>{1100, 1101, 1102}));
  EXPECT_THAT(message_of([&] { read_leads(signal, {1}, 0, 1); }), testing::HasSubstr("a lead is faster"));
}

// The faster channel would be decimated without an anti-aliasing filter.
TEST(EcgLeads, AreOfOneRate) {
  using Leads = std::vector<std::size_t>;
  EXPECT_EQ(choose_leads({{"ECG II", "mV", 360}, {"ECG V1", "mV", 180}}), Leads{0});
  EXPECT_EQ(choose_leads({{"ECG V1", "mV", 360}, {"ECG II", "mV", 180}}), Leads{1});
  EXPECT_EQ(choose_leads({{"II", "mV", 360}, {"V1", "mV", 180}, {"V5", "mV", 360}}), (Leads{0, 2}));
  EXPECT_EQ(choose_leads({{"ECG1", "mV", 2}, {"ECG2", "mV", 4}, {"ECG3", "mV", 2}}), (Leads{0, 2}));
}

TEST(EcgLeads, AreNoElectrodesOfAnEeg) {
  using Leads = std::vector<std::size_t>;
  // CHB-MIT, and a longer montage.
  EXPECT_EQ(choose_leads({{"FP1-F7", "uV"},
                          {"F7-T7", "uV"},
                          {"T7-P7", "uV"},
                          {"P7-O1", "uV"},
                          {"T7-FT9", "uV"},
                          {"FT9-FT10", "uV"},
                          {"FT10-T8", "uV"},
                          {"T8-P8", "uV"},
                          {"FC5-CP1", "uV"},
                          {"ECG", "uV"}}),
            Leads{9});
  EXPECT_EQ(choose_leads({{"C1-C2", "mV"}, {"C5-C6", "mV"}}), (Leads{0, 1}));  // chest electrodes (IEC)
}

TEST(EcgLeads, AreNeitherPressuresNorTimesByNameOrUnit) {
  using Leads = std::vector<std::size_t>;
  for (const char* other : {"UAP", "UVP", "FAP", "BAP", "RAP", "LAP", "Ao", "SO2", "SV", "time", "Timestamp"})
    EXPECT_EQ(choose_leads({{other, "mV"}, {"lead", "mV"}}), Leads{1}) << other;
  for (const char* unit :
       {"mm[Hg]", "mmHg", "cm[H2O]", "kPa", "%", "/min", "Cel", "[degF]", "Ohm", "L", "mL", "L/min", "m/s2", "s"}) {
    EXPECT_EQ(choose_leads({{"P1", unit}, {"V", unit}, {"II", unit}, {"lead", "uV"}}), Leads{3}) << unit;
  }
  EXPECT_EQ(choose_leads({{"A", ""}, {"B", "1"}}), (Leads{0, 1}));
}

TEST(EcgLeads, AreTheOnesThatSaySoAndNotWhatElseAPolysomnogramHolds) {
  using Leads = std::vector<std::size_t>;
  EXPECT_EQ(choose_leads({{"SaO2", "%", 1}, {"H.R.", "", 1}, {"EEG", "uV", 125}, {"ECG", "mV", 250}}), Leads{3});
  EXPECT_EQ(choose_leads({{"Thorax", "", 1}, {"Abdomen", "", 1}, {"ECG", "mV", 1}}),
            (Leads{2, 1}));  // ABDO: may be foetal
  EXPECT_EQ(choose_leads({{"II", "mV", 250}, {"Position", "", 1}}), Leads{0});
  EXPECT_EQ(choose_leads({{"A", "mV"}, {"B", "mV"}}), (Leads{0, 1}));
  EXPECT_EQ(
      choose_leads({{"Fp2-F4", "uV"}, {"C4-A1", "uV"}, {"ROC-LOC", "uV"}, {"ECG1-ECG2", "mV"}, {"DX1-DX2", "uV"}}),
      Leads{3});
  EXPECT_EQ(choose_leads({{"Lefteye", ""}, {"C3A2", ""}, {"C4A1", ""}, {"ECG", ""}}), Leads{3});
}

}  // namespace
}  // namespace galen
