#include "galen/train/train_bundle.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "galen/base/hash.h"
#include "galen/base/threads.h"
#include "galen/base/upper_median.h"
#include "galen/pipeline/precision_effect.h"
#include "galen/pipeline/predict.h"
#include "galen/train/description.h"
#include "galen/train/golden_files.h"
#include "galen/train/member.h"
#include "galen/train/pace.h"
#include "galen/train/protocol.h"
#include "galen/train/record_file.h"
#include "galen/train/work_folder.h"

namespace galen {
namespace {

/// One outer fold, or the dataset's own splits: its networks answer together.
struct Group {
  std::string name;
  int fold = -1;  ///< -1: the dataset's own splits
  std::vector<Member> members;
  fs::path folder;
  fs::path records_file() const { return folder / "records.jsonl"; }
  fs::path report_file() const { return folder / "report.jsonl"; }  ///< without folds: the test split's
  /// The records that scores are of, once all are written.
  fs::path scored_file() const { return fs::exists(report_file()) ? report_file() : records_file(); }
  /// Of the same cases in a precision lower than f32.
  fs::path lower_file(Precision lower) const { return folder / fmt::format("records.{}.jsonl", name_of(lower)); }
};

class BundleRun {
 public:
  BundleRun(const Task& task, const Recipe& recipe, const Dataset& dataset, const LoadCase& load,
            GradientEngine& gradients, Engine& engine, const TrainOptions& options, Progress& progress)
      : task_(task),
        recipe_(recipe),
        whole_(dataset),
        pool_(options.folds > 0 ? without_test(dataset) : dataset),
        load_(load),
        gradients_(gradients),
        engine_(engine),
        options_(options),
        progress_(progress),
        work_(work_folder(options)) {}

  void run() {
    check_options();
    const std::vector<Group> wanted = groups(options_.only_folds);
    std::vector<Sides> sides;
    sides.reserve(wanted.size());
    for (const Group& group : wanted) sides.push_back(sides_of(group));  // too few patients are told before all else
    const WorkFolder work(work_,
                          {{"identity", identity()},
                           {"dataset", whole_.name},
                           {"folds", options_.folds},
                           {"seeds", options_.seeds},
                           {"recipe", to_json(recipe_)}},
                          options_.resume);
    try {
      const double limit_seconds = limit_of_each(wanted);
      for (std::size_t i = 0; i < wanted.size(); ++i) train_group(wanted[i], sides[i], limit_seconds);
      finish();
    } catch (const Error& error) {
      if (error.fault() != Fault::interrupted) work.remove_if_nothing_is_done();
      throw;
    }
  }

 private:
  // --- before hours are spent ---

  void check_options() const {
    if (options_.folds == 1 || options_.folds < 0) throw usage_error("--folds", "must be 2 or more");
    if (options_.seeds < 1) throw usage_error("--seeds", "must be 1 or more");
    if (options_.folds == 0 && !options_.only_folds.empty()) {
      throw usage_error("--only-folds", "means nothing without --folds", "say how many folds there are");
    }
    if (options_.refit && options_.folds == 0) throw usage_error("--refit", "means nothing without --folds");
    for (const int fold : options_.only_folds) {
      if (fold < 0 || fold >= options_.folds) {
        throw usage_error("--only-folds", fmt::format("there is no fold {}", fold),
                          fmt::format("they are 0 to {}", options_.folds - 1));
      }
    }
    check_places(options_);
    if (fs::exists(options_.target) && !options_.force && !is_ours(options_.target)) {
      throw target_exists(options_.target);
    }
    if (recipe_.task != task_.info().name) throw defect("train_bundle", "the recipe is of another task");
  }

  /// What makes this training this one.
  std::string identity() const {
    Json recipe = to_json(recipe_);
    recipe.erase("bundle");  // words change no weights
    const Json json = {{"recipe", recipe},           {"task_version", task_.info().version},
                       {"data", whole_.fingerprint}, {"folds", options_.folds},
                       {"seeds", options_.seeds},    {"start", options_.start_name}};
    return sha256(as_bytes(json.dump()));
  }

