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
// ABDO is not among them: leads of foetal ECGs are called so.
constexpr std::array<std::string_view, 41> others = {
    "PLETH", "PPG",   "ABP",  "ART",     "BP",       "CVP",   "PAP",    "RESP",   "EEG",     "EOG",   "EMG",
    "ACC",   "SPO2",  "CO2",  "TEMP",    "STEP",     "FLOW",  "GSR",    "EDA",    "ICP",     "SOUND", "SAO2",
    "HR",    "PULSE", "THOR", "NASAL",   "SNORE",    "EVENT", "MARKER", "STATUS", "TRIGGER", "LIGHT", "CHIN",
    "LEG",   "TIB",   "EYE",  "LEFTEYE", "RIGHTEYE", "DX",    "SX",     "MIC"};
// Of the 10-20 system, and beside the eyes. C3 alone may be a chest lead; two of these in a row are an EEG.
constexpr std::array<std::string_view, 29> electrodes = {"FP1", "FP2", "FPZ", "F3", "F4", "F7", "F8", "FZ",  "C3", "C4",
                                                         "CZ",  "P3",  "P4",  "PZ", "O1", "O2", "OZ", "T3",  "T4", "T5",
                                                         "T6",  "A1",  "A2",  "M1", "M2", "E1", "E2", "ROC", "LOC"};

// Capitals, without "ECG", "lead" and what stands between words.
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

// "C4A1".
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

template <std::size_t N>
std::size_t nearest(const std::array<std::string_view, N>& names, const std::vector<std::string>& channels) {
  std::size_t best = channels.size(), best_rank = N;
  for (std::size_t i = 0; i < channels.size(); ++i) {
    if (const std::size_t r = rank(names, channels[i]); r < best_rank) best = i, best_rank = r;
  }
  return best;
}

}  // namespace

std::vector<std::size_t> choose_leads(const std::vector<Channel>& channels) {
  std::vector<std::string> names;
  names.reserve(channels.size());
  for (const Channel& channel : channels) names.push_back(plain(channel.name));
  std::vector<std::size_t> out;
  for (const std::size_t found : {nearest(limb, names), nearest(precordial, names)}) {
    if (found < names.size()) out.push_back(found);
  }
  // Those that say that they are an ECG come first; what is slower than the first lead is none.
  for (const bool said : {true, false}) {
    for (std::size_t i = 0; i < names.size() && out.size() < most_leads; ++i) {
      const bool slower = !out.empty() && channels[i].samples_per_frame < channels[out.front()].samples_per_frame;
      const bool taken = std::ranges::find(out, i) != out.end();
      if (says_ecg(channels[i].name) == said && !slower && !is_other(names[i]) && !taken) out.push_back(i);
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
    const std::int64_t per_frame = signal.channels[lead].samples_per_frame;
    std::vector<float> samples = signal.source->read(lead, begin * per_frame, count * per_frame);
    if (per_frame > 1) {
      for (std::int64_t i = 0; i < count; ++i) {
        samples[static_cast<std::size_t>(i)] = samples[static_cast<std::size_t>(i * per_frame)];
      }
      samples.resize(static_cast<std::size_t>(count));
    }
    out.push_back(std::move(samples));
  }
  return out;
}

}  // namespace galen
