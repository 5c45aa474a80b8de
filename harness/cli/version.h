// What this program is: for people, and for machines.
#pragma once

#include <string>

namespace shortwrite {

// One line.
std::string VersionText();
// One line of JSON: version, commit, backends, libc, kernel, compiler, features.
std::string VersionJson();

}  // namespace shortwrite