  /// A bundle of earlier folds of this very training may be replaced by a resumed one.
  bool is_ours(const fs::path& target) const {
    if (!fs::exists(target / "bundle.json")) return false;
    const Json bundle = read_json(target / "bundle.json");
    return bundle.contains("training") && bundle["training"].value("identity", "") == identity();
  }

  std::vector<Group> groups(const std::vector<int>& only) const {
    std::vector<Group> out;
    for (int fold = 0; fold < std::max(1, options_.folds); ++fold) {
      if (!only.empty() && std::find(only.begin(), only.end(), fold) == only.end()) continue;
      out.push_back(options_.folds > 0 ? group_of(fmt::format("fold-{}", fold), fold) : group_of("splits", -1));
    }
    return out;
  }

  Group group_of(const std::string& name, int fold) const {
    Group group{name, fold, {}, work_ / name};
    for (int s = 0; s < options_.seeds; ++s) {
      const bool one = options_.seeds == 1;
      group.members.push_back({one ? name : fmt::format("{}-seed-{}", name, s + 1),
                               recipe_.seed + static_cast<std::uint64_t>(s),
                               one ? group.folder : group.folder / fmt::format("seed-{}", s + 1)});
    }
    return group;
  }

  // --- one fold ---

  Sides sides_of(const Group& group) const {
    return group.fold >= 0 ? sides_of_fold(pool_, options_.folds, group.fold, recipe_.schedule, recipe_.seed)
                           : sides_of_splits(pool_, recipe_.seed);
  }

  double limit_of_each(const std::vector<Group>& groups) const {
    std::vector<bool> done;
    for (const Group& group : groups) {
      for (const Member& member : group.members) done.push_back(member.done());
    }
    return galen::limit_of_each(options_.time_limit_seconds, done);
  }

  void train_group(const Group& group, const Sides& sides, double limit_seconds) {
    if (fs::exists(group.records_file())) {
      progress_.say(fmt::format("{}: done before", group.name));
      return;
    }
    train_members(group, recipe_, sides, limit_seconds);
    examine(group, sides);
  }

  void train_members(const Group& group, const Recipe& recipe, const Sides& sides, double limit_seconds) {
    for (const Member& member : group.members) {
      LoopOptions loop;
      loop.folder = member.folder;
      loop.resume = options_.resume;
      loop.identity = fmt::format("{} {}", identity(), member.name);
      loop.title = fmt::format("{}: {}", recipe_.bundle.value("id", recipe_.task), member.name);
      loop.time_limit_seconds = limit_seconds;
      loop.workers = options_.workers;
      loop.trainable = options_.trainable;
      loop.start = options_.start ? &*options_.start : nullptr;
      train_member(member, {task_, recipe, pool_, load_, sides, gradients_, engine_, loop, options_.start_bundle.get(),
                            progress_});
    }
  }

  // On all patients, for as many epochs as the folds kept (their median); nothing is left to choose on.
  Group refitted(const std::vector<Group>& folds) {
    std::vector<int> epochs;
    for (const Group& group : folds) {
      for (const Member& member : group.members) epochs.push_back(facts_of(member).training.at("kept_epoch"));
    }
    Recipe recipe = recipe_;
    recipe.schedule.epochs = upper_median(std::move(epochs));
    recipe.schedule.keep = "last";
    recipe.schedule.patience = 0;
    Sides sides;
    for (const DatasetRow& row : pool_.rows) sides.train.push_back(&row);
    Group all = group_of("all", -1);
    train_members(all, recipe, sides, 0);
    return all;
  }

