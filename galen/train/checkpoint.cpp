#include "galen/train/checkpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "galen/base/hash.h"
#include "galen/train/safetensors.h"

namespace galen {
namespace {

const std::string blank_checksum(64, '0');

Limits checkpoint_limits() {
  Limits limits;
  limits.max_bytes = 1ull << 40;
  limits.max_elements = 1ull << 36;
  return limits;
}

// The checksum is that of the file with zeros in place of the checksum itself.
std::span<std::byte> find_text(Bytes& bytes, std::string_view text) {
  const auto found = std::search(bytes.begin(), bytes.end(), as_bytes(text).begin(), as_bytes(text).end());
  if (found == bytes.end()) return {};
  return {&*found, text.size()};
}

void overwrite(std::span<std::byte> place, std::string_view text) {
  std::copy(as_bytes(text).begin(), as_bytes(text).end(), place.begin());
}

Checkpoint read_checkpoint(const fs::path& path) {
  const std::string where = path.string();
  Bytes bytes = read_bytes(path, checkpoint_limits());
  TensorFile file = parse_safetensors(bytes, where, checkpoint_limits());
  const auto checksum = file.metadata.find("checksum"), counters = file.metadata.find("galen");
  if (checksum == file.metadata.end() || counters == file.metadata.end()) throw Error(where, "is no checkpoint");
  const std::span<std::byte> place = find_text(bytes, checksum->second);
  if (place.size() != blank_checksum.size()) throw Error(where, "is damaged", "its checksum has another length");
  overwrite(place, blank_checksum);
  if (sha256(bytes) != checksum->second) throw Error(where, "is damaged", "its checksum does not fit");
  return {std::move(file.tensors), parse_json(counters->second, where)};
}

}  // namespace

void CheckpointStore::save(const Checkpoint& checkpoint) const {
  // The metadata comes first in the header, its keys sorted, so the first 64 zeros are those of "checksum".
  TensorFile file{checkpoint.state, {{"checksum", blank_checksum}, {"galen", checkpoint.counters.dump()}}};
  Bytes bytes = write_safetensors(file);
  const std::string checksum = sha256(bytes);
  overwrite(find_text(bytes, blank_checksum), checksum);
  std::error_code code;
  if (fs::exists(newest())) fs::rename(newest(), previous(), code);
  if (code) throw Error(newest().string(), "cannot be renamed", code.message());
  write_file(newest(), bytes);
}

std::optional<Checkpoint> CheckpointStore::load(Progress& progress) const {
  std::optional<Error> problem;
  for (const fs::path& path : {newest(), previous()}) {
    if (!fs::exists(path)) continue;
    try {
      return read_checkpoint(path);
    } catch (const Error& error) {
      problem = error;
      progress.say(fmt::format("{}; it is put aside", error.what()));
      std::error_code ignored;
      fs::rename(path, fs::path(path.string() + ".damaged"), ignored);
    }
  }
  if (problem) {
    throw Error(folder_.string(), "no checkpoint is good", problem->what(),
                "go on with --resume: this network begins anew, and what else is done stays");
  }
  return std::nullopt;
}

void CheckpointStore::clear() const {
  std::error_code ignored;
  fs::remove(newest(), ignored);
  fs::remove(previous(), ignored);
}

}  // namespace galen
