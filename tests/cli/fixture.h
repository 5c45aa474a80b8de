// A program of fixtures/writers/ with what its header says of it (fixtures/README.md).
#pragma once

#include <map>
#include <string>
#include <vector>

namespace shortwrite {

struct Fixture {
  std::string kind;  // "correct"
  std::string name;  // "plain_loop", without a suffix
  std::string program;
  std::string interpreter;        // "python3", "perl"; empty: it is compiled
  std::string optional_compiler;  // "go": the build does without it, and without this program
  std::map<std::string, std::string> header;

  // Why it cannot be run on this machine; empty: it can.
  std::string WhyNotHere() const;
  // Empty where the header does not have the key.
  std::string Header(const std::string& key) const;
  std::vector<std::string> Options() const;
  // The header's command with {program} replaced; {payload} and {out} are shortwrite's.
  std::vector<std::string> Command() const;
};

// All of a kind, by name.
std::vector<Fixture> ReadFixtures(const std::string& kind);

void PrintTo(const Fixture& fixture, std::ostream* os);

}  // namespace shortwrite
