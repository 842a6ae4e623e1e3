#pragma once
// The interface of a task, a kind of question in one folder. It sees cases, not files; graphs, not a framework.
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

/// The name of the network that `galen train` puts into a bundle; its members form an ensemble.
inline constexpr const char* trained_network = "main";

struct TaskInfo {
  std::string name;  ///< that of its folder: "image_segment"
  int version = 1;
  std::string summary;                   ///< one line for `galen tasks`
  std::vector<InputSpec> inputs, truth;  ///< roles, also the names of the dataset's columns
  bool live = false;                     ///< offers live sessions
  bool limits_memory = false;            ///< obeys PredictOptions::max_memory_bytes
};

/// Reads the case of a dataset's row: columns of roles become inputs, others attributes. Thread-safe.
using LoadCase = std::function<Case(const DatasetRow&)>;

struct PlanRequest {
  const Dataset& dataset;
  const std::vector<const DatasetRow*>& rows;  ///< rows that may be used: never the test split
  LoadCase load;
  int threads = 1;
  std::uint64_t memory_bytes = 0;  ///< memory that training may use
  double seconds = 0;              ///< time limit; 0: none
  Progress& progress;
};

struct TrainingRequest {
  const Recipe& recipe;
  const Dataset& dataset;
  std::vector<const DatasetRow*> train, validate;
  LoadCase load;
  const Bundle* start = nullptr;  ///< fine-tuning: the initial weights
  Progress& progress;
};

struct Validation {
  /// Higher is better; decides early stopping and the best checkpoint. NaN: nothing to validate on.
  double criterion = std::numeric_limits<double>::quiet_NaN();
  std::map<std::string, double> values;  ///< for the log
};

/// One network's training problem: exactly what the loop in `train` needs to know.
class Training {
 public:
  virtual ~Training() = default;
  /// The network and its loss in one graph, with initial weights. Scalar outputs are logged; one of them is "loss".
  virtual Graph graph() const = 0;
  /// The network that goes into the bundle, extracted from `trained`: graph() with trained weights.
  virtual Graph network(const Graph& trained) const = 0;
  /// The inputs of one training batch. Pure and thread-safe: the same (epoch, index) gives the same bytes.
  virtual std::map<std::string, Tensor> batch(std::uint64_t epoch, std::uint64_t index) const = 0;
  /// Evaluates the current network on the validate split; if that is empty, the criterion is NaN.
  virtual Validation validate(const Graph& network, Engine& engine) const = 0;
  /// What the bundle stores about the training data for this network (reference profile of its features). Called once,
  /// for the finished network; goes into Bundle::reference["members"], in the order of the networks.
  virtual Json describe(const Graph& network, Engine& engine) const;
};

/// What scoring, calibration and coverage need to know of one case with its truth: small, stored as JSON between folds.
struct Record {
  std::string case_id, patient;
  std::map<std::string, std::string> attributes;
  Json values;
};
Json to_json(const Record& record);
Record record_from_json(const JsonView& json);

/// A score for each case, in the order of the records; NaN if it is undefined for the case.
struct CaseScores {
  Direction direction = Direction::higher_is_better;
  std::vector<double> values;
};

/// A user's options for prediction.
struct PredictOptions {
  Precision precision = Precision::automatic;  ///< resolved by open_service() before a predictor is made
  int threads = 0;
  std::uint64_t max_memory_bytes = 0;  ///< peak of the whole process; 0: no limit
  Json settings = Json::object();      ///< specific to the task: {"roi": ..., "mirror": true}
};

class Predictor {
 public:
  virtual ~Predictor() = default;
  /// Thread-safe. Errors: the input is refused.
  virtual Finding predict(const Case& input, Progress& progress) const = 0;
  /// Predicts a case and compares the result with the truth among its inputs, without decisions based on calibration.
  virtual Record examine(const Case& input) const = 0;
  /// A live session. Errors (usage): the task has none.
  virtual std::unique_ptr<Session> session(double rate_hz, const std::vector<Channel>& channels) const;
};

struct PredictorRequest {
  std::shared_ptr<const Bundle> bundle;
  Engine& engine;
  PredictOptions options;
  std::map<std::string, std::shared_ptr<const Predictor>> used;  ///< predictors of the bundles in `uses`, by role
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
  /// The scores that are means over the cases with a value, by their names in score(); used to compare two bundles.
  /// Empty unless the task overrides it.
  virtual std::map<std::string, CaseScores> case_scores(const Bundle& bundle, const std::vector<Record>& records) const;
  /// Sets decision, calibration, coverage and reference of the bundle from records of cases that its networks were not
  /// trained on (out-of-fold, or the calibrate split).
  virtual void conclude(Bundle& bundle, const std::vector<Record>& records) const = 0;
  /// Inputs for the goldens, by name: generated from a seed, without any patient's data.
  virtual std::map<std::string, Case> goldens(const Bundle& bundle) const = 0;
};

/// The explicit list of tasks, given by the program (tasks/all.cpp).
class Registry {
 public:
  explicit Registry(std::vector<std::unique_ptr<const Task>> tasks);
  /// Errors (usage): no such task; the message lists the known ones.
  const Task& task(const std::string& name) const;
  const std::vector<std::unique_ptr<const Task>>& tasks() const { return tasks_; }

 private:
  std::vector<std::unique_ptr<const Task>> tasks_;
};

}  // namespace galen
