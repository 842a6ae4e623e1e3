#pragma once
// Statements as Observations of HL7 FHIR R4 (hl7.org/fhir/R4/observation.html).
#include <optional>

#include "galen/data/finding.h"

namespace galen {

/// A Bundle of type collection: an Observation, status preliminary, for each statement with a value and a code. Its
/// value has the statement's UCUM unit; the interval is a component (Range), the calibrated probability another. No
/// subject and no case id: who it is of is for the caller to say. Nothing when no statement has both.
std::optional<Json> fhir_observations(const Finding& finding);

}  // namespace galen