  void examine(const Group& group, const Sides& sides) {
    const std::shared_ptr<const Bundle> bundle = temporary_bundle(blank_bundle({group}), {group}, group.folder);
    const bool reports = group.fold < 0 && !sides.report.empty();
    const Rows& concluding = sides.conclude.empty() ? sides.validate : sides.conclude;
    for (const Precision lower : lower_precisions()) {
      progress_.say(fmt::format("{}: examined in {} too", group.name, name_of(lower)));
      const std::unique_ptr<Predictor> predictor = predictor_of(bundle, lower);
      write_records(group.lower_file(lower),
                    examine_rows(*predictor, reports ? sides.report : concluding, load_, progress_));
    }
    const std::unique_ptr<Predictor> predictor = predictor_of(bundle, Precision::f32);
    const auto judge = [&](const Rows& rows, const fs::path& file) {
      const Examination examined = examine_rows(*predictor, rows, load_, progress_);
      for (const FailedCase& failed : examined.failed) {
        progress_.say(fmt::format("not counted: {}", failed.error.what()));
      }
      write_records(file, examined);
    };
    if (reports) judge(sides.report, group.report_file());
    judge(concluding, group.records_file());  // last: a group that has it is done
    fs::remove_all(bundle->folder);
  }

  std::vector<Precision> lower_precisions() const {
    std::vector<Precision> out = engine_.native_precisions();
    std::erase(out, Precision::f32);
    return out;
  }

  std::unique_ptr<Predictor> predictor_of(std::shared_ptr<const Bundle> bundle, Precision precision) const {
    PredictOptions options;
    options.precision = precision;
    return task_.predictor({std::move(bundle), engine_, options, {}});
  }

  // --- the bundle ---

  void finish() {
    std::vector<Group> done = groups({});
    std::erase_if(done, [](const Group& group) { return !fs::exists(group.records_file()); });
    const bool refits = options_.refit && std::ssize(done) == options_.folds;
    if (options_.refit && !refits) progress_.say("not refitted yet: folds are missing");
    write(done, refits ? std::vector{refitted(done)} : done);
  }

  Bundle blank_bundle(const std::vector<Group>& groups) const {
    Bundle bundle;
    describe(bundle, task_.info(), recipe_, whole_);
    bundle.reference["members"] = Json::array();
    for (const Group& group : groups) {
      for (const Member& member : group.members) {
        bundle.networks[trained_network].push_back(member.name + ".onnx");
        bundle.reference["members"].push_back(facts_of(member).reference);
      }
    }
    return bundle;
  }

  static BundleFiles files_of(const std::vector<Group>& groups) {
    BundleFiles files;
    for (const Group& group : groups) {
      for (const Member& member : group.members) {
        files.networks[member.name + ".onnx"] = read_onnx(member.network_file());
      }
    }
    return files;
  }

  /// Predictors work from bundles on disk, with weights as they will be kept: so does examining.
  static std::shared_ptr<const Bundle> temporary_bundle(const Bundle& bundle, const std::vector<Group>& groups,
                                                        const fs::path& folder) {
    write_bundle(bundle, files_of(groups), folder / "bundle", true);
    return open_bundle(folder / "bundle");
  }

  /// done: whose records count; kept: whose networks the bundle holds.
  void write(const std::vector<Group>& done, const std::vector<Group>& kept) {
    Bundle bundle = blank_bundle(kept);
    const Examination judged = pooled(done, &Group::records_file);
    if (judged.records.empty())
      throw Error(options_.target.string(), "no case could be examined", first_failure(judged));
    progress_.say("concluding: calibration, decisions, coverage");
    task_.conclude(bundle, judged.records);
    bundle.training = training_section(done);
    bundle.results = results_section(bundle, done);
    bundle.precisions = precisions_section(bundle, done);
    if (kept.front().name != done.front().name) say_refitted(bundle, kept);

    const std::shared_ptr<const Bundle> finished = temporary_bundle(bundle, kept, work_);
    BundleFiles files = files_of(kept);
    files.others = golden_files(task_.goldens(bundle), *predictor_of(finished, Precision::f32));
    write_bundle(bundle, files, options_.target, options_.force || options_.resume);
    fs::remove_all(work_ / "bundle");
    progress_.say(fmt::format("{}: {} networks", options_.target.string(), files.networks.size()));
  }

  static Examination pooled(const std::vector<Group>& groups, const std::function<fs::path(const Group&)>& file) {
    Examination out;
    for (const Group& group : groups) {
      Examination part = read_records(file(group));
      std::move(part.records.begin(), part.records.end(), std::back_inserter(out.records));
      std::move(part.failed.begin(), part.failed.end(), std::back_inserter(out.failed));
    }
    return out;
  }

