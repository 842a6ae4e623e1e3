#pragma once
// Names for results that are not whole yet, beside their targets. The name says who writes it, so that what a killed
// process left can be told from what another is writing now.
#include "galen/base/files.h"

namespace galen {

/// ".NAME.PROCESSES-PID.partial" beside the target, where PROCESSES stands for this host's (or container's) numbering.
fs::path staging_path(const fs::path& target);

/// What a target that is being replaced is called until the new one stands in its place.
fs::path set_aside_path(const fs::path& target);

/// What a path is called once all that this process stages is in place: for messages.
fs::path settled_path(const fs::path& path);

/// Something stands there, even a link to nothing. What the system does not let see is not there.
bool is_there(const fs::path& path);

/// Removes what processes left of this target that no longer run here; also what they set aside, once there is a target
/// again. Never what belongs to a process that runs, or to one of another host. What cannot be removed stays.
void remove_leftovers(const fs::path& target);

}  // namespace galen
