#include "galen/pipeline/fitted_on.h"

#include <set>

#include "galen/base/hash.h"

namespace galen {
namespace {

std::string hash_of(const Record& record) {
  return sha256(as_bytes(record.case_id + "\n" + record.patient)).substr(0, 8);
}

}  // namespace

Json fitted_on(const std::vector<Record>& records) {
  std::set<std::string> hashes;
  for (const Record& record : records) hashes.insert(hash_of(record));
  return hashes;
}

std::vector<bool> among_fitted(const Json& list, const std::vector<Record>& records) {
  std::set<std::string> hashes;
  if (list.is_array()) hashes = JsonView(list, "decision.fitted_on").as<std::set<std::string>>();
  std::vector<bool> out;
  for (const Record& record : records) out.push_back(hashes.contains(hash_of(record)));
  return out;
}

}  // namespace galen
