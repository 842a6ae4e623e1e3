#include "galen/train/loop.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>

#include "galen/base/random.h"
#include "galen/base/threads.h"
#include "galen/train/batches.h"
#include "galen/train/checkpoint.h"
#include "galen/train/loop_state.h"
#include "galen/train/metrics_log.h"
#include "galen/train/pace.h"
#include "galen/train/start_weights.h"
#include "galen/train/training_page.h"

namespace galen {
namespace {

constexpr const char* loss_output = "loss";
constexpr std::int64_t skips_in_row_allowed = 10;

double machine_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::int64_t updates_per_epoch(const Schedule& schedule) {
  return (schedule.batches_per_epoch + schedule.accumulate - 1) / schedule.accumulate;
}

std::int64_t samples_of(const std::map<std::string, Tensor>& batch) {
  std::int64_t samples = 1;
  for (const auto& [name, tensor] : batch) {
    if (!tensor.shape().empty()) samples = std::max(samples, tensor.shape().front());
  }
  return samples;
}

// Everything besides the training itself that affects the bits of the weights.
std::string computed_by(const TrainableOptions& options) {
  return fmt::format("{} on {}, {}, {} threads", options.bf16 ? "bf16" : "f32", options.device, processor(),
                     thread_count());
}

class Run {
 public:
  Run(const NetworkRequest& request, const LoopOptions& options)
      : training_(request.training),
        schedule_(request.schedule),
        seed_(request.seed),
        engine_(request.engine),
        options_(options),
        progress_(request.progress),
        clock_(options.clock ? options.clock : machine_seconds),
        store_(options.folder),
        pace_(schedule_, updates_per_epoch(schedule_), options.time_limit_seconds) {
    std::error_code code;
    fs::create_directories(options_.folder, code);
    if (code) throw Error(options_.folder.string(), "cannot be created", code.message());
    start(request.gradients);
  }

  TrainResult train() {
    if (!state_.finished) {
      Batches batches(training_, schedule_.batches_per_epoch,
                      std::int64_t{state_.epoch} * schedule_.batches_per_epoch + state_.batch, options_.workers);
      progress_.begin("training", total_batches(), "batches");
      saved_ = clock_();
      while (!state_.finished) {
        while (!epoch_is_over()) update(batches);
        finish_epoch();
      }
      progress_.end();
    }
    return result();
  }

 private:
  // --- start ---

  void start(GradientEngine& gradients) {
    std::optional<Checkpoint> checkpoint;
    if (options_.resume) checkpoint = store_.load(progress_);
    if (!checkpoint) {
      store_.clear();
      remove_networks();
    }
    Graph graph = training_.graph();
    if (options_.start != nullptr && !checkpoint) {
      const StartReport report = copy_weights(graph, *options_.start);
      if (report.matrices == 0) {
        throw Error("the weights to begin with", "fit nowhere in this network", to_string(report),
                    "train from the recipe that made them (BUNDLE/recipe.json), or without --from");
      }
      progress_.say(to_string(report));
    }
    trainable_ = gradients.trainable(graph, options_.trainable);
    if (checkpoint) {
      const std::string where = options_.folder.string();
      state_ = loop_state_from_json(JsonView(checkpoint->counters, where + ": checkpoint"));
      if (state_.identity != options_.identity) {
        throw Error(where, "holds a checkpoint of another training", "the recipe, the dataset or the seed differ",
                    "resume with the original ones, or start over with --force");
      }
      trainable_->load_state(checkpoint->state);
      progress_.say(fmt::format("goes on after epoch {}, update {}", state_.epoch, state_.update));
    } else {
      state_.identity = options_.identity;
      state_.course.updates = updates_per_epoch(schedule_) * schedule_.epochs;
    }
    if (!state_.finished) note_how_it_is_computed();
    log_.emplace(options_.folder / "log.jsonl", state_.log_bytes);
  }

  void note_how_it_is_computed() {
    const std::string here = computed_by(options_.trainable);
    if (!state_.computed_by.empty()) {
      if (state_.computed_by.back() == here) return;
      progress_.say(
          fmt::format("continues in {}, so far in {}: the weights will differ from those of an uninterrupted run, "
                      "unless --precision, --device and --threads stay as before",
                      here, state_.computed_by.back()));
    }
    state_.computed_by.push_back(here);
  }

  // --- one update ---

  bool epoch_is_over() const {
    return state_.batch >= schedule_.batches_per_epoch || state_.update >= state_.course.updates;
  }

