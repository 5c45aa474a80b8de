// The project file that `shortwrite init` writes.
#pragma once

#include <string_view>

namespace shortwrite {

// Comments say what each key is for; its one target runs anywhere.
std::string_view ProjectTemplate();

}  // namespace shortwrite
