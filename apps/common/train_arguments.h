#pragma once
// The options of `galen train`: galen-train uses them; galen documents and completes them before it hands over.
#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace galen::app {

struct TrainArguments {
  std::string what, dataset, output, time_limit, from, max_ram, device = "cpu", precision = "auto";
  std::vector<std::string> settings;
  std::vector<int> only_folds;
  int folds = 0, seeds = 1, threads = 0, workers = 0;
  std::optional<std::uint64_t> seed;
  bool refit = false, resume = false, force = false, json = false;

  /// Whether convolutions and matrix products are computed in bf16 on this machine.
  bool takes_bf16() const;
};

void add_train_options(CLI::App& command, TrainArguments& arguments);

}  // namespace galen::app
