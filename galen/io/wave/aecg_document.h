#pragma once
// The parts of an aECG that both its signal and its annotations need.
#include <optional>
#include <pugixml.hpp>
#include <string>
#include <vector>

#include "galen/base/files.h"
#include "galen/io/wave/hl7_time.h"

namespace galen {

/// Leads recorded simultaneously.
struct AecgSet {
  std::optional<Hl7Time> absolute;  ///< time of the first sample; nothing: relative is used
  double relative = 0;              ///< seconds
  double increment = 0;             ///< seconds
  std::vector<pugi::xml_node> leads;
};

class AecgDocument {
 public:
  /// Errors: as read_aecg, except those of the leads' values.
  AecgDocument(const fs::path& path, const Limits& limits);

  const std::string& where() const { return where_; }
  pugi::xml_node series() const { return series_; }
  const std::vector<AecgSet>& sets() const { return sets_; }
  const std::vector<std::string>& leads() const { return leads_; }  ///< in order of first appearance
  std::vector<std::string> left_aside() const;                      ///< remarks on the series that are not read

  /// Seconds on the signal's clock, whose 0 is the earliest sample.
  double seconds_of(const AecgSet& set) const;
  double seconds_of(const Hl7Time& time) const;  ///< Errors: the series has no absolute time.
  double seconds_of_relative(double seconds) const;
  /// When the first sample was taken; nothing: not stated.
  std::optional<Hl7Time> start() const;
  /// Duration of the series by its effectiveTime; nothing unless that states both ends.
  std::optional<double> stated_seconds() const;

  /// Checks text of the file that is to be kept. Errors: not UTF-8.
  std::string kept(const char* text) const;
  /// A physical quantity's value. Errors: not a number.
  double value_of(pugi::xml_node quantity) const;
  /// A physical quantity of time, in seconds. Errors: not a number, another unit.
  double time_of(pugi::xml_node quantity) const;
  /// Errors: not a time.
  Hl7Time point_of(pugi::xml_node point) const;

 private:
  void parse_sets();
  AecgSet parse_set(pugi::xml_node set) const;

  std::string where_;
  Bytes text_;  ///< document_ points into it
  pugi::xml_document document_;
  pugi::xml_node series_;
  std::vector<AecgSet> sets_;
  std::vector<std::string> leads_;
  const AecgSet* first_ = nullptr;
};

/// "MDC_ECG_LEAD_AVR" -> "aVR", "MDC_ECG_LEAD_II" -> "II"; other codes unchanged.
std::string aecg_lead_name(const std::string& code);

}  // namespace galen