  void update(Batches& batches) {
    const double began = clock_();
    const int group = std::min(schedule_.accumulate, schedule_.batches_per_epoch - state_.batch);
    int good = 0;
    for (int i = 0; i < group; ++i) good += accumulate(batches.next(), 1.0 / group);
    if (good > 0) move_weights(static_cast<double>(group) / good);
    ++state_.update;
    const double took = clock_() - began;
    state_.seconds += took;
    state_.update_seconds += took;
    state_.sums.seconds += took;
    keep_pace();
    progress_.advance(std::uint64_t(state_.epoch) * schedule_.batches_per_epoch + state_.batch, note());
    if (stop_requested()) interrupt();
    if (clock_() - saved_ >= options_.checkpoint_seconds) save();
  }

  bool accumulate(const std::map<std::string, Tensor>& batch, double scale) {
    const std::uint64_t dropout = Random(seed_, state_.epoch, state_.batch, "dropout").below(1ull << 62);
    ++state_.batch;
    state_.sums.samples += samples_of(batch);
    try {
      for (const auto& [name, value] : trainable_->accumulate(batch, loss_output, scale, dropout)) {
        state_.sums.outputs[name] += value;
      }
      ++state_.sums.batches;
      return true;
    } catch (const NonFiniteLoss& error) {
      skip(error.what());
      return false;
    }
  }

  // gradient_scale: compensates for batches of the group that gave no gradient.
  void move_weights(double gradient_scale) {
    UpdateRule rule = update_rule(schedule_, state_.course, state_.update);
    rule.gradient_scale = gradient_scale;
    state_.learning_rate = rule.learning_rate;
    const double norm = trainable_->update(rule);
    if (!std::isfinite(norm)) return skip("the gradient is not finite");
    state_.skipped_in_row = 0;
    state_.sums.gradient_norm += norm;
    ++state_.sums.updates;
  }

  void skip(const std::string& why) {
    ++state_.skipped, ++state_.sums.skipped, ++state_.skipped_in_row;
    const std::int64_t per_epoch = std::max<std::int64_t>(skips_in_row_allowed, schedule_.batches_per_epoch / 10);
    if (state_.skipped_in_row < skips_in_row_allowed && state_.sums.skipped < per_epoch) return;
    throw Error(
        fmt::format("epoch {}, batch {}", state_.epoch + 1, state_.batch), "the training diverges",
        fmt::format("{} batches of this epoch gave no finite loss or gradient; the last: {}", state_.sums.skipped, why),
        "lower schedule.learning_rate or schedule.clip_norm, or train with --precision f32");
  }

  void keep_pace() {
    const std::optional<std::int64_t> end = pace_.new_end(state_);
    if (!end) return;
    state_.pace.push_back({state_.update, *end});
    state_.course.move_end(state_.update, *end);
    progress_.say(fmt::format("at this rate the time limit allows {:.1f} epochs of {}: the schedule ends there",
                              static_cast<double>(*end) / static_cast<double>(updates_per_epoch(schedule_)),
                              schedule_.epochs));
    progress_.begin("training", total_batches(), "batches");
  }

  // --- the end of an epoch ---

  void finish_epoch() {
    const bool last = state_.update >= state_.course.updates;
    const bool due = last || (state_.epoch + 1) % schedule_.validate_every == 0;
    Json line = describe_epoch();
    if (due) line["validate"] = validate();
    state_.finished = last || (schedule_.patience > 0 && state_.validations_without_gain >= schedule_.patience);
    state_.stopped_early = state_.finished && !last;
    ++state_.epoch;
    state_.batch = 0;
    state_.sums = {};
    log_->append(line);
    state_.log_bytes = log_->bytes();
    if (!due) return;
    save();
    remove_networks();
    write_training_page(options_.folder / "training.html", options_.title, log_->lines());
  }

  Json describe_epoch() const {
    const EpochSums& sums = state_.sums;
    Json losses = Json::object();
    for (const auto& [name, sum] : sums.outputs)
      losses[name] = sum / static_cast<double>(std::max<std::int64_t>(sums.batches, 1));
    Json line = {{"epoch", state_.epoch + 1}, {"updates", state_.update}, {"losses", losses}};
    line["learning_rate"] = state_.learning_rate;
    line["gradient_norm"] = sums.gradient_norm / static_cast<double>(std::max<std::int64_t>(sums.updates, 1));
    line["skipped"] = sums.skipped;
    line["seconds"] = sums.seconds;
    line["samples_per_second"] = sums.seconds > 0 ? static_cast<double>(sums.samples) / sums.seconds : 0;
    line["peak_memory_bytes"] = peak_memory_bytes();
    return line;
  }

