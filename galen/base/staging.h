#pragma once
// Temporary names, beside their targets, for results that are not complete yet. A name identifies the process that
// writes it, so that leftovers of a killed process can be told from what another is still writing.
#include "galen/base/files.h"

namespace galen {

/// ".NAME.PROCESSES-PID.partial" beside the target, where PROCESSES identifies the host and PID namespace.
fs::path staging_path(const fs::path& target);

/// The name of a target that is being replaced, until the new one is in place.
fs::path set_aside_path(const fs::path& target);

/// The final name of a path, once everything that this process stages is in place; for messages.
fs::path settled_path(const fs::path& path);

/// True if something exists there, even a dangling link; false if the system does not let us look.
bool is_there(const fs::path& path);

/// True for the temporary name of a result that a process of this host was writing which no longer runs.
bool is_leftover(const fs::path& path);

/// Removes what processes of this host that no longer run left of this target; also what they set aside, once the
/// target exists again. Never what belongs to a running process or to another host. What cannot be removed stays.
void remove_leftovers(const fs::path& target);

}  // namespace galen
