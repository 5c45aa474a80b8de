// Text that a POSIX shell reads back as given.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace shortwrite {

// As it is where nothing in it is special to a shell, else in single quotes.
std::string ShellQuote(std::string_view word);
std::string ShellQuote(const std::vector<std::string>& words);

}  // namespace shortwrite
