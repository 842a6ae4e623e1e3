#pragma once
// Statements as Observations of HL7 FHIR R4 (hl7.org/fhir/R4/observation.html).
#include <optional>

#include "galen/data/finding.h"

namespace galen {

/// A Bundle of type collection: an Observation, status preliminary, for each statement with a value and a code. Its
/// value has the statement's UCUM unit; the interval is a component (Range), the calibrated probability another. A
/// heart rate (LOINC 8867-4) has the category vital-signs. Subject, case id and effective time are left out: the caller
/// must add subject and time, which R4's vital signs profile requires. Empty if no statement has a value and a code.
std::optional<Json> fhir_observations(const Finding& finding);

}  // namespace galen
