// The examples in docs/monitor.md do what the page says.
#include <gtest/gtest.h>

#include "galen/base/files.h"
#include "galen/serve/conversation.h"
#include "galen/serve/fake_session_test.h"

namespace galen::serve {
namespace {

std::string example(const std::string& kind) {
  const std::string page = read_text(fs::path(GALEN_SOURCE_DIR) / "docs" / "monitor.md");
  const auto fence = page.find("```" + kind + "\n");
  if (fence == std::string::npos) throw Error("docs/monitor.md", "has no example of " + kind);
  const auto begin = fence + kind.size() + 4;
  return page.substr(begin, page.find("```", begin) - begin);
}

TEST(Documentation, TheExamplePolicyIsOne) {
  const AlertPolicy policy =
      alert_policy_from_json({parse_json(example("json"), "docs/monitor.md"), "docs/monitor.md"});
  EXPECT_EQ(policy.name, "icu");
  EXPECT_EQ(policy.rules.size(), 6u);
}

TEST(Documentation, TheExampleStreamIsTaken) {
  FakeWard ward;
  std::string replies;
  std::mutex mutex;
  {
    Conversation sender(*ward.hub, "the page", {}, [&](const std::string& line) {
      const std::lock_guard lock(mutex);
      replies += line;
    });
    EXPECT_TRUE(sender.feed(example("text"), Clock::now()));
  }
  ward.hub->finish();
  EXPECT_EQ(replies.find("error"), std::string::npos) << replies;
  EXPECT_EQ(replies.substr(0, 16), "ok opened bed-7\n");
  EXPECT_EQ(ward.heard->words("bed-7"), (std::vector<std::string>{"0.05 gap", "1.56 lead_off", "1.56 lead_off raised",
                                                                  "1.56 lead_off acknowledged", "1.56 closed"}));
}

TEST(Documentation, EveryKeyOfTheDefaultPolicyIsExplained) {
  const std::string page = read_text(fs::path(GALEN_SOURCE_DIR) / "docs" / "monitor.md");
  const Json policy = read_json(fs::path(GALEN_SOURCE_DIR) / "galen" / "serve" / "default_policy.json");
  for (const Json& rule : policy["rules"]) {
    for (const auto& [key, value] : rule.items()) EXPECT_NE(page.find("`" + key + "`"), std::string::npos) << key;
  }
}

}  // namespace
}  // namespace galen::serve
