#include "tests/report/golden.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace shortwrite {

void ExpectGolden(const std::string& name, const std::string& text) {
  const std::string path = std::string(SHORTWRITE_GOLDENS_DIR) + '/' + name;
  if (getenv("SHORTWRITE_UPDATE_GOLDENS") != nullptr) {
    std::ofstream(path, std::ios::binary) << text;
    return;
  }
  std::ifstream file(path, std::ios::binary);
  ASSERT_TRUE(file) << path;
  EXPECT_EQ(text, std::string(std::istreambuf_iterator<char>(file), {})) << path;
}

}  // namespace shortwrite
