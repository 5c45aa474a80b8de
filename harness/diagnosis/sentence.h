// What a story says, as a sentence of facts. Pure.
#pragma once

#include <string>

#include "harness/diagnosis/facts.h"

namespace shortwrite {

// "after call 1 accepted 2048 of 4096, call 2 sent payload bytes 0-2047 again; payload bytes
// 2048-4095 never arrived", without a full stop.
std::string DescribeStory(const Facts& facts);

}  // namespace shortwrite
