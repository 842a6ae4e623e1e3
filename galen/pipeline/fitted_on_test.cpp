#include "galen/pipeline/fitted_on.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace galen {
namespace {

using ::testing::ElementsAre;

TEST(FittedOn, KnowsItsCasesAgainInAnyOrderAndNoOthers) {
  const Record a{"1", "ann", {}, {}}, b{"2", "bea", {}, {}}, other{"3", "ann", {}, {}}, of_another{"1", "cleo", {}, {}};
  const Json kept = parse_json(fitted_on({a, b}).dump(), "test");
  EXPECT_EQ(kept, fitted_on({b, a}));
  EXPECT_EQ(kept.dump().find("ann"), std::string::npos) << "names are not given away";
  EXPECT_THAT(among_fitted(kept, {b, other, a, of_another}), ElementsAre(true, false, true, false));
}

TEST(FittedOn, AnEarlierBundleNamesNoCase) {
  const Record a{"1", "ann", {}, {}};
  EXPECT_THAT(among_fitted("a91e47af7e3764de", {a}), ElementsAre(false));
  EXPECT_THAT(among_fitted(Json(), {a}), ElementsAre(false));
  EXPECT_THROW(among_fitted({1, 2}, {a}), Error);
}

}  // namespace
}  // namespace galen
