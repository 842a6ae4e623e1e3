#include "apps/common/train_arguments.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "galen/base/threads.h"

namespace galen::app {
namespace {

TrainArguments parsed(std::vector<std::string> words) {
  TrainArguments arguments;
  CLI::App command;
  add_train_options(command, arguments);
  words.insert(words.end(), {"task", "data", "--output", "bundle"});
  std::reverse(words.begin(), words.end());  // the order that the parser expects
  command.parse(words);
  return arguments;
}

TEST(TrainArguments, PrecisionIsWhatIsAskedForElseWhatTheProcessorHas) {
  EXPECT_EQ(parsed({}).takes_bf16(), has_fast_bf16());
  EXPECT_EQ(parsed({"--precision", "auto"}).takes_bf16(), has_fast_bf16());
  EXPECT_FALSE(parsed({"--precision", "f32"}).takes_bf16());
  EXPECT_TRUE(parsed({"--precision", "bf16"}).takes_bf16());
  EXPECT_THROW(parsed({"--precision", "int8"}), CLI::ValidationError);
}

}  // namespace
}  // namespace galen::app
