#pragma once

#include <string>
#include <string_view>

// Creates or replaces the file; true if all of it was written.
bool WriteFile(const std::string& path, std::string_view bytes);
