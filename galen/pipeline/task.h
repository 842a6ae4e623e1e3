#pragma once
// The contract of a task: a kind of question, in one folder. It sees cases, never files; graphs, never a framework.
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "galen/base/progress.h"
#include "galen/bundle/bundle.h"
#include "galen/data/case.h"
#include "galen/data/dataset.h"
#include "galen/data/finding.h"
#include "galen/engine/engine.h"
#include "galen/metric/paired.h"
#include "galen/pipeline/recipe.h"
#include "galen/pipeline/session.h"

namespace galen {

/// The name of a bundle's network that `galen train` made; its members are an ensemble.
inline constexpr const char* trained_network = "main";

struct TaskInfo {
  std::string name;  ///< of the folder: "image_segment"
  int version = 1;
  std::string summary;                   ///< one line for `galen tasks`
  std::vector<InputSpec> inputs, truth;  ///< roles, which are the dataset's columns too
  bool live = false;                     ///< has sessions
};

/// Reads the case of a dataset's row: every path column becomes an input, every other an attribute. Thread-safe.
using LoadCase = std::function<Case(const DatasetRow&)>;

struct PlanRequest {
  const Dataset& dataset;
  const std::vector<const DatasetRow*>& rows;  ///< what may be looked at: never the test split
  LoadCase load;
  int threads = 1;
  std::uint64_t memory_bytes = 0;  ///< what training may take
  double seconds = 0;              ///< time limit; 0: none
  Progress& progress;
};

struct TrainingRequest {
  const Recipe& recipe;
  const Dataset& dataset;
  std::vector<const DatasetRow*> train, validate;
  LoadCase load;
  const Bundle* start = nullptr;  ///< fine-tuning: weights to begin with
  Progress& progress;
};

struct Validation {
  /// Higher is better; early stopping and the best checkpoint follow it. NaN: there was nothing to judge by.
  double criterion = std::numeric_limits<double>::quiet_NaN();
  std::map<std::string, double> values;  ///< for the log
};

/// One network's training problem: what the loop in `train` needs to know, and no more.
class Training {
 public:
  virtual ~Training() = default;
  /// The network and its loss in one graph, with initial weights. Scalar outputs are logged; one of them is "loss".
  virtual Graph graph() const = 0;
  /// The network that goes into the bundle, cut out of graph() with trained weights.
  virtual Graph network(const Graph& trained) const = 0;
  /// The inputs of one training batch. Pure and thread-safe: the same (epoch, index) gives the same bytes.
  virtual std::map<std::string, Tensor> batch(std::uint64_t epoch, std::uint64_t index) const = 0;
  /// Judges the network so far on the validate side, which may be empty: then nothing is said.
  virtual Validation validate(const Graph& network, Engine& engine) const = 0;
  /// What the bundle keeps of the training side for this network (reference profile of its features): called once, for
  /// the finished network; goes to Bundle::reference["members"], in the order of the networks.
  virtual Json describe(const Graph& network, Engine& engine) const;
};

/// All that scoring, calibration and coverage need of one case with its truth: small, kept as JSON between folds.
struct Record {
  std::string case_id, patient;
  std::map<std::string, std::string> attributes;
  Json values;
};
Json to_json(const Record& record);
Record record_from_json(const JsonView& json);

/// A score of each case, by the order of the records; NaN where the case says nothing of it.
struct CaseScores {
  Direction direction = Direction::higher_is_better;
  std::vector<double> values;
};

/// What a user may ask of a prediction.
struct PredictOptions {
  Precision precision = Precision::automatic;  ///< decided before a predictor is made: open_service()
  int threads = 0;
  std::uint64_t max_memory_bytes = 0;  ///< of the whole process, at its peak; 0: no limit
  Json settings = Json::object();      ///< the task's own: {"roi": ..., "mirror": true}
};

class Predictor {
 public:
  virtual ~Predictor() = default;
  /// Safe from several threads. Errors: the input is refused.
  virtual Finding predict(const Case& input, Progress& progress) const = 0;
  /// Predicts a case whose truth is in its inputs and compares, without decisions that come from calibration.
  virtual Record examine(const Case& input) const = 0;
  /// A live session. Errors (usage): the task has none.
  virtual std::unique_ptr<Session> session(double rate_hz, const std::vector<Channel>& channels) const;
};

struct PredictorRequest {
  std::shared_ptr<const Bundle> bundle;
  Engine& engine;
  PredictOptions options;
  std::map<std::string, std::shared_ptr<const Predictor>> used;  ///< other bundles' predictors, by role of `uses`
};

class Task {
 public:
  virtual ~Task() = default;
  virtual const TaskInfo& info() const = 0;
  /// A recipe for this dataset on this machine. Errors: the dataset does not fit the task.
  virtual Recipe plan(const PlanRequest& request) const = 0;
  virtual std::unique_ptr<Training> training(const TrainingRequest& request) const = 0;
  virtual std::unique_ptr<Predictor> predictor(const PredictorRequest& request) const = 0;
  /// Scores with 95 % intervals (bootstrap over patients).
  virtual Scores score(const Bundle& bundle, const std::vector<Record>& records) const = 0;
  /// The scores that are means over cases (of those that have a value), by their names in score(): what two bundles are
  /// compared by. Without it the task has none.
  virtual std::map<std::string, CaseScores> case_scores(const Bundle& bundle, const std::vector<Record>& records) const;
  /// Fills decision, calibration, coverage and reference of the bundle from records of cases that its networks did not
  /// see (out-of-fold, or the calibrate split).
  virtual void conclude(Bundle& bundle, const std::vector<Record>& records) const = 0;
  /// Inputs without any patient's data, made from a seed, for the goldens; by name.
  virtual std::map<std::string, Case> goldens(const Bundle& bundle) const = 0;
};

/// The explicit list of tasks, given by the program (tasks/all.cpp).
class Registry {
 public:
  explicit Registry(std::vector<std::unique_ptr<const Task>> tasks);
  /// Errors (usage): no such task; the message lists those that there are.
  const Task& task(const std::string& name) const;
  const std::vector<std::unique_ptr<const Task>>& tasks() const { return tasks_; }

 private:
  std::vector<std::unique_ptr<const Task>> tasks_;
};

}  // namespace galen
