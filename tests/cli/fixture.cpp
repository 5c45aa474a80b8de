#include "tests/cli/fixture.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <regex>
#include <sstream>

namespace shortwrite {
namespace {

namespace fs = std::filesystem;

// How a source becomes a program.
struct Language {
  std::string interpreter;          // empty: it is compiled
  std::string suffix = "";          // of the program
  std::string optional_compiler{};  // without which the build leaves it out
};

const std::map<std::string, Language> kLanguages = {
    {".c", {""}},
    {".cpp", {""}},
    {".go", {"", "", "go"}},
    {".rs", {"", "", "rustc"}},
    {".java", {"java", ".jar", "javac"}},
    {".py", {"python3", ".py"}},
    {".pl", {"perl", ".pl"}},
    {".js", {"node", ".js"}},
};

std::vector<std::string> Words(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

std::map<std::string, std::string> ReadHeader(const fs::path& source) {
  static const std::regex kLine("(//|#) ([a-z]+):(.*)");
  std::map<std::string, std::string> header;
  std::ifstream file(source);
  for (std::string line; std::getline(file, line);) {
    std::smatch match;
    if (line.starts_with("#!")) continue;
    if (!std::regex_match(line, match, kLine)) break;
    const std::string value = match[3];
    header[match[2]] = value.substr(std::min(value.find_first_not_of(' '), value.size()));
  }
  return header;
}

}  // namespace

std::string Fixture::Header(const std::string& key) const {
  const auto found = header.find(key);
  return found == header.end() ? "" : found->second;
}

std::vector<std::string> Fixture::Options() const {
  return Words(Header("options"));
}

std::vector<std::string> Fixture::Command() const {
  std::vector<std::string> words = Words(Header("command"));
  std::replace(words.begin(), words.end(), std::string("{program}"), program);
  return words;
}

std::string Fixture::WhyNotHere() const {
  if (!optional_compiler.empty() && !fs::exists(program)) {
    return "it was not built: " + optional_compiler + " was not here";
  }
  const std::string ask = "command -v " + interpreter + " >/dev/null";
  if (!interpreter.empty() && std::system(ask.c_str()) != 0) return interpreter + " is not here";
  return "";
}

std::vector<Fixture> ReadFixtures(const std::string& kind) {
  std::vector<Fixture> fixtures;
  for (const auto& entry : fs::directory_iterator(SHORTWRITE_FIXTURE_SOURCES_DIR "/" + kind)) {
    const fs::path& source = entry.path();
    const auto language = kLanguages.find(source.extension());
    if (language == kLanguages.end()) continue;
    Fixture fixture;
    fixture.kind = kind;
    fixture.name = source.stem().string();
    fixture.interpreter = language->second.interpreter;
    fixture.program =
        SHORTWRITE_FIXTURES_DIR "/" + kind + '/' + fixture.name + language->second.suffix;
    fixture.optional_compiler = language->second.optional_compiler;
    fixture.header = ReadHeader(source);
    fixtures.push_back(std::move(fixture));
  }
  std::sort(fixtures.begin(), fixtures.end(),
            [](const Fixture& a, const Fixture& b) { return a.name < b.name; });
  return fixtures;
}

void PrintTo(const Fixture& fixture, std::ostream* os) {
  *os << fixture.kind << '/' << fixture.name;
}

}  // namespace shortwrite
