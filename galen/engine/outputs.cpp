#include "galen/engine/outputs.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace galen {
namespace {

constexpr const char* remedy = "give a bundle whose networks were made for its task";

std::string description_of(const Tensor& tensor) {
  return fmt::format("{} {}", name_of(tensor.type()), to_string(tensor.shape()));
}

}  // namespace

void require_output(const Graph& network, const std::string& output) {
  if (std::ranges::find(network.outputs, output, &ValueInfo::name) != network.outputs.end()) return;
  std::vector<std::string> names;
  names.reserve(network.outputs.size());
  for (const ValueInfo& other : network.outputs) names.push_back(other.name);
  throw Error(fmt::format("network '{}'", network.name), fmt::format("has no output '{}'", output),
              fmt::format("its outputs: {}", fmt::join(names, ", ")), remedy);
}

std::span<const float> output_of(const std::map<std::string, Tensor>& outputs, const std::string& name,
                                 const Shape& shape) {
  const std::string where = fmt::format("output '{}'", name);
  const auto found = outputs.find(name);
  if (found == outputs.end()) throw Error(where, "is not among those of the network", {}, remedy);
  if (found->second.type() != Scalar::f32 || found->second.shape() != shape) {
    throw Error(where, fmt::format("is {}", description_of(found->second)),
                fmt::format("f32 {} is expected", to_string(shape)), remedy);
  }
  return found->second.values<float>();
}

}  // namespace galen
