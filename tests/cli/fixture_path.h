// Where the build puts the fixtures' programs.
#pragma once

#include <string>

namespace shortwrite {

// name: "correct/plain_loop".
inline std::string FixturePath(const std::string& name) {
  return std::string(SHORTWRITE_FIXTURES_DIR) + '/' + name;
}

}  // namespace shortwrite
