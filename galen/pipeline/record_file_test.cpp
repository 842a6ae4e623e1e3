#include "galen/pipeline/record_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "galen/base/message_test.h"

namespace galen {
namespace {

using ::testing::HasSubstr;

TEST(RecordFile, KeepsRecordsAndFailedCases) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "records.jsonl";
  Examination written;
  written.records = {{"a1", "a", {{"sex", "f"}}, {{"dice", 0.9}}}, {"b1", "b", {}, Json::array({1, 2})}};
  written.failed = {{"c1", Error("case c1", "has no beat")}};
  write_records(file, written);
  const Examination read = read_records(file);
  ASSERT_EQ(read.records.size(), 2u);
  for (std::size_t i = 0; i < 2; ++i) EXPECT_EQ(to_json(read.records[i]), to_json(written.records[i]));
  ASSERT_EQ(read.failed.size(), 1u);
  EXPECT_EQ(read.failed[0].case_id, "c1");
  EXPECT_THAT(read.failed[0].error.what(), HasSubstr("case c1: has no beat"));
}

TEST(RecordFile, NamesTheLineThatIsNoRecord) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "records.jsonl";
  write_file(file, std::string_view("{\"case\": \"a\", \"patient\": \"a\", \"values\": 1}\n{\"case\": \"b\"}\n"));
  EXPECT_THAT(message_of([&] { read_records(file); }), HasSubstr("records.jsonl:2"));
}

}  // namespace
}  // namespace galen
