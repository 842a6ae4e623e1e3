#include "galen/io/wave/aecg_document.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "galen/base/error.h"
#include "galen/base/text.h"
#include "galen/io/wave/aecg.h"
#include "galen/io/wave/wave_text.h"

namespace galen {
namespace {

const char* code_of(pugi::xml_node node) {
  return node.child("code").attribute("code").value();
}

bool is_rhythm(pugi::xml_node series) {
  return std::strcmp(code_of(series), "RHYTHM") == 0;
}

bool is_time(const char* code) {
  return std::strcmp(code, "TIME_ABSOLUTE") == 0 || std::strcmp(code, "TIME_RELATIVE") == 0;
}

}  // namespace

bool is_aecg(std::span<const std::byte> head) {
  return as_text(head.first(std::min<std::size_t>(head.size(), 4096))).find("<AnnotatedECG") != std::string_view::npos;
}

std::string aecg_lead_name(const std::string& code) {
  constexpr std::string_view prefix = "MDC_ECG_LEAD_";
  if (!code.starts_with(prefix)) return code;
  std::string name = code.substr(prefix.size());
  if (name == "AVR" || name == "AVL" || name == "AVF") name[0] = 'a';
  return name;
}

AecgDocument::AecgDocument(const fs::path& path, const Limits& limits)
    : where_(path.string()), text_(read_bytes(path, limits)) {
  // DOCTYPE declarations are skipped and entities stay unresolved: nothing outside the file is read.
  const pugi::xml_parse_result parsed = document_.load_buffer_inplace(text_.data(), text_.size());
  if (!parsed) {
    throw Error(where_, "is damaged: its XML does not parse",
                fmt::format("{} at byte {}", parsed.description(), parsed.offset));
  }
  const pugi::xml_node root = document_.child("AnnotatedECG");
  if (!root) throw Error(where_, "is no aECG", "its root is not AnnotatedECG");
  std::string others;
  for (const pugi::xml_node component : root.children("component")) {
    for (const pugi::xml_node series : component.children("series")) {
      if (!series_ && is_rhythm(series)) series_ = series;
      others += (others.empty() ? "" : ", ") + kept(code_of(series));
    }
  }
  if (!series_) {
    throw Error(where_, "has no rhythm series", others.empty() ? "it has no series" : "its series are " + others);
  }
  parse_sets();
}

void AecgDocument::parse_sets() {
  for (const pugi::xml_node component : series_.children("component")) {
    for (const pugi::xml_node set : component.children("sequenceSet")) {
      sets_.push_back(parse_set(set));
      for (const pugi::xml_node lead : sets_.back().leads) {
        const std::string name = aecg_lead_name(kept(code_of(lead)));
        if (std::ranges::find(leads_, name) == leads_.end()) leads_.push_back(name);
      }
    }
  }
  if (leads_.empty()) throw Error(where_, "has a rhythm series without leads");
  for (const AecgSet& set : sets_) {
    if (set.absolute.has_value() != sets_.front().absolute.has_value()) {
      throw Error(where_, "has sequence sets in absolute and in relative time");
    }
    if (std::abs(set.increment - sets_.front().increment) > 1e-9 * set.increment) {
      throw Error(where_, "has sequence sets of different rates",
                  fmt::format("a sample each {} and {} s", sets_.front().increment, set.increment));
    }
    const bool earlier =
        first_ != nullptr && (set.absolute && first_->absolute ? seconds_between(*first_->absolute, *set.absolute) < 0
                                                               : set.relative < first_->relative);
    if (first_ == nullptr || earlier) first_ = &set;
  }
}

AecgSet AecgDocument::parse_set(pugi::xml_node node) const {
  AecgSet set;
  bool timed = false;
  for (const pugi::xml_node component : node.children("component")) {
    for (const pugi::xml_node sequence : component.children("sequence")) {
      const char* code = code_of(sequence);
      if (!is_time(code)) {
        set.leads.push_back(sequence);
        continue;
      }
      if (timed) throw Error(where_, "has a sequence set with two time sequences");
      timed = true;
      const pugi::xml_node value = sequence.child("value");
      if (std::strcmp(code, "TIME_ABSOLUTE") == 0) {
        set.absolute = point_of(value.child("head"));
      } else {
        set.relative = time_of(value.child("head"));
      }
      set.increment = time_of(value.child("increment"));
    }
  }
  if (!timed) throw Error(where_, "has a sequence set without a time sequence", "its rate is not known");
  if (!(set.increment > 0)) throw Error(where_, fmt::format("has a sample each {} s", set.increment));
  return set;
}

std::vector<std::string> AecgDocument::left_aside() const {
  std::vector<std::string> remarks;
  for (const pugi::xml_node component : document_.child("AnnotatedECG").children("component")) {
    for (const pugi::xml_node series : component.children("series")) {
      if (series != series_) remarks.push_back(fmt::format("its further series {} is not read", kept(code_of(series))));
      for (const pugi::xml_node derivation : series.children("derivation")) {
        for (const pugi::xml_node derived : derivation.children("derivedSeries")) {
          remarks.push_back(fmt::format("its derived series {} is not read", kept(code_of(derived))));
        }
      }
    }
  }
  return remarks;
}

double AecgDocument::seconds_of(const AecgSet& set) const {
  if (set.absolute && first_->absolute) return seconds_between(*first_->absolute, *set.absolute);
  return set.relative - first_->relative;
}

double AecgDocument::seconds_of(const Hl7Time& time) const {
  const auto begin = start();
  if (!begin) throw Error(where_, "has an annotation in absolute time on a series in relative time");
  // If samples have relative times, the series begins at relative time 0.
  return seconds_between(*begin, time) - (first_->absolute ? 0 : first_->relative);
}

double AecgDocument::seconds_of_relative(double seconds) const {
  return first_->absolute ? seconds : seconds - first_->relative;
}

std::optional<Hl7Time> AecgDocument::start() const {
  if (first_->absolute) return first_->absolute;
  return hl7_time(series_.child("effectiveTime").child("low").attribute("value").value());
}

std::optional<double> AecgDocument::stated_seconds() const {
  const pugi::xml_node time = series_.child("effectiveTime");
  const auto low = hl7_time(time.child("low").attribute("value").value());
  const auto high = hl7_time(time.child("high").attribute("value").value());
  if (!low || !high || !low->to_the_second || !high->to_the_second) return std::nullopt;
  return seconds_between(*low, *high);
}

std::string AecgDocument::kept(const char* text) const {
  if (!is_utf8(text)) throw Error(where_, "is not UTF-8", {}, "save it as UTF-8");
  return text;
}

double AecgDocument::value_of(pugi::xml_node quantity) const {
  const char* const text = quantity.attribute("value").value();
  if (const auto value = finite_number(text)) return *value;
  throw Error(where_, fmt::format("has no number in an element '{}'", shown(quantity.name())),
              fmt::format("it says '{}'", shown(text)));
}

double AecgDocument::time_of(pugi::xml_node quantity) const {
  const double value = value_of(quantity);
  const std::string unit = quantity.attribute("unit").value();
  if (unit == "s") return value;
  if (unit == "ms") return value / 1e3;
  if (unit == "us") return value / 1e6;
  throw Error(where_, fmt::format("has a time in the unit '{}'", shown(unit)), "s, ms and us are known");
}

Hl7Time AecgDocument::point_of(pugi::xml_node point) const {
  const std::string_view text = point.attribute("value").value();
  const auto time = hl7_time(text);
  if (!time) {
    throw Error(where_, fmt::format("has no time in an element '{}'", point.name()),
                fmt::format("it says '{}'", shown(text)));
  }
  return *time;
}

}  // namespace galen