  static void say_refitted(Bundle& bundle, const std::vector<Group>& kept) {
    for (const Member& member : kept.front().members) {
      bundle.training["members"].push_back(facts_of(member).training);
      bundle.training["hours"] =
          bundle.training.value("hours", 0.0) + bundle.training["members"].back().value("hours", 0.0);
    }
    bundle.results["protocol"] = protocol_of_refitted(bundle.results.at("protocol").get<std::string>());
  }

  static std::string first_failure(const Examination& judged) {
    return judged.failed.empty() ? "" : judged.failed.front().error.what();
  }

  Json training_section(const std::vector<Group>& done) const {
    Json out = {{"dataset", whole_.name}, {"source", whole_.source}, {"dataset_fingerprint", whole_.fingerprint}};
    out["members"] = Json::array();
    double hours = 0;
    for (const Group& group : done) {
      for (const Member& member : group.members) {
        out["members"].push_back(facts_of(member).training);
        hours += out["members"].back().value("hours", 0.0);
      }
    }
    out["hours"] = hours;
    out["machine"] = processor();
    out["threads"] = thread_count();
    out["gradients"] = gradients_.description();
    out["precision"] = options_.trainable.bf16 ? "bf16" : "f32";
    if (!options_.start_name.empty()) out["start"] = options_.start_name;
    out["galen_version"] = galen_version;
    out["identity"] = identity();
    return out;
  }

  Json results_section(const Bundle& bundle, const std::vector<Group>& done) const {
    Examination judged;
    if (options_.folds > 0 || fs::exists(done.front().report_file())) judged = pooled(done, &Group::scored_file);
    std::set<std::string> patients;
    for (const Record& record : judged.records) patients.insert(record.patient);
    Json out = Json::object();
    out["protocol"] = protocol(done, {judged.records.size(), patients.size(), judged.failed.size()});
    if (judged.records.empty() && judged.failed.empty()) return out;
    if (!judged.records.empty()) out["metrics"] = to_json(task_.score(bundle, judged.records));
    out["cases"] = judged.records.size();
    out["patients"] = patients.size();
    out["failed"] = judged.failed.size();
    return out;
  }

  /// Of the precisions in which all groups were examined: some may have been on another processor.
  Json precisions_section(const Bundle& bundle, const std::vector<Group>& done) const {
    Json out = Json::object();
    const std::vector<Record> f32 = pooled(done, &Group::scored_file).records;
    if (f32.empty()) return out;
    for (const Precision lower : lower_precisions()) {
      const auto file = [&](const Group& group) { return group.lower_file(lower); };
      if (!std::ranges::all_of(done, [&](const Group& group) { return fs::exists(file(group)); })) continue;
      const PrecisionEffect effect = precision_effect(task_, bundle, f32, pooled(done, file).records);
      out[name_of(lower)] = to_json(effect, lower, processor());
      progress_.say(fmt::format("{} {} within its limit", name_of(lower), effect.within_limit() ? "is" : "is not"));
    }
    return out;
  }

  std::string protocol(const std::vector<Group>& done, const Judged& judged) const {
    if (options_.folds == 0) return protocol_of_splits(whole_, recipe_.schedule, judged);
    std::vector<int> folds;
    folds.reserve(done.size());
    for (const Group& group : done) folds.push_back(group.fold);
    return protocol_of_folds(whole_, recipe_.schedule, options_, folds, judged);
  }

  const Task& task_;
  const Recipe& recipe_;
  const Dataset& whole_;
  const Dataset pool_;
  const LoadCase& load_;
  GradientEngine& gradients_;
  Engine& engine_;
  const TrainOptions& options_;
  Progress& progress_;
  const fs::path work_;
};

}  // namespace

void train_bundle(const Task& task, const Recipe& recipe, const Dataset& dataset, const LoadCase& load,
                  GradientEngine& gradients, Engine& engine, const TrainOptions& options, Progress& progress) {
  BundleRun(task, recipe, dataset, load, gradients, engine, options, progress).run();
}

}  // namespace galen
