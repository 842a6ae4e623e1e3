#include "galen/train/work_folder.h"

#include <algorithm>

namespace galen {
namespace {

constexpr const char* run_file = "run.json";
constexpr const char* lock_file = "lock";

Error in_use(const fs::path& work) {
  return Error(work.string(), "is in use", "another training works there", "wait for its end, or choose another output",
               Fault::usage);
}

FileLock hold(const fs::path& work) {
  std::error_code code;
  fs::create_directories(work, code);
  if (code) throw Error(work.string(), "cannot be created", code.message());
  std::optional<FileLock> lock = FileLock::take(work / lock_file);
  if (!lock) throw in_use(work);
  return std::move(*lock);
}

bool is_in_use(const fs::path& work) {
  return fs::exists(work / lock_file) && !FileLock::take(work / lock_file);
}

std::vector<fs::path> content(const fs::path& work) {
  std::vector<fs::path> out;
  for (const fs::directory_entry& entry : fs::directory_iterator(work)) {
    if (entry.path().filename() != lock_file) out.push_back(entry.path());
  }
  return out;
}

}  // namespace

fs::path work_folder(const TrainOptions& options) {
  if (!options.work.empty()) return options.work;
  fs::path target = options.target;
  if (!target.has_filename()) target = target.parent_path();
  return target.string() + ".training";
}

void check_places(const TrainOptions& options) {
  const fs::path work = work_folder(options);
  if (is_in_use(work)) throw in_use(work);
  const bool anew = !options.force && !options.resume;
  if (anew && fs::exists(options.target)) throw target_exists(options.target);
  if (!fs::exists(work)) return;
  const bool training = fs::exists(work / run_file);
  if (!training && !content(work).empty()) {
    throw usage_error(work.string(), "is not a folder of a training", "remove it yourself, or choose another");
  }
  if (training && anew) {
    throw usage_error(work.string(), "already holds a training run",
                      "continue with --resume, or start over with --force");
  }
}

std::optional<Recipe> recipe_of_work(const fs::path& work) {
  const fs::path file = work / run_file;
  if (!fs::exists(file)) return std::nullopt;
  const Json run = read_json(file);
  return recipe_from_json(JsonView(run, file.string()).at("recipe"));
}

Error target_exists(const fs::path& target) {
  return usage_error(target.string(), "already exists", "choose another name or add --force");
}

WorkFolder::WorkFolder(fs::path path, const Json& run, bool resume) : path_(std::move(path)), lock_(hold(path_)) {
  const fs::path file = path_ / run_file;
  if (resume && fs::exists(file)) {
    const Json before = read_json(file);
    if (JsonView(before, file.string()).get<std::string>("identity") != run.at("identity").get<std::string>()) {
      throw Error(path_.string(), "holds another training", "the recipe, the dataset, folds, seeds or start differ",
                  "resume with the original ones, or start over with --force");
    }
    resumed_ = true;
    return;
  }
  if (!resume) std::ranges::for_each(content(path_), [](const fs::path& entry) { fs::remove_all(entry); });
  write_json(file, run);
}

void WorkFolder::remove_if_nothing_is_done() const {
  if (resumed_) return;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(path_)) {
    if (entry.is_regular_file() && entry.file_size() > 0 && entry.path() != path_ / run_file) return;
  }
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

}  // namespace galen
