#include "galen/train/checkpoint.h"

#include <gtest/gtest.h>

#include "galen/base/error.h"
#include "galen/base/file_limit_test.h"
#include "galen/base/message_test.h"
#include "galen/train/metrics_log.h"

namespace galen {
namespace {

Checkpoint numbered(int number) {
  const std::vector<float> values{static_cast<float>(number), 2, 3};
  return {{{"w", Tensor::of<float>({3}, values)}}, {{"number", number}, {"rate", 0.1 + 0.2}}};
}
int number_in(const std::optional<Checkpoint>& checkpoint) {
  return checkpoint ? checkpoint->counters["number"].get<int>() : -1;
}

TEST(CheckpointStore, GivesBackTheNewest) {
  const TemporaryFolder folder;
  const CheckpointStore store(folder.path());
  EXPECT_EQ(number_in(store.load(no_progress())), -1);
  for (const int n : {1, 2, 3}) store.save(numbered(n));
  const auto loaded = store.load(no_progress());
  EXPECT_EQ(number_in(loaded), 3);
  EXPECT_EQ(loaded->counters["rate"].get<double>(), 0.1 + 0.2);
  EXPECT_EQ(loaded->state.at("w").values<float>()[0], 3.0f);
}

TEST(CheckpointStore, FallsBackWhereverTheNewestIsDamaged) {
  const TemporaryFolder folder;
  const CheckpointStore store(folder.path());
  const fs::path newest = folder.path() / "checkpoint.safetensors";
  store.save(numbered(1));
  store.save(numbered(2));
  const Bytes good = read_bytes(newest);
  for (std::size_t at = 0; at < good.size(); ++at) {
    Bytes bad = good;
    bad[at] ^= std::byte{0x10};
    write_file(newest, bad);
    EXPECT_EQ(number_in(store.load(no_progress())), 1) << "byte " << at;
  }
}

TEST(CheckpointStore, FallsBackWhereverTheNewestIsCut) {
  const TemporaryFolder folder;
  const CheckpointStore store(folder.path());
  const fs::path newest = folder.path() / "checkpoint.safetensors";
  store.save(numbered(1));
  store.save(numbered(2));
  const Bytes good = read_bytes(newest);
  for (std::size_t size = 0; size < good.size(); size += 7) {
    write_file(newest, std::span(good).first(size));
    EXPECT_EQ(number_in(store.load(no_progress())), 1) << size << " bytes";
  }
}

TEST(CheckpointStore, AFallBackIsNotLostByTheNextSave) {
  const TemporaryFolder folder;
  const CheckpointStore store(folder.path());
  const fs::path newest = folder.path() / "checkpoint.safetensors";
  store.save(numbered(1));
  store.save(numbered(2));
  write_file(newest, "damaged");
  EXPECT_EQ(number_in(store.load(no_progress())), 1);
  store.save(numbered(3));
  write_file(newest, "damaged again");
  EXPECT_EQ(number_in(store.load(no_progress())), 1);
}

TEST(CheckpointStore, AFullDiskLeavesTheOneBefore) {
  const TemporaryFolder folder;
  const CheckpointStore store(folder.path());
  store.save(numbered(1));
  store.save(numbered(2));
  for (int attempt = 0; attempt < 2; ++attempt) {
    const std::string said = [&] {
      const FileLimit full(16);
      return message_of([&] { store.save(numbered(3)); });
    }();
    EXPECT_EQ(said.find((folder.path() / "checkpoint.safetensors: cannot be written (").string()), 0u) << said;
    EXPECT_EQ(said.find('\n'), std::string::npos);
    EXPECT_EQ(number_in(store.load(no_progress())), 2);
    EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), {}), 1) << "a leftover";
  }
  store.save(numbered(3));
  EXPECT_EQ(number_in(store.load(no_progress())), 3);
}

TEST(CheckpointStore, SaysWhenNoneIsGood) {
  const TemporaryFolder folder;
  write_file(folder.path() / "checkpoint.safetensors", "damaged");
  EXPECT_THROW(CheckpointStore(folder.path()).load(no_progress()), Error);
  EXPECT_FALSE(CheckpointStore(folder.path()).load(no_progress()).has_value()) << "it was put aside";
}

TEST(MetricsLog, IsCutToTheCheckpoint) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "log.jsonl";
  std::uint64_t position = 0;
  {
    MetricsLog log(path, 0);
    log.append({{"epoch", 1}});
    position = log.bytes();
    log.append({{"epoch", 2}});
  }
  MetricsLog log(path, position);
  ASSERT_EQ(log.lines().size(), 1u);
  log.append({{"epoch", 3}});
  EXPECT_EQ(read_text(path), "{\"epoch\":1}\n{\"epoch\":3}\n");
  EXPECT_THROW(MetricsLog(path, 1000), Error);
}

TEST(MetricsLog, ALineThatFitsInPartOnlySaysWhy) {
  const TemporaryFolder folder;
  MetricsLog log(folder.path() / "log.jsonl", 0);
  const std::string said = [&] {
    const FileLimit full(4);
    return message_of([&] { log.append({{"epoch", 1}}); });
  }();
  EXPECT_NE(said.find("log.jsonl: cannot be written (File too large)"), std::string::npos) << said;
  EXPECT_TRUE(log.lines().empty());
}

TEST(MetricsLog, OfAFullDiskItIsSaidWhatToDo) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "log.jsonl";
  MetricsLog log(path, 0);
  fs::remove(path);
  fs::create_symlink("/dev/full", path);
  const std::string said = message_of([&] { log.append({{"epoch", 1}}); });
  EXPECT_NE(said.find("free some space, then go on with --resume"), std::string::npos) << said;
}

}  // namespace
}  // namespace galen
