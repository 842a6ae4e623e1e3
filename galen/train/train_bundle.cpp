#include "galen/train/train_bundle.h"

#include <fmt/format.h>

#include <algorithm>

#include "galen/base/hash.h"
#include "galen/base/text.h"
#include "galen/base/upper_median.h"
#include "galen/pipeline/precision_effect.h"
#include "galen/pipeline/record_file.h"
#include "galen/train/bundle_sections.h"
#include "galen/train/description.h"
#include "galen/train/golden_files.h"
#include "galen/train/member.h"
#include "galen/train/pace.h"
#include "galen/train/work_folder.h"

namespace galen {
namespace {

class BundleRun {
 public:
  BundleRun(const TrainRequest& request, const TrainOptions& options)
      : request_(request),
        pool_(options.folds > 0 ? without_test(request.dataset) : request.dataset),
        options_(options),
        work_(work_folder(options)) {}

  void run() {
    check_options();
    const std::vector<Group> wanted = groups(options_.only_folds);
    std::vector<Sides> sides;
    sides.reserve(wanted.size());
    for (const Group& group : wanted) sides.push_back(sides_of(group));  // first, as it fails on too few patients
    const WorkFolder work(work_,
                          {{"identity", identity()},
                           {"dataset", request_.dataset.name},
                           {"folds", options_.folds},
                           {"seeds", options_.seeds},
                           {"recipe", to_json(request_.recipe)}},
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
  // --- checks before training ---

  void check_options() const {
    if (options_.folds == 1 || options_.folds < 0) {
      throw usage_error("folds", "must be 2 or more", "leave --folds out to take the dataset's own splits");
    }
    if (options_.seeds < 1) throw usage_error("seeds", "must be 1 or more", "say --seeds 1");
    if (options_.folds == 0 && !options_.only_folds.empty()) {
      throw usage_error("choice of folds", "applies only with folds", "give their number with --folds");
    }
    if (options_.refit && options_.folds == 0) {
      throw usage_error("refit", "applies only with folds", "give their number with --folds");
    }
    for (const int fold : options_.only_folds) {
      if (fold < 0 || fold >= options_.folds) {
        throw usage_error("choice of folds", fmt::format("there is no fold {}", fold),
                          fmt::format("take --only-folds of 0 to {}", options_.folds - 1));
      }
    }
    check_places(options_);
    if (fs::exists(options_.target) && !options_.force && !is_ours(options_.target)) {
      throw target_exists(options_.target);
    }
    if (request_.recipe.task != request_.task.info().name)
      throw defect("train_bundle", "the recipe is of another task");
    Bundle words;  // to reject an invalid description now, not after the first network
    describe(words, request_.task.info(), request_.recipe, request_.dataset);
    static_cast<void>(bundle_from_json({to_json(words), "recipe: bundle"}));
  }

  /// A hash of all that identifies this training.
  std::string identity() const {
    Json recipe = to_json(request_.recipe);
    recipe.erase("bundle");  // the description does not affect the weights
    const Json json = {{"recipe", recipe},
                       {"task_version", request_.task.info().version},
                       {"data", request_.dataset.fingerprint},
                       {"folds", options_.folds},
                       {"seeds", options_.seeds},
                       {"start", options_.start_name}};
    return sha256(as_bytes(json.dump()));
  }

  /// Whether target is a bundle from earlier folds of this same training, which a resumed training may replace.
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
                               request_.recipe.seed + static_cast<std::uint64_t>(s),
                               one ? group.folder : group.folder / fmt::format("seed-{}", s + 1)});
    }
    return group;
  }

  // --- one fold ---

  Sides sides_of(const Group& group) const {
    return group.fold >= 0
               ? sides_of_fold(pool_, options_.folds, group.fold, request_.recipe.schedule, request_.recipe.seed)
               : sides_of_splits(pool_, request_.recipe.seed);
  }

  double limit_of_each(const std::vector<Group>& groups) const {
    std::vector<bool> done;
    for (const Group& group : groups) {
      for (const Member& member : group.members) done.push_back(member.done());
    }
    const auto comes = [&](const Group& group) {
      return fs::exists(group.records_file()) || std::ranges::find(groups, group.name, &Group::name) != groups.end();
    };
    if (options_.refit && std::ranges::all_of(this->groups({}), comes)) {  // takes about as long as a fold
      for (const Member& member : group_of("all", -1).members) done.push_back(member.done());
    }
    return galen::limit_of_each(options_.time_limit_seconds, done);
  }

  void train_group(const Group& group, const Sides& sides, double limit_seconds) {
    if (fs::exists(group.records_file())) {
      request_.progress.say(fmt::format("{}: done before", group.name));
      return;
    }
    train_members(group, request_.recipe, sides, limit_seconds);
    examine(group, sides);
  }

