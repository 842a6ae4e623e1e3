#include "galen/pipeline/predict.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <ctime>
#include <set>

#include "galen/base/json.h"
#include "galen/pipeline/load.h"
#include "galen/pipeline/precision_effect.h"

namespace galen {
namespace {

// Checksums have shown the bundle to be intact, so what is refused was made for another version of its task.
std::unique_ptr<Predictor> predictor_of(const Task& task, const PredictorRequest& request) {
  try {
    return task.predictor(request);
  } catch (Error& error) {
    const Bundle& bundle = *request.bundle;
    const auto maker = JsonView(bundle.training, "training").get<std::string>("galen_version", galen_version);
    const bool other = maker != galen_version || bundle.task_version != task.info().version;
    if (error.fault() != Fault::refused || !(other || error.where().starts_with("recipe"))) throw;
    const std::string by = other ? fmt::format("Galen {} ({} version {})", maker, bundle.task, bundle.task_version)
                                 : "another build of Galen " + maker;
    error.add_remedy(fmt::format("the bundle was made by {}: use that, or train it anew with this one", by));
    throw;
  }
}

[[noreturn]] void refuse_memory_limit(const Registry& registry, const Task& task) {
  std::vector<std::string> obeying;
  for (const auto& other : registry.tasks()) {
    if (other->info().limits_memory) obeying.push_back(other->info().name);
  }
  throw usage_error("--max-ram",
                    fmt::format("is obeyed by {} only, not by {}", fmt::join(obeying, ", "), task.info().name),
                    "leave it out");
}

Service open_nested(const Registry& registry, const std::shared_ptr<const Bundle>& bundle, Engine& engine,
                    const PredictOptions& options, std::set<std::string> callers) {
  const std::string where = "bundle " + bundle->id;
  if (!callers.insert(bundle->id).second) throw Error(where, "uses itself, through other bundles");
  const Task& task = registry.task(bundle->task);
  if (bundle->task_version > task.info().version) {
    throw Error(
        where, "was made by a newer Galen",
        fmt::format("{} version {}, this program has {}", bundle->task, bundle->task_version, task.info().version),
        "update Galen");
  }
  if (options.max_memory_bytes > 0 && !task.info().limits_memory) refuse_memory_limit(registry, task);
  PredictorRequest request{bundle, engine, options, {}};
  const Precision allowed = with_context(where, [&] { return fastest_within_limit(*bundle, engine); });
  if (options.precision == Precision::automatic) request.options.precision = allowed;
  for (const BundleUse& use : bundle->uses) {
    const auto used = with_context(where, [&] { return find_bundle(use.bundle); });
    if (used->hash != use.hash) {
      throw Error(where, fmt::format("uses '{}', which is another than it was made with", use.bundle),
                  fmt::format("hash {}, expected {}", used->hash.substr(0, 12), use.hash.substr(0, 12)));
    }
    request.used[use.role] = open_nested(registry, used, engine, options, callers).predictor;
  }
  Service service;
  service.bundle = bundle;
  service.task = &task;
  service.options = request.options;
  service.engine = engine.description();
  service.predictor = with_context(where, [&] { return predictor_of(task, request); });
  return service;
}

// Numbers may differ in the last digits between processors; texts, which repeat the numbers, are not compared.
void compare_json(const Json& is, const Json& must, const std::string& where) {
  constexpr double relative = 2e-2, absolute = 2e-3;
  if (is.is_number() && must.is_number()) {
    const double a = is.get<double>(), b = must.get<double>();
    if (std::abs(a - b) <= absolute + relative * std::abs(b)) return;
    throw Error(where, "differs from the golden finding", fmt::format("{} instead of {}", a, b));
  }
  if (is.type() != must.type() && !(is.is_number() && must.is_number())) {
    throw Error(where, "differs from the golden finding", fmt::format("{} instead of {}", is.dump(), must.dump()));
  }
  if (is.is_structured()) {
    if (is.size() != must.size()) throw Error(where, "differs from the golden finding", "another number of parts");
    for (const auto& item : must.items()) {
      const std::string place = where + "/" + item.key();
      if (is.is_array()) {
        compare_json(is[std::stoul(item.key())], item.value(), place);
      } else if (!is.contains(item.key())) {
        throw Error(place, "is missing; the golden finding has it");
      } else {
        compare_json(is[item.key()], item.value(), place);
      }
    }
  } else if (is != must && !where.ends_with("/text")) {
    throw Error(where, "differs from the golden finding", fmt::format("{} instead of {}", is.dump(), must.dump()));
  }
}

}  // namespace

Service open_service(const Registry& registry, const std::shared_ptr<const Bundle>& bundle, Engine& engine,
                     const PredictOptions& options) {
  return open_nested(registry, bundle, engine, options, {});
}

Finding Service::answer(const Case& input, Progress& progress) const {
  Finding finding = with_context("case " + input.id, [&] { return predictor->predict(input, progress); });
  finding.case_id = input.id;
  Provenance& p = finding.provenance;
  p.bundle = bundle->id;
  p.bundle_version = bundle->version;
  p.bundle_hash = bundle->hash;
  p.status = bundle->status;
  p.licence = bundle->licence;
  p.applies_to = bundle->applies_to;
  p.task = fmt::format("{} {}", bundle->task, task->info().version);
  p.engine = engine;
  p.galen_version = galen_version;
  p.seed = JsonView(bundle->recipe, "recipe.json").get<std::uint64_t>("seed", 0);
  p.time = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
  for (const auto& [role, hash] : input.hashes) p.input_hashes.emplace_back(role, hash);
  return finding;
}

int verify_goldens(const Service& service) {
  const std::vector<Golden> goldens = goldens_of(*service.bundle);
  for (const Golden& golden : goldens) {
    const std::string where = fmt::format("{}: golden '{}'", service.bundle->id, golden.name);
    const Json files = read_json(golden.folder / "case.json");
    std::map<std::string, fs::path> paths;
    for (const auto& [role, file] : files.items()) {
      paths[role] = golden.folder / JsonView(file, fmt::format("{}: {}", where, role)).as<std::string>();
    }
    const Case input = read_case(service.task->info().inputs, paths, golden.name);
    const Json must = read_json(golden.folder / "finding.json");
    const Json is = to_json(service.answer(input, no_progress()));
    for (const char* part : {"statements", "warnings"}) compare_json(is.at(part), must.at(part), where + ": " + part);
  }
  return static_cast<int>(goldens.size());
}

}  // namespace galen
