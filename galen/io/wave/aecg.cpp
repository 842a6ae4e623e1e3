#include "galen/io/wave/aecg.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "galen/base/error.h"
#include "galen/data/memory_source.h"
#include "galen/io/wave/aecg_document.h"
#include "galen/io/wave/wave_text.h"

namespace galen {
namespace {

constexpr float missing = std::numeric_limits<float>::quiet_NaN();

/// The numbers of a list of digits, without the comments in it.
std::vector<double> digits_of(pugi::xml_node digits, const std::string& where, const std::string& lead) {
  std::vector<double> out;
  for (const pugi::xml_node part : digits.children()) {
    const std::string_view text = part.value();
    if (part.type() != pugi::node_pcdata && part.type() != pugi::node_cdata) continue;
    constexpr std::string_view blanks = " \t\r\n";
    for (std::size_t at = text.find_first_not_of(blanks); at != text.npos; at = text.find_first_not_of(blanks, at)) {
      const std::size_t end = std::min(text.find_first_of(blanks, at), text.size());
      const std::string_view word = text.substr(at, end - at);
      const auto value = finite_number(word);
      if (!value) {
        throw Error(where, fmt::format("has a digit of lead '{}' that is no number", lead),
                    fmt::format("number {} is '{}'", out.size() + 1, shown(word)));
      }
      out.push_back(*value);
      at = end;
    }
  }
  return out;
}

/// One lead of a set: its physical values and their unit.
struct Sequence {
  std::string lead, unit;
  std::vector<double> values;
};

Sequence parse_sequence(const AecgDocument& document, pugi::xml_node node) {
  Sequence out;
  out.lead = aecg_lead_name(document.kept(node.child("code").attribute("code").value()));
  const pugi::xml_node value = node.child("value");
  const std::string type = document.kept(value.attribute("xsi:type").value());
  if (type != "SLIST_PQ") {
    throw Error(document.where(), fmt::format("has lead '{}' as a list of the type '{}'", out.lead, type),
                "SLIST_PQ is known");
  }
  const pugi::xml_node origin = value.child("origin"), scale = value.child("scale");
  const double at_zero = document.value_of(origin), per_digit = document.value_of(scale);
  out.unit = document.kept(scale.attribute("unit").value());
  if (out.unit != origin.attribute("unit").value()) {
    throw Error(document.where(), fmt::format("has lead '{}' with an origin and a scale of different units", out.lead));
  }
  out.values = digits_of(value.child("digits"), document.where(), out.lead);
  for (double& each : out.values) each = at_zero + per_digit * each;
  return out;
}

/// Places the leads of all sets on one timeline.
class Timeline {
 public:
  Timeline(const AecgDocument& document, const Limits& limits)
      : document_(document), limits_(limits), samples_(document.leads().size()) {
    for (const std::string& lead : document.leads()) signal_.channels.push_back({.name = lead, .unit = {}});
    signal_.rate_hz = 1 / document.sets().front().increment;
  }

  Signal signal() {
    for (const AecgSet& set : document_.sets()) add(set);
    for (auto& samples : samples_) samples.resize(static_cast<std::size_t>(signal_.length), missing);
    find_gaps();
    remark();
    signal_.source = std::make_shared<MemorySource>(document_.where(), std::move(samples_));
    return std::move(signal_);
  }

 private:
  void add(const AecgSet& set) {
    const double at = document_.seconds_of(set) * signal_.rate_hz;
    if (!(at < static_cast<double>(limits_.max_elements))) refuse_size();
    if (at <= -0.5) {  // zones count only between times that both state theirs
      throw Error(document_.where(), "has sequence sets whose times contradict one another",
                  "some state their zone and some do not");
    }
    const std::int64_t begin = std::llround(at);
    moved_ = std::max(moved_, std::abs(at - static_cast<double>(begin)));
    std::int64_t count = -1;
    for (const pugi::xml_node node : set.leads) {
      const Sequence sequence = parse_sequence(document_, node);
      const auto length = static_cast<std::int64_t>(sequence.values.size());
      if (count >= 0 && length != count) {
        throw Error(document_.where(), "has leads of one sequence set that are not equally long",
                    fmt::format("'{}' has {} values, the one before it {}", sequence.lead, length, count));
      }
      count = length;
      place(sequence, begin);
    }
    if (count > 0) parts_.push_back({begin, count});
  }

  void place(const Sequence& sequence, std::int64_t begin) {
    const auto channel =
        static_cast<std::size_t>(std::ranges::find(document_.leads(), sequence.lead) - document_.leads().begin());
    Channel& is = signal_.channels[channel];
    if (!is.unit.empty() && is.unit != sequence.unit) {
      throw Error(document_.where(), fmt::format("has lead '{}' in two units", sequence.lead));
    }
    is.unit = sequence.unit;
    const std::uint64_t end = static_cast<std::uint64_t>(begin) + sequence.values.size();
    if (end > limits_.max_elements / samples_.size()) refuse_size();
    std::vector<float>& samples = samples_[channel];
    samples.resize(std::max<std::size_t>(samples.size(), end), missing);
    for (std::size_t i = 0; i < sequence.values.size(); ++i) {
      float& sample = samples[static_cast<std::size_t>(begin) + i];
      if (!std::isnan(sample)) {
        throw Error(document_.where(), fmt::format("has lead '{}' twice at one time", sequence.lead));
      }
      sample = static_cast<float>(sequence.values[i]);
    }
    signal_.length = std::max(signal_.length, static_cast<std::int64_t>(end));
  }

  [[noreturn]] void refuse_size() const {
    throw Error(document_.where(), "has too many samples", fmt::format("the limit is {}", limits_.max_elements));
  }

  void find_gaps() {
    if (signal_.length == 0) throw Error(document_.where(), "has a rhythm series without values");
    std::ranges::sort(parts_, {}, &Gap::begin);
    std::int64_t end = 0;
    for (const Gap& part : parts_) {
      if (part.begin > end) signal_.gaps.push_back({end, part.begin - end});
      end = std::max(end, part.begin + part.count);
    }
  }

  void remark() {
    signal_.remarks = document_.left_aside();
    if (moved_ > 0.01) {
      signal_.remarks.push_back(
          fmt::format("sequence sets begin up to {:.6f} s beside the grid of samples, and are "
                      "moved onto it",
                      moved_ / signal_.rate_hz));
    }
    const auto stated = document_.stated_seconds();
    if (stated && std::abs(*stated - signal_.seconds()) > 1.5 / signal_.rate_hz) {
      signal_.remarks.push_back(
          fmt::format("its series lasts {} s by its times, its values {} s", *stated, signal_.seconds()));
    }
    const auto start = document_.start();
    if (!start) return;
    signal_.started_at = start->iso;
    if (const double later = document_.seconds_of(*start); later != 0) {
      signal_.remarks.push_back(fmt::format("its first sample lies {} s after its start", -later));
    }
    if (!start->to_the_second) signal_.remarks.emplace_back("its start is not stated to the second");
  }

  const AecgDocument& document_;
  const Limits& limits_;
  Signal signal_;
  std::vector<std::vector<float>> samples_;
  std::vector<Gap> parts_;  ///< where something was recorded
  double moved_ = 0;        ///< farthest that a set was moved, in samples
};

}  // namespace

Signal read_aecg(const fs::path& path, const Limits& limits) {
  const AecgDocument document(path, limits);
  return Timeline(document, limits).signal();
}

}  // namespace galen
