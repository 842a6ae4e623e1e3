#pragma once
// One patient's input data at one point in time.
#include <map>
#include <string>
#include <variant>

#include "galen/data/annotations.h"
#include "galen/data/signal.h"
#include "galen/data/volume.h"

namespace galen {

/// What a case may hold. A new kind of data becomes another alternative here.
using Input = std::variant<Volume, Signal, Annotations>;

struct Case {
  std::string id;
  std::string patient;
  std::map<std::string, Input> inputs;  ///< by role: "image", "prior_image", "signal"; also truth: "mask", "annotation"
  std::map<std::string, std::string> attributes;  ///< sex, age, site, laterality...; missing ones are absent
  std::map<std::string, std::string> hashes;      ///< SHA-256 of each input's file, by role

  /// Errors: the case has no such role, or its input is of another kind.
  const Volume& volume(const std::string& role) const;
  const Signal& signal(const std::string& role) const;
  const Annotations& annotations(const std::string& role) const;
};

}  // namespace galen
