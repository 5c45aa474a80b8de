#include "tests/cli/fixture.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <regex>
#include <sstream>

namespace shortwrite {
namespace {

namespace fs = std::filesystem;

// By the source's suffix; what is compiled needs none.
const std::map<std::string, std::string> kInterpreters = {
    {".c", ""}, {".cpp", ""}, {".py", "python3"}, {".pl", "perl"}, {".js", "node"}};

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

std::vector<Fixture> ReadFixtures(const std::string& kind) {
  std::vector<Fixture> fixtures;
  for (const auto& entry : fs::directory_iterator(SHORTWRITE_FIXTURE_SOURCES_DIR "/" + kind)) {
    const fs::path& source = entry.path();
    const auto language = kInterpreters.find(source.extension());
    if (language == kInterpreters.end()) continue;
    Fixture fixture;
    fixture.kind = kind;
    fixture.name = source.stem().string();
    fixture.interpreter = language->second;
    fixture.program = SHORTWRITE_FIXTURES_DIR "/" + kind + '/' +
                      (fixture.interpreter.empty() ? source.stem() : source.filename()).string();
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
