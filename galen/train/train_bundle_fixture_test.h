#pragma once
// For tests: trainings of the fake task on a dataset without files, each in its own folder.
#include <gtest/gtest.h>

#include "galen/train/fake_task_test.h"
#include "galen/train/train_bundle.h"

namespace galen::testing_train {

class TrainBundle : public ::testing::Test {
 protected:
  void SetUp() override {
    clear_stop();
    recipe.task = "fake";
    recipe.schedule.epochs = 2;
    recipe.schedule.batches_per_epoch = 3;
    recipe.schedule.learning_rate = 0.02;
    recipe.schedule.momentum = 0.5;
    recipe.schedule.validate_every = 1;
    dataset.name = "seven patients";
    dataset.licence = "none";
    dataset.fingerprint = "0";
    for (const char* id : {"a1", "a2", "b1", "c1", "d1", "d2", "e1", "f1", "g1"}) add(id, Split::train);
    for (const char* id : {"t1", "t2", "u1"}) add(id, Split::test);
    choose("bundle");
    options.workers = 0;
  }
  void TearDown() override { clear_stop(); }

  /// Adds a case of the patient named by the first letter of its id.
  void add(const std::string& id, Split split) { dataset.rows.push_back({id, id.substr(0, 1), split, {}}); }
  void set_split(const std::string& patient, Split split) {
    for (DatasetRow& row : dataset.rows) {
      if (row.patient == patient) row.split = split;
    }
  }
  /// how: "yes", or the only precision in which the case fails.
  void damage(const std::string& id, const std::string& how = "yes") {
    for (DatasetRow& row : dataset.rows) {
      if (row.id == id) row.columns["damaged"] = how;
    }
  }
  void choose(const std::string& name) { options.target = folder.path() / name; }

  void train(Progress& progress = no_progress()) {
    const LoadCase load = [](const DatasetRow& row) { return Case{row.id, row.patient, {}, row.columns, {}}; };
    train_bundle({task, recipe, dataset, load, gradients, engine, progress}, options);
  }
  Error refusal() {
    try {
      train();
    } catch (const Error& error) {
      return error;
    }
    ADD_FAILURE() << "nothing was refused";
    return defect("", "");
  }

  /// bundle.json without times.
  Json bundle() const {
    Json json = read_json(options.target / "bundle.json");
    json["training"].erase("hours");
    for (Json& member : json["training"]["members"]) member.erase("hours");
    return json;
  }
  std::vector<std::string> members() const { return bundle()["networks"]["main"]; }
  std::map<std::string, Bytes> networks() const {
    std::map<std::string, Bytes> out;
    for (const std::string& file : members()) out[file] = read_bytes(options.target / file);
    return out;
  }
  std::vector<std::vector<float>> weights() const {
    std::vector<std::vector<float>> out;
    for (const Graph& network : open_bundle(options.target)->graphs(trained_network)) {
      out.push_back(stored_weights(network));
    }
    return out;
  }
  /// The cases in the records given to conclude(), and below those in the scores.
  std::vector<std::string> concluded_from() const {
    std::vector<std::string> cases;
    const Json made = bundle();
    for (const Json& record : made["decision"]["records"]) cases.push_back(record["case"]);
    return cases;
  }
  std::vector<std::string> scored() const {
    std::vector<std::string> cases;
    const Json metrics = bundle()["results"].value("metrics", Json::object());
    for (const auto& [name, score] : metrics.items()) cases.push_back(name.substr(7));
    return cases;
  }
  std::string protocol() const { return bundle()["results"]["protocol"]; }

  TemporaryFolder folder;
  FakeTask task;
  LinearGradients gradients;
  NoEngine engine;
  Recipe recipe;
  Dataset dataset;
  TrainOptions options;
};

}  // namespace galen::testing_train
