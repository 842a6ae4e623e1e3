#pragma once
// training.html: the curves of a training, as one self-contained page that is rewritten during training.
#include <string>
#include <vector>

#include "galen/base/json.h"

namespace galen {

/// lines: those of log.jsonl. Errors: the page cannot be written.
void write_training_page(const fs::path& path, const std::string& title, const std::vector<Json>& lines);

}  // namespace galen
