#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <limits>
#include <mutex>
#include <numeric>
#include <set>
#include <stdexcept>
#include <thread>

#include "galen/base/base64.h"
#include "galen/base/error.h"
#include "galen/base/files.h"
#include "galen/base/hash.h"
#include "galen/base/json.h"
#include "galen/base/message_test.h"
#include "galen/base/progress.h"
#include "galen/base/random.h"
#include "galen/base/scalar.h"
#include "galen/base/tensor.h"
#include "galen/base/text.h"
#include "galen/base/threads.h"
#include "galen/base/upper_median.h"

namespace galen {
namespace {

TEST(Text, ANumberIsTheWholeText) {
  EXPECT_EQ(number_in<int>("-12"), -12);
  EXPECT_EQ(number_in<double>("2.5e3"), 2500);
  for (const char* text : {"", " 1", "1 ", "+1", "1.5", "0x10", "99999999999"})
    EXPECT_EQ(number_in<int>(text), std::nullopt) << text;
  EXPECT_EQ(number_in<std::uint64_t>("-1"), std::nullopt);
}

TEST(Error, PrintsContextPlaceProblemReasonRemedyInOneLine) {
  const auto fail = [] { throw Error("mask\n.nii", "is empty", "0 bytes", "export it again"); };
  EXPECT_EQ(message_of([&] { with_context("reading case 017", fail); }),
            "reading case 017: mask\\x0a.nii: is empty (0 bytes); export it again");
}

TEST(Error, ARemedyIsAddedBehindTheOneThatThereIs) {
  Error error("recipe", "lacks 'x'");
  error.add_context("bundle b");
  error.add_remedy("train it anew");
  EXPECT_STREQ(error.what(), "bundle b: recipe: lacks 'x'; train it anew");
  error.add_remedy("or take another");
  EXPECT_STREQ(error.what(), "bundle b: recipe: lacks 'x'; train it anew; or take another");
}

TEST(Files, WritesWholeOrNotAtAll) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "a.txt";
  write_file(file, "one");
  write_file(file, "two");
  EXPECT_EQ(read_text(file), "two");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), {}), 1);
  EXPECT_NE(message_of([&] { write_file(folder.path() / "none" / "a.txt", "x"); }).find("cannot be created"),
            std::string::npos);
}

TEST(Files, RefusesWhatIsAboveTheLimit) {
  const TemporaryFolder folder;
  write_file(folder.path() / "a", "12345");
  EXPECT_NE(message_of([&] { read_bytes(folder.path() / "a", {.max_bytes = 4}); }).find("too large"),
            std::string::npos);
}

TEST(Files, PiecesAreTheWhole) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "long";
  std::string text;
  while (text.size() < (std::size_t{5} << 19)) text += std::to_string(text.size());
  write_file(file, text);
  std::string read;
  std::size_t largest = 0;
  read_pieces(file, [&](std::span<const std::byte> piece) {
    read += as_text(piece);
    largest = std::max(largest, piece.size());
  });
  EXPECT_EQ(read, text);
  EXPECT_LT(largest, text.size());
  EXPECT_EQ(sha256_file(file), sha256(as_bytes(text)));
  EXPECT_EQ(as_text(read_bytes(file)), text);
  EXPECT_NE(message_of([&] { read_pieces(file, [](auto) {}, {.max_bytes = 4}); }).find("too large"), std::string::npos);
  EXPECT_NE(message_of([&] { read_pieces(folder.path(), [](auto) {}); }).find("is a folder"), std::string::npos);
}

TEST(Files, StagedFolderAppearsOnlyOnCommit) {
  const TemporaryFolder folder;
  const fs::path target = folder.path() / "result";
  {
    const StagedFolder staged(target, false);
    write_file(staged.path() / "x", "1");
  }
  EXPECT_TRUE(fs::is_empty(folder.path()));
  StagedFolder staged(target, false);
  write_file(staged.path() / "x", "1");
  staged.commit();
  EXPECT_EQ(read_text(target / "x"), "1");
  EXPECT_NE(message_of([&] { StagedFolder(target, false); }).find("already exists"), std::string::npos);
}

TEST(Files, StagedFolderRefusesWhatCannotBeReplacedBeforeAnythingIsComputed) {
  const auto said = [](const fs::path& target) { return message_of([&] { StagedFolder(target, true); }); };
  EXPECT_NE(said("/proc").find("/proc: is mounted there"), std::string::npos);
  const TemporaryFolder folder;
  fs::create_directory(folder.path() / "inner");
  const fs::path before = fs::current_path();
  fs::current_path(folder.path() / "inner");
  for (const fs::path& target : {fs::path("."), fs::path("./"), fs::path(".."), folder.path(), fs::current_path()}) {
    EXPECT_NE(said(target).find("current folder"), std::string::npos) << target;
  }
  EXPECT_EQ(said("inner"), "no error");
  fs::current_path(before);
}

TEST(Files, StagedFolderTakesAPathThatEndsInADot) {
  const TemporaryFolder folder;
  StagedFolder staged(folder.path() / "new" / ".", false);
  staged.commit();
  EXPECT_TRUE(fs::is_directory(folder.path() / "new"));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), {}), 1);
}

