// Texts that are kept, and compared byte by byte.
// After a wanted change: SHORTWRITE_UPDATE_GOLDENS=1 build/dev/report_test, then read the diff.
#pragma once

#include <string>

namespace shortwrite {

void ExpectGolden(const std::string& name, const std::string& text);

}  // namespace shortwrite
