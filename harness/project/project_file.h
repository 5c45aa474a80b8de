// shortwrite.toml as values: what a project tests, and how. Pure; docs/project-file.md describes
// the format for people.
//
// A value is kept as the text that one would type after the option of the same name, with its
// place, so that the options' own parser judges it and an error can say where it stands.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/result.h"

namespace shortwrite {

inline constexpr char kProjectFileName[] = "shortwrite.toml";

struct Place {
  uint32_t line = 0;  // from 1
  uint32_t column = 0;

  bool operator==(const Place&) const = default;
};

struct ProjectValue {
  std::string text;
  Place place;

  bool operator==(const ProjectValue&) const = default;
};

struct ProjectTarget {
  std::string name;  // letters, digits, '_', '-' and '.', and no '.' in front: it names directories
  Place place;
  std::vector<std::string> command;  // at least one word; of a string: sh -c and that string
  std::vector<ProjectValue> sinks;   // one campaign each; empty: the default sink
  // By the option's name, without "--", and without `sink`; [defaults] are in it already.
  std::map<std::string, ProjectValue> values;

  bool operator==(const ProjectTarget&) const = default;
};

// A counterexample that is known and tolerated until a day. A text that is empty was not given, and
// holds of every one; signature and verdict are not both empty.
struct Suppression {
  std::string target;
  std::string signature;
  std::string class_name;
  std::string verdict;
  std::string call_site;
  std::string reason;  // never empty
  std::chrono::year_month_day expires{};
  Place place;

  bool operator==(const Suppression&) const = default;
};

struct ProjectFile {
  std::vector<ProjectTarget> targets;  // at least one, in the file's order
  std::vector<Suppression> suppressions;

  bool operator==(const ProjectFile&) const = default;
};

// Errors are usage errors: "NAME:LINE:COLUMN: what; did you mean 'x'?".
Result<ProjectFile> ParseProject(std::string_view text, const std::string& name);

// "shortwrite.toml:3:5".
std::string PlaceText(const std::string& name, const Place& place);

}  // namespace shortwrite
