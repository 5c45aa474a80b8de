// Numbers of things, as people write them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace shortwrite {

// "1 write call", "0 write calls", "7 write calls": for nouns whose plural takes an s.
std::string CountText(uint64_t count, std::string_view noun);

}  // namespace shortwrite