TEST(Files, NamesThatTheSystemDoesNotTakeEndInOneLine) {
  const TemporaryFolder folder;
  const fs::path target = folder.path() / std::string(300, 'a');
  EXPECT_NE(message_of([&] { StagedFolder(target, true); }).find("cannot be created"), std::string::npos);
  EXPECT_NE(message_of([&] { write_file(target, "x"); }).find("cannot be created"), std::string::npos);
}

TEST(Files, PathsThatClimbOutAreSeen) {
  const TemporaryFolder folder;
  EXPECT_TRUE(lies_within(folder.path() / "a/../b", folder.path()));
  EXPECT_FALSE(lies_within(folder.path() / "../b", folder.path()));
  EXPECT_FALSE(lies_within(folder.path() / std::string(100'000, 'a'), folder.path()));
}

TEST(Gzip, RoundTripsAndRefusesDamage) {
  std::string text;
  for (int i = 0; i < 20000; ++i) text += std::to_string(i);
  const Bytes packed = gzip(as_bytes(text));
  EXPECT_EQ(as_text(gunzip(packed, {}, "x")), text);
  Bytes twice = packed;
  twice.insert(twice.end(), packed.begin(), packed.end());
  EXPECT_EQ(as_text(gunzip(twice, {}, "x")), text + text);
  const auto head = std::span(packed).first(packed.size() / 2);
  EXPECT_NE(message_of([&] { gunzip(head, {}, "x"); }).find("ends in the middle"), std::string::npos);
  Bytes damaged = packed;
  damaged[packed.size() / 2] ^= std::byte{0xff};
  EXPECT_NE(message_of([&] { gunzip(damaged, {}, "x"); }).find("damaged"), std::string::npos);
  Bytes longer = packed;
  longer.push_back(std::byte{1});
  EXPECT_NE(message_of([&] { gunzip(longer, {}, "x"); }).find("after the end"), std::string::npos);
  EXPECT_NE(message_of([&] { gunzip(packed, {.max_bytes = 1000}, "x"); }).find("too much"), std::string::npos);
}

TEST(Json, NamesThePlaceOfAnError) {
  const Json json = parse_json(R"({"schedule": {"epochs": "many"}})", "recipe.json");
  const JsonView view(json, "recipe.json");
  EXPECT_NE(message_of([&] { (void)view.at("schedule").get<int>("epochs"); }).find("recipe.json: schedule: epochs"),
            std::string::npos);
  const Json numbers = parse_json("[1.5, 1e300, -1, 300, 7, true]", "n");
  const JsonView n(numbers, "n");
  for (const std::size_t i : {0, 1, 2, 3, 5}) EXPECT_THROW((void)n.at(i).as<std::uint8_t>(), Error) << i;
  EXPECT_EQ(n.at(4).as<std::uint8_t>(), 7);
  EXPECT_NE(message_of([&] { view.only({"scedule"}); }).find("unknown key 'schedule'"), std::string::npos);
  EXPECT_NE(message_of([] { parse_json(R"({"a":1,"a":2})", "x"); }).find("key twice"), std::string::npos);
  EXPECT_NE(message_of([] { parse_json(std::string(1000, '['), "x"); }).find("nested too deeply"), std::string::npos);
  std::string many = "{";
  for (int i = 0; i < 30000; ++i) many += fmt::format(R"("{}": 1,)", i);
  EXPECT_NE(message_of([&] { parse_json(many, "x"); }).find("too many keys (over 20000)"), std::string::npos);
}

TEST(Hash, MatchesTheStandardsExample) {
  EXPECT_EQ(sha256(as_bytes("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Random, StreamsAreNamedAndDiffer) {
  Random a(1, 2, 3, "augment"), b(1, 2, 3, "augment"), c(1, 2, 3, "shuffle"), d(1, 2, 4, "augment");
  const auto first = a.bits();
  EXPECT_EQ(first, b.bits());
  EXPECT_NE(first, c.bits());
  EXPECT_NE(first, d.bits());
}

TEST(Random, HasTheMomentsItPromises) {
  Random random(7, 0, 0, "test");
  double uniform = 0, normal = 0, square = 0;
  constexpr int n = 200000;
  for (int i = 0; i < n; ++i) {
    uniform += random.uniform();
    const double x = random.normal();
    normal += x;
    square += x * x;
  }
  EXPECT_NEAR(uniform / n, 0.5, 0.005);
  EXPECT_NEAR(normal / n, 0.0, 0.01);
  EXPECT_NEAR(square / n, 1.0, 0.02);
}

TEST(Threads, NoMoreThanWereChosenComputeALoop) {
  if (std::thread::hardware_concurrency() < 3) GTEST_SKIP() << "two processors have no third thread";
  set_thread_count(2);
  std::mutex mutex;
  std::set<std::thread::id> seen;
  parallel_for(64, 1, [&](std::size_t, std::size_t) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    const std::lock_guard lock(mutex);
    seen.insert(std::this_thread::get_id());
  });
  set_thread_count(0);
  EXPECT_LE(seen.size(), 2u);
}

TEST(Errors, AreOneLineOfUtf8WhateverStandsInAName) {
  EXPECT_STREQ(Error("a\xb5", "is \xc3\xa9\n").what(), "a\\xb5: is \xc3\xa9\\x0a");
}

TEST(JsonFile, ReplacesWhatIsNotUtf8) {
  const TemporaryFolder folder;
  write_json(folder.path() / "a.json", Json{{"case", "M\xfcller"}});
  EXPECT_EQ(read_json(folder.path() / "a.json").at("case"), "M\xEF\xBF\xBDller");
}

TEST(Threads, LoopCoversEveryIndexOnceAndRethrows) {
  std::vector<std::atomic<int>> seen(1000);
  parallel_for(seen.size(), 7, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) ++seen[i];
    parallel_for(10, 1, [](std::size_t, std::size_t) {});
  });
  for (const auto& count : seen) EXPECT_EQ(count, 1);
  EXPECT_THROW(parallel_for(100, 1, [](std::size_t, std::size_t) { throw std::runtime_error("x"); }),
               std::runtime_error);
}

TEST(UpperMedian, IsOneOfTheValues) {
  EXPECT_EQ(upper_median(std::vector{7}), 7);
  EXPECT_EQ(upper_median(std::vector{5, 1, 3}), 3);
  EXPECT_EQ(upper_median(std::vector{4.0, 1.0, 3.0, 2.0}), 3);
}

TEST(UpperMedian, OfEachColumnIsThatOfItsValues) {
  Random random(1, 0, 0, "columns");
  constexpr std::size_t columns = 5;
  for (std::size_t rows = 1; rows < 70; ++rows) {
    std::vector<float> table(rows * columns);
    for (float& v : table) v = static_cast<float>(random.below(20));  // with ties
    std::vector<float> expected;
    for (std::size_t c = 0; c < columns; ++c) {
      std::vector<float> column;
      for (std::size_t r = 0; r < rows; ++r) column.push_back(table[r * columns + c]);
      expected.push_back(upper_median(column));
    }
    EXPECT_EQ(upper_medians(table, columns), expected) << rows;
  }
}

TEST(Scalar, HalfPrecisionRoundTripsEveryFiniteValue) {
  for (std::uint32_t h = 0; h < 65536; ++h) {
    const auto bits = static_cast<std::uint16_t>(h);
    const float value = from_f16(bits);
    if (!std::isnan(value)) {
      EXPECT_EQ(to_f16(value), bits);
    }
    const float wide = from_bf16(bits);
    if (!std::isnan(wide)) {
      EXPECT_EQ(to_bf16(wide), bits);
    }
  }
  EXPECT_EQ(to_f16(65520.0f), 0x7c00);
  EXPECT_TRUE(std::isnan(from_f16(to_f16(std::nanf("")))));
}

TEST(Tensor, ConvertsIntegersExactlyOrToTheNearestThatThereIs) {
  const auto as = [](const auto& values, auto zero) {
    using To = decltype(zero);
    using From = typename std::decay_t<decltype(values)>::value_type;
    const Tensor from = Tensor::of<From>({std::ssize(values)}, std::span<const From>(values));
    const Tensor to = from.as(scalar_of<To>());
    return std::vector<To>(to.values<To>().begin(), to.values<To>().end());
  };
  using I = std::int64_t;
  using U = std::uint64_t;
  constexpr I odd = (I{1} << 53) + 1, least = std::numeric_limits<I>::min(), most = std::numeric_limits<I>::max();
  EXPECT_EQ(as(std::vector<U>{odd, ~U{0}}, I{}), (std::vector<I>{odd, most}));
  EXPECT_EQ(as(std::vector<I>{odd, -1}, U{}), (std::vector<U>{odd, 0}));
  EXPECT_EQ(as(std::vector<I>{-200, 7, 200}, std::int8_t{}), (std::vector<std::int8_t>{-128, 7, 127}));
  EXPECT_EQ(as(std::vector<float>{-2.7f, 1e30f, -1e30f, NAN}, I{}), (std::vector<I>{-2, most, least, 0}));
  EXPECT_EQ(as(std::vector<I>{256, 0}, bool{}), (std::vector<bool>{true, false}));
}

TEST(Base64, FollowsTheStandardsVectors) {  // RFC 4648, section 10
  for (const auto& [plain, coded] : {std::pair{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foobar", "Zm9vYmFy"}}) {
    EXPECT_EQ(base64(as_bytes(plain)), coded);
    EXPECT_EQ(as_text(from_base64(coded, "test")), plain);
  }
  for (const char* bad : {"Zg", "Zg=", "Z===", "Zm9*", "=Zm9", "Zg==Zg=="}) {
    EXPECT_THROW(from_base64(bad, "test"), Error) << bad;
  }
}

TEST(Progress, StopIsAnErrorWithItsOwnStatus) {
  request_stop();
  try {
    check_stop();
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.exit_status(), 130);
  }
  clear_stop();
  check_stop();
}

}  // namespace
}  // namespace galen
