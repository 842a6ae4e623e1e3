#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "galen/base/error.h"
#include "galen/io/wave/aecg.h"
#include "galen/io/wave/aecg_document.h"

namespace galen {
namespace {

/// The region that an annotation refers to: seconds on the signal's clock, and a lead.
struct Region {
  std::optional<double> low, high;
  std::string lead;

  bool timed() const { return low || high; }
  void widen(const Region& other) {
    for (const auto& end : {other.low, other.high}) {
      if (!end) continue;
      low = low ? std::min(*low, *end) : *end;
      high = high ? std::max(*high, *end) : *end;
    }
  }
};

class Collector {
 public:
  Collector(const AecgDocument& document, const Limits& limits) : document_(document), limits_(limits) {}

  /// Collects the annotations directly below a node, and those inside them.
  void collect(pugi::xml_node node, const Region& around, int depth) {
    if (depth > limits_.max_depth) throw Error(document_.where(), "has annotations that are nested too deep");
    for (const pugi::xml_node component : node.children("component")) {
      for (const pugi::xml_node annotation : component.children("annotation")) {
        const Region own = own_region(annotation);
        Region span = own.timed() ? own : inner_region(annotation, depth);
        if (!span.timed()) span = around;
        marks.push_back(mark_of(annotation, own, span));
        if (marks.size() > limits_.max_elements) throw Error(document_.where(), "has too many annotations");
        collect(annotation, span, depth + 1);
      }
    }
  }

  std::vector<Mark> marks;

 private:
  double seconds(pugi::xml_node end, bool absolute) const {
    return absolute ? document_.seconds_of(document_.point_of(end))
                    : document_.seconds_of_relative(document_.time_of(end));
  }

  void add_boundary(pugi::xml_node boundary, Region& region) const {
    const std::string code = document_.kept(boundary.child("code").attribute("code").value());
    const bool absolute = code == "TIME_ABSOLUTE";
    if (!absolute && code != "TIME_RELATIVE") {
      region.lead = aecg_lead_name(code);
      return;
    }
    const pugi::xml_node value = boundary.child("value");
    const pugi::xml_node low = value.child("low"), high = value.child("high"), width = value.child("width");
    if (value.attribute("value")) region.low = region.high = seconds(value, absolute);
    if (const pugi::xml_node center = value.child("center")) region.low = region.high = seconds(center, absolute);
    if (low.attribute("value")) region.low = seconds(low, absolute);
    if (high.attribute("value")) region.high = seconds(high, absolute);
    if (region.low && !region.high && width.attribute("value")) {
      region.high = *region.low + document_.time_of(width);
    }
  }

  Region own_region(pugi::xml_node annotation) const {
    Region region;
    for (const pugi::xml_node support : annotation.children("support")) {
      for (const pugi::xml_node component : support.child("supportingROI").children("component")) {
        for (const pugi::xml_node boundary : component.children("boundary")) add_boundary(boundary, region);
      }
    }
    return region;
  }

  /// The span of all annotations inside an annotation.
  Region inner_region(pugi::xml_node annotation, int depth) const {
    Region region;
    if (depth > limits_.max_depth) return region;
    for (const pugi::xml_node component : annotation.children("component")) {
      for (const pugi::xml_node inside : component.children("annotation")) {
        const Region own = own_region(inside);
        region.widen(own.timed() ? own : inner_region(inside, depth + 1));
      }
    }
    return region;
  }

  Mark mark_of(pugi::xml_node annotation, const Region& own, const Region& span) const {
    const pugi::xml_node value = annotation.child("value");
    Mark mark;
    mark.at_seconds = span.low.value_or(span.high.value_or(0));
    mark.until_seconds = span.high.value_or(mark.at_seconds);
    if (mark.until_seconds < mark.at_seconds) {
      throw Error(document_.where(), "has an annotation that ends before it begins");
    }
    const pugi::xml_attribute code = value.attribute("code");
    mark.code = document_.kept(code ? code.value() : annotation.child("code").attribute("code").value());
    const auto add = [&](const std::string& text) {
      if (!text.empty()) mark.text += (mark.text.empty() ? "" : ", ") + text;
    };
    add(document_.kept(value.attribute("displayName").value()));
    if (value.attribute("value")) {
      const std::string unit = document_.kept(value.attribute("unit").value());
      add(document_.kept(value.attribute("value").value()) + (unit.empty() ? "" : " " + unit));
    }
    if (!code) add(document_.kept(value.child_value()));
    if (span.low && !span.high) add("onset");
    if (span.high && !span.low) add("offset");
    if (own.lead.empty()) return mark;
    add("lead " + own.lead);
    const auto found = std::ranges::find(document_.leads(), own.lead);
    if (found != document_.leads().end()) mark.channel = static_cast<int>(found - document_.leads().begin());
    return mark;
  }

  const AecgDocument& document_;
  const Limits& limits_;
};

}  // namespace

Annotations read_aecg_annotations(const fs::path& path, const Limits& limits) {
  const AecgDocument document(path, limits);
  Collector collector(document, limits);
  const double length = read_aecg(path, limits).seconds();
  for (const pugi::xml_node subject : document.series().children("subjectOf")) {
    for (const pugi::xml_node set : subject.children("annotationSet")) {
      collector.collect(set, {.low = 0, .high = length, .lead = {}}, 1);
    }
  }
  std::ranges::stable_sort(collector.marks, {}, &Mark::at_seconds);
  return {.rate_hz = 0, .marks = std::move(collector.marks)};
}

}  // namespace galen