  // Evaluates the weights and saves the network if it is the best so far. An interruption leaves the state unchanged.
  Json validate() {
    const double began = clock_();
    const Graph network = prediction_network();
    Validation judged;
    try {
      judged = training_.validate(network, engine_);
      engine_.forget();  // the next validation has other weights
    } catch (const Error& error) {
      if (error.fault() == Fault::interrupted) interrupt();
      throw;
    }
    const double took = clock_() - began;
    state_.seconds += took;
    state_.validation_seconds += took;
    ++state_.validations;
    state_.last = judged;
    if (state_.best_epoch == 0 || judged.criterion > state_.best.criterion || std::isnan(state_.best.criterion)) {
      write_file(network_file(state_.epoch + 1), write_onnx(network));
      state_.earlier_best_epoch = state_.best_epoch;
      state_.best_epoch = state_.epoch + 1;
      state_.best = judged;
      state_.validations_without_gain = 0;
    } else {
      ++state_.validations_without_gain;
    }
    Json line = Json::object();
    if (!std::isnan(judged.criterion)) line["criterion"] = judged.criterion;
    for (const auto& [name, value] : judged.values) line[name] = value;
    line["seconds"] = took;
    return line;
  }

  // --- files ---

  Graph prediction_network() const { return training_.network(trainable_->graph(true)); }

  fs::path network_file(int epoch) const { return options_.folder / fmt::format("best-{:05}.onnx", epoch); }

  // Keeps the best networks of this checkpoint and of the previous one.
  void remove_networks() const {
    const fs::path best = network_file(state_.best_epoch), earlier = network_file(state_.earlier_best_epoch);
    for (const fs::directory_entry& entry : fs::directory_iterator(options_.folder)) {
      const std::string name = entry.path().filename().string();
      const bool ours = name.starts_with("best-") && name.ends_with(".onnx");
      std::error_code ignored;
      if (ours && entry.path() != best && entry.path() != earlier) fs::remove(entry.path(), ignored);
    }
  }

  void save() {
    const double began = clock_();
    store_.save({trainable_->state(), to_json(state_)});
    saved_ = clock_();
    state_.seconds += saved_ - began;
  }

  [[noreturn]] void interrupt() {
    save();
    throw Error(options_.folder.string(), "interrupted", fmt::format("after update {}", state_.update),
                "the checkpoint and the best network so far are kept; go on with --resume", Fault::interrupted);
  }

  std::uint64_t total_batches() const {
    return static_cast<std::uint64_t>(state_.course.updates) * schedule_.batches_per_epoch /
           updates_per_epoch(schedule_);
  }

  std::string note() const {
    std::string text = fmt::format("epoch {}", state_.epoch + 1);
    const auto loss = state_.sums.outputs.find(loss_output);
    if (loss != state_.sums.outputs.end() && state_.sums.batches > 0) {
      text += fmt::format(", loss {:.4f}", loss->second / static_cast<double>(state_.sums.batches));
    }
    if (state_.best_epoch > 0 && !std::isnan(state_.best.criterion))
      text += fmt::format(", best {:.4f} of epoch {}", state_.best.criterion, state_.best_epoch);
    return text;
  }

  TrainResult result() const {
    TrainResult out;
    const bool best = schedule_.keep == "best";
    out.network = best ? read_onnx(network_file(state_.best_epoch)) : prediction_network();
    out.validation = best ? state_.best : state_.last;
    out.kept_epoch = best ? state_.best_epoch : state_.epoch;
    out.epochs = state_.epoch;
    out.updates = state_.update;
    out.skipped = state_.skipped;
    out.seconds = state_.seconds;
    out.stopped_early = state_.stopped_early;
    out.pace = state_.pace;
    out.computed_by = state_.computed_by;
    return out;
  }

  const Training& training_;
  const Schedule& schedule_;
  const std::uint64_t seed_;
  Engine& engine_;
  const LoopOptions& options_;
  Progress& progress_;
  const std::function<double()> clock_;
  const CheckpointStore store_;
  const Pace pace_;
  std::unique_ptr<Trainable> trainable_;
  LoopState state_;
  std::optional<MetricsLog> log_;
  double saved_ = 0;
};

}  // namespace

TrainResult train_network(const NetworkRequest& request, const LoopOptions& options) {
  return Run(request, options).train();
}

}  // namespace galen
