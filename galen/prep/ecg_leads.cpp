#include "galen/prep/ecg_leads.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include "galen/base/error.h"
#include "galen/base/text.h"
#include "galen/data/chosen_channels.h"

namespace galen {
namespace {

constexpr std::array<std::string_view, 11> limb = {"MLII", "II",  "ML2",   "D2",  "I",  "MLI",
                                                   "AVF",  "III", "MLIII", "AVL", "AVR"};
constexpr std::array<std::string_view, 8> precordial = {"V1", "MV1", "MCL1", "V2", "V5", "V4", "V3", "V6"};
// ABDO is not listed: leads of foetal ECGs have that name.
constexpr std::array<std::string_view, 51> others = {
    "PLETH", "PPG",   "ABP",  "ART",     "BP",       "CVP",   "PAP",    "RESP",   "EEG",     "EOG",   "EMG",
    "ACC",   "SPO2",  "CO2",  "TEMP",    "STEP",     "FLOW",  "GSR",    "EDA",    "ICP",     "SOUND", "SAO2",
    "HR",    "PULSE", "THOR", "NASAL",   "SNORE",    "EVENT", "MARKER", "STATUS", "TRIGGER", "LIGHT", "CHIN",
    "LEG",   "TIB",   "EYE",  "LEFTEYE", "RIGHTEYE", "DX",    "SX",     "MIC",    "UAP",     "UVP",   "FAP",
    "BAP",   "RAP",   "LAP",  "AO",      "SO2",      "SV",    "TIME"};
// Units of pressures, shares, rates, temperatures, impedances, volumes, flows, accelerations and times: UCUM codes, and
// spellings of files whose units are read unchanged.
constexpr std::array<std::string_view, 17> other_units = {"mm[Hg]", "mmHg", "cm[H2O]", "cmH2O", "kPa",    "%",
                                                          "/min",   "bpm",  "Cel",     "degC",  "[degF]", "Ohm",
                                                          "L",      "mL",   "L/min",   "m/s2",  "s"};
// Electrodes of the 10-20 and 10-10 systems, and beside the eyes. C3 alone may be a chest lead; two of these names in a
// row are an EEG. Not C1, C2, C5 and C6, which are chest electrodes too (IEC 60601-2-25).
constexpr std::array<std::string_view, 48> electrodes = {
    "FP1", "FP2", "FPZ", "F3",  "F4",   "F7",  "F8",   "FZ",  "C3",  "C4",  "CZ",  "P3",  "P4",  "PZ",  "O1",  "O2",
    "OZ",  "T3",  "T4",  "T5",  "T6",   "A1",  "A2",   "M1",  "M2",  "E1",  "E2",  "ROC", "LOC", "T7",  "T8",  "P7",
    "P8",  "F9",  "F10", "FT9", "FT10", "TP9", "TP10", "FC1", "FC2", "FC5", "FC6", "CP1", "CP2", "CP5", "CP6", "REF"};

// Upper case, without separators or a leading "ECG", "EKG" or "LEAD".
std::string plain(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0)
      out += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  for (const std::string_view word : {"ECG", "EKG", "LEAD"}) {
    if (out.starts_with(word) && out.size() > word.size()) out.erase(0, word.size());
  }
  return out;
}

bool says_ecg(const std::string& name) {
  const std::string small = lowered(name);
  return small.find("ecg") != small.npos || small.find("ekg") != small.npos;
}

// Whether a name is that of two electrodes: "C4A1".
bool is_derivation(std::string_view name) {
  return std::ranges::any_of(electrodes, [&](std::string_view one) {
    return name.starts_with(one) && std::ranges::find(electrodes, name.substr(one.size())) != electrodes.end();
  });
}

bool is_other(std::string_view name) {
  return is_derivation(name) ||
         std::ranges::any_of(others, [&](std::string_view other) { return name.starts_with(other); });
}

template <std::size_t N>
std::size_t rank(const std::array<std::string_view, N>& names, const std::string& name) {
  return static_cast<std::size_t>(std::ranges::find(names, name) - names.begin());
}

/// Of the channels that fit, the one whose name comes first in `names`; channels.size(): none.
template <std::size_t N>
std::size_t nearest(const std::array<std::string_view, N>& names, const std::vector<std::string>& channels,
                    const auto& fits) {
  std::size_t best = channels.size(), best_rank = N;
  for (std::size_t i = 0; i < channels.size(); ++i) {
    if (const std::size_t r = rank(names, channels[i]); r < best_rank && fits(i)) best = i, best_rank = r;
  }
  return best;
}

}  // namespace

std::vector<std::size_t> choose_leads(const std::vector<Channel>& channels) {
  std::vector<std::string> names;
  names.reserve(channels.size());
  for (const Channel& channel : channels) names.push_back(plain(channel.name));
  std::vector<std::size_t> out;
  const auto fits = [&](std::size_t i) {
    const bool one_rate = out.empty() || channels[i].samples_per_frame == channels[out.front()].samples_per_frame;
    const bool other_unit = std::ranges::find(other_units, channels[i].unit) != other_units.end();
    return one_rate && !other_unit && std::ranges::find(out, i) == out.end();
  };
  if (const std::size_t found = nearest(limb, names, fits); found < names.size()) out.push_back(found);
  if (const std::size_t found = nearest(precordial, names, fits); found < names.size()) out.push_back(found);
  // Channels named as an ECG come first.
  for (const bool said : {true, false}) {
    for (std::size_t i = 0; i < names.size() && out.size() < most_leads; ++i) {
      if (says_ecg(channels[i].name) == said && !is_other(names[i]) && fits(i)) out.push_back(i);
    }
  }
  if (out.empty()) {
    std::string there;
    for (const Channel& channel : channels) there += (there.empty() ? "" : ", ") + channel.name;
    throw Error("signal", "has no ECG lead", fmt::format("its channels are {}", there), "give a recording with an ECG");
  }
  return out;
}

Signal leads_of(const Signal& signal) {
  return chosen_channels(signal, choose_leads(signal.channels));
}

std::vector<std::vector<float>> read_leads(const Signal& signal, const std::vector<std::size_t>& leads,
                                           std::int64_t begin, std::int64_t count) {
  std::vector<std::vector<float>> out;
  out.reserve(leads.size());
  for (const std::size_t lead : leads) {
    if (signal.channels[lead].samples_per_frame != 1) throw defect("read_leads", "a lead is faster than its signal");
    out.push_back(signal.source->read(lead, begin, count));
  }
  return out;
}

}  // namespace galen