  void train_members(const Group& group, const Recipe& recipe, const Sides& sides, double limit_seconds) {
    for (const Member& member : group.members) {
      LoopOptions loop;
      loop.folder = member.folder;
      loop.resume = options_.resume;
      loop.identity = fmt::format("{} {}", identity(), member.name);
      loop.title = fmt::format("{}: {}", request_.recipe.bundle.value("id", request_.recipe.task), member.name);
      loop.time_limit_seconds = limit_seconds;
      loop.workers = options_.workers;
      loop.trainable = options_.trainable;
      loop.start = options_.start ? &*options_.start : nullptr;
      train_member(member, {request_.task, recipe, pool_, request_.load, sides, request_.gradients, request_.engine,
                            loop, options_.start_bundle.get(), request_.progress});
    }
  }

  // Trained on all patients, for the median of the epochs that the folds kept; no patients are left to choose on.
  Group refitted(const std::vector<Group>& folds) {
    std::vector<int> epochs;
    for (const Group& group : folds) {
      for (const Member& member : group.members) epochs.push_back(facts_of(member).training.at("kept_epoch"));
    }
    Recipe recipe = request_.recipe;
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
    for (const Precision lower : lower_precisions(request_.engine)) {
      request_.progress.say(fmt::format("{}: examined in {} too", group.name, name_of(lower)));
      const std::unique_ptr<Predictor> predictor = predictor_of(bundle, lower);
      write_records(group.lower_file(lower),
                    examine_rows(*predictor, reports ? sides.report : concluding, request_.load, request_.progress));
    }
    const std::unique_ptr<Predictor> predictor = predictor_of(bundle, Precision::f32);
    const auto judge = [&](const Rows& rows, const fs::path& file) {
      const Examination examined = examine_rows(*predictor, rows, request_.load, request_.progress);
      for (const FailedCase& failed : examined.failed) {
        request_.progress.say(fmt::format("not counted: {}", failed.error.what()));
      }
      write_records(file, examined);
    };
    if (reports) judge(sides.report, group.report_file());
    judge(concluding, group.records_file());  // last, as this file marks the group as done
    fs::remove_all(bundle->folder);
  }

  std::unique_ptr<Predictor> predictor_of(std::shared_ptr<const Bundle> bundle, Precision precision) const {
    PredictOptions options;
    options.precision = precision;
    return request_.task.predictor({std::move(bundle), request_.engine, options, {}});
  }

  // --- the bundle ---

  void finish() {
    std::vector<Group> done = groups({});
    std::erase_if(done, [](const Group& group) { return !fs::exists(group.records_file()); });
    const bool refits = options_.refit && std::ssize(done) == options_.folds;
    if (options_.refit && !refits) request_.progress.say("not refitted yet: folds are missing");
    write(done, refits ? std::vector{refitted(done)} : done);
  }

  Bundle blank_bundle(const std::vector<Group>& groups) const {
    Bundle bundle;
    describe(bundle, request_.task.info(), request_.recipe, request_.dataset);
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

  /// Examining uses a bundle on disk, as predictors do, with the weights as they will be stored.
  static std::shared_ptr<const Bundle> temporary_bundle(const Bundle& bundle, const std::vector<Group>& groups,
                                                        const fs::path& folder) {
    write_bundle(bundle, files_of(groups), folder / "bundle", true);
    return open_bundle(folder / "bundle");
  }

  /// done: groups whose records count; kept: groups whose networks go into the bundle.
  void write(const std::vector<Group>& done, const std::vector<Group>& kept) {
    Bundle bundle = blank_bundle(kept);
    const Examination judged = pooled(done, &Group::records_file);
    if (judged.records.empty())
      throw Error(options_.target.string(), "no case could be examined", first_failure(judged));
    request_.progress.say("concluding: calibration, decisions, coverage");
    request_.task.conclude(bundle, judged.records);
    bundle.training = training_section(request_, options_, done, identity());
    bundle.results = results_section(request_, options_, bundle, done);
    bundle.precisions = precisions_section(request_, bundle, done);
    if (kept.front().name != done.front().name) say_refitted(bundle, kept.front());

    const std::shared_ptr<const Bundle> finished = temporary_bundle(bundle, kept, work_);
    BundleFiles files = files_of(kept);
    files.others = golden_files(request_.task.goldens(bundle), *predictor_of(finished, Precision::f32));
    write_bundle(bundle, files, options_.target, options_.force || options_.resume);
    fs::remove_all(work_ / "bundle");
    request_.progress.say(fmt::format("{}: {}", options_.target.string(), counted(files.networks.size(), "network")));
  }

  static std::string first_failure(const Examination& judged) {
    return judged.failed.empty() ? "" : judged.failed.front().error.what();
  }

  const TrainRequest& request_;
  const Dataset pool_;
  const TrainOptions& options_;
  const fs::path work_;
};

}  // namespace

void train_bundle(const TrainRequest& request, const TrainOptions& options) {
  BundleRun(request, options).run();
}

}  // namespace galen
