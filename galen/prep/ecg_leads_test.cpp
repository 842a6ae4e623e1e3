#include "galen/prep/ecg_leads.h"

#include <gtest/gtest.h>

#include "galen/data/memory_source.h"

namespace galen {
namespace {

TEST(EcgLeads, AreReadAtTheirOwnRateBesideSlowerChannels) {
  std::vector<std::vector<float>> samples = {{97, 98}, std::vector<float>(720), std::vector<float>(360)};
  for (std::size_t i = 0; i < 720; ++i) samples[1][i] = static_cast<float>(i);
  for (std::size_t i = 0; i < 360; ++i) samples[2][i] = static_cast<float>(1000 + i);
  Signal signal;
  signal.channels = {{"SpO2", "%", 1}, {"ECG II", "mV", 360}, {"ECG V1", "mV", 180}};
  signal.rate_hz = 1;
  signal.length = 2;
  signal.gaps = {{1, 1}};
  signal.source = std::make_shared<MemorySource>("made", samples);
  const Signal leads = leads_of(signal);
  ASSERT_EQ(leads.channels.size(), 2u);
  EXPECT_EQ(leads.channels[1].name, "ECG V1");
  EXPECT_EQ(leads.channels[0].samples_per_frame, 2);
  EXPECT_EQ(leads.channels[1].samples_per_frame, 1);
  EXPECT_EQ(leads.rate_hz, 180);
  EXPECT_EQ(leads.length, 360);
  EXPECT_EQ(leads.gaps.front().begin, 180);
  EXPECT_EQ(leads.gaps.front().count, 180);
  EXPECT_EQ(leads.seconds(), signal.seconds());
  const std::vector<std::vector<float>> read = read_leads(leads, {0, 1}, 100, 3);
  EXPECT_EQ(read[0], (std::vector<float>{200, 202, 204}));
  EXPECT_EQ(read[1], (std::vector<float>{1100, 1101, 1102}));
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
