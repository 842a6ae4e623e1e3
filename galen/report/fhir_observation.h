#pragma once
// Statements as Observations of HL7 FHIR R4 (hl7.org/fhir/R4/observation.html).
#include <optional>

#include "galen/data/finding.h"

namespace galen {

/// A Bundle of type collection: an Observation, status preliminary, for each statement with a value and a code. Its
/// value has the statement's UCUM unit; the interval is a component (Range), the calibrated probability another. A
/// heart rate (LOINC 8867-4) has the category vital-signs. No subject, no case id and no effective time: who it is of,
/// and of when, is for the caller to say, and R4's profile of vital signs wants both. Nothing when no statement has a
/// value and a code.
std::optional<Json> fhir_observations(const Finding& finding);

}  // namespace galen
