// The one translation unit that knows toml++.

// toml++ 3.3 asserts what malformed text can break ("[.a]"), and without assertions takes it for
// granted. Neither may end the process: it is the user's text.
struct BrokenAssertion {};
[[noreturn]] static void FailAssertion() {
  throw BrokenAssertion();
}
#undef NDEBUG
#define TOML_ASSERT(condition) ((condition) ? static_cast<void>(0) : FailAssertion())
#define TOML_EXCEPTIONS 1
#define TOML_ENABLE_FORMATTERS 0
#include "harness/project/project_file.h"

#include <fmt/format.h>

#include <toml++/toml.h>
#include <algorithm>
#include <array>
#include <vector>

#include "harness/base/closest_word.h"
#include "harness/project/project_rules.h"

namespace shortwrite {
namespace {

// More than that is no list of targets that somebody wrote.
constexpr size_t kFileBytesMax = size_t{1} << 20;

enum class Form {
  kText,    // a string
  kNumber,  // a whole number, or a string of one with its unit
  kWords,   // a string, or an array of strings
};

struct KnownKey {
  std::string_view name;
  Form form;
};

// Of [defaults] and of each target; named as the options are.
constexpr std::array kValueKeys = {
    KnownKey{"backend", Form::kText},  KnownKey{"bytes", Form::kNumber},
    KnownKey{"contract", Form::kText}, KnownKey{"corpus", Form::kText},
    KnownKey{"depth", Form::kNumber},  KnownKey{"existing", Form::kNumber},
    KnownKey{"faults", Form::kWords},  KnownKey{"jobs", Form::kNumber},
    KnownKey{"judge", Form::kText},    KnownKey{"payload", Form::kText},
    KnownKey{"profile", Form::kText},  KnownKey{"reference", Form::kText},
    KnownKey{"seed", Form::kNumber},   KnownKey{"snapshot", Form::kText},
    KnownKey{"stdin", Form::kText},    KnownKey{"text", Form::kText},
    KnownKey{"time", Form::kNumber},   KnownKey{"timeout", Form::kNumber},
    KnownKey{"trials", Form::kNumber},
};
constexpr std::array<std::string_view, 3> kTopKeys = {"defaults", "suppressions", "targets"};
constexpr std::array<std::string_view, 7> kSuppressionKeys = {
    "call_site", "class", "expires", "reason", "signature", "target", "verdict"};

Place PlaceOf(const toml::source_region& region) {
  return {region.begin.line, region.begin.column};
}

std::vector<std::string_view> SettingKeys(bool of_target) {
  std::vector<std::string_view> names = {"sink"};
  if (of_target) names.emplace_back("command");
  for (const KnownKey& key : kValueKeys) names.push_back(key.name);
  return names;
}

class Reader {
 public:
  explicit Reader(const std::string& name) : name_(name) {}

  Result<ProjectFile> Read(const toml::table& root);
  Error At(const toml::source_region& region, const std::string& message) const {
    return UsageError(fmt::format("{}: {}", PlaceText(name_, PlaceOf(region)), message));
  }

 private:
  struct Settings {
    std::vector<std::string> command;
    std::vector<ProjectValue> sinks;
    std::map<std::string, ProjectValue> values;
  };

  Error Unknown(const toml::key& key, std::span<const std::string_view> known) const {
    return At(key.source(),
              fmt::format("unknown key '{}'{}", key.str(), DidYouMean(key.str(), known)));
  }
  Error WrongType(const toml::key& key, const toml::node& node, std::string_view wanted) const {
    return At(node.source(), fmt::format("'{}' must be {}", key.str(), wanted));
  }
  Result<const toml::table*> Table(const toml::key& key, const toml::node& node) const;
  // The strings of a node that is one, or an array of at least one.
  Result<std::vector<ProjectValue>> Words(const toml::key& key, const toml::node& node) const;
  Result<ProjectValue> Text(const toml::key& key, const toml::node& node) const;
  Result<ProjectValue> Value(const KnownKey& known, const toml::key& key,
                             const toml::node& node) const;
  Status ReadCommand(const toml::key& key, const toml::node& node, Settings& settings) const;
  Result<Settings> ReadSettings(const toml::table& table, bool of_target) const;
  Result<ProjectTarget> ReadTarget(const toml::key& key, const toml::node& node,
                                   const Settings& defaults) const;
  Status ReadTargets(const toml::key& key, const toml::node& node, const Settings& defaults,
                     ProjectFile& file) const;
  Result<Suppression> ReadSuppression(const toml::table& table, const ProjectFile& file) const;
  Status ReadSuppressions(const toml::key& key, const toml::node& node, ProjectFile& file) const;

  const std::string& name_;
};

Result<const toml::table*> Reader::Table(const toml::key& key, const toml::node& node) const {
  if (const toml::table* const table = node.as_table()) return table;
  return WrongType(key, node, "a table");
}

Result<ProjectValue> Reader::Text(const toml::key& key, const toml::node& node) const {
  const toml::value<std::string>* const text = node.as_string();
  if (text == nullptr) return WrongType(key, node, "a string");
  // It becomes a word of a command line, which ends at one.
  if (text->get().find('\0') != std::string::npos) {
    return At(node.source(), fmt::format("'{}' has a NUL character in it", key.str()));
  }
  if (text->get().empty()) return At(node.source(), fmt::format("'{}' is empty", key.str()));
  return ProjectValue{text->get(), PlaceOf(node.source())};
}

Result<std::vector<ProjectValue>> Reader::Words(const toml::key& key,
                                                const toml::node& node) const {
  std::vector<ProjectValue> words;
  const toml::array* const array = node.as_array();
  if (array == nullptr) {
    if (!node.is_string()) return WrongType(key, node, "a string, or an array of strings");
    Result<ProjectValue> text = Text(key, node);
    if (!text.ok()) return text.error();
    words.push_back(std::move(text).value());
    return words;
  }
  for (const toml::node& element : *array) {
    if (!element.is_string()) return WrongType(key, element, "an array of strings alone");
    Result<ProjectValue> text = Text(key, element);
    if (!text.ok()) return text.error();
    words.push_back(std::move(text).value());
  }
  if (words.empty()) return At(node.source(), fmt::format("'{}' is an empty array", key.str()));
  return words;
}

Result<ProjectValue> Reader::Value(const KnownKey& known, const toml::key& key,
                                   const toml::node& node) const {
  if (known.form == Form::kText) return Text(key, node);
  if (known.form == Form::kNumber) {
    if (const toml::value<int64_t>* const number = node.as_integer()) {
      return ProjectValue{std::to_string(number->get()), PlaceOf(node.source())};
    }
    if (node.is_string()) return Text(key, node);
    return WrongType(key, node, "a whole number, or a string");
  }
  Result<std::vector<ProjectValue>> words = Words(key, node);
  if (!words.ok()) return words.error();
  std::vector<std::string> texts;
  for (const ProjectValue& word : words.value()) texts.push_back(word.text);
  return ProjectValue{fmt::format("{}", fmt::join(texts, ",")), PlaceOf(node.source())};
}

Status Reader::ReadCommand(const toml::key& key, const toml::node& node, Settings& settings) const {
  if (node.is_string()) {
    Result<ProjectValue> text = Text(key, node);
    if (!text.ok()) return text.error();
    settings.command = {"sh", "-c", text.value().text};
    return Ok();
  }
  const toml::array* const array = node.as_array();
  if (array == nullptr) return WrongType(key, node, "a string, or an array of strings");
  for (const toml::node& element : *array) {
    const toml::value<std::string>* const word = element.as_string();
    if (word == nullptr) return WrongType(key, element, "an array of strings alone");
    if (word->get().find('\0') != std::string::npos) {
      return At(element.source(), fmt::format("'{}' has a NUL character in it", key.str()));
    }
    settings.command.push_back(word->get());
  }
  if (settings.command.empty() || settings.command.front().empty()) {
    return At(node.source(), fmt::format("'{}' names no program", key.str()));
  }
  return Ok();
}

Result<Reader::Settings> Reader::ReadSettings(const toml::table& table, bool of_target) const {
  Settings settings;
  for (const auto& [key, node] : table) {
    const std::string_view name = key.str();
    if (name == "command" && of_target) {
      if (Status read = ReadCommand(key, node, settings); !read.ok()) return read.error();
      continue;
    }
    if (name == "sink") {
      Result<std::vector<ProjectValue>> sinks = Words(key, node);
      if (!sinks.ok()) return sinks.error();
      settings.sinks = std::move(sinks).value();
      continue;
    }
    const auto* const known = std::find_if(kValueKeys.begin(), kValueKeys.end(),
                                           [&](const KnownKey& k) { return k.name == name; });
    if (known == kValueKeys.end()) return Unknown(key, SettingKeys(of_target));
    Result<ProjectValue> value = Value(*known, key, node);
    if (!value.ok()) return value.error();
    settings.values.emplace(name, std::move(value).value());
  }
  return settings;
}

Result<ProjectTarget> Reader::ReadTarget(const toml::key& key, const toml::node& node,
                                         const Settings& defaults) const {
  const std::string name(key.str());
  if (!IsTargetName(name)) {
    return At(key.source(),
              "a target's name has letters, digits, '_', '-' and '.' alone, begins "
              "with none of the last two, and is at most 100 long");
  }
  const Result<const toml::table*> table = Table(key, node);
  if (!table.ok()) return table.error();
  Result<Settings> settings = ReadSettings(*table.value(), true);
  if (!settings.ok()) return settings.error();
  Settings& own = settings.value();
  if (own.command.empty()) {
    return At(key.source(), fmt::format("target '{}' has no command; write, for example, command "
                                        "= [\"./writer\", \"{{payload}}\", \"{{out}}\"]",
                                        name));
  }
  if (own.sinks.empty()) own.sinks = defaults.sinks;
  AddDefaults(defaults.values, own.values);
  return ProjectTarget{name, PlaceOf(key.source()), std::move(own.command), std::move(own.sinks),
                       std::move(own.values)};
}

Status Reader::ReadTargets(const toml::key& key, const toml::node& node, const Settings& defaults,
                           ProjectFile& file) const {
  const Result<const toml::table*> table = Table(key, node);
  if (!table.ok()) return table.error();
  for (const auto& [name, target] : *table.value()) {
    Result<ProjectTarget> read = ReadTarget(name, target, defaults);
    if (!read.ok()) return read.error();
    file.targets.push_back(std::move(read).value());
  }
  std::sort(
      file.targets.begin(), file.targets.end(), [](const ProjectTarget& a, const ProjectTarget& b) {
        return std::pair(a.place.line, a.place.column) < std::pair(b.place.line, b.place.column);
      });
  return Ok();
}

Result<Suppression> Reader::ReadSuppression(const toml::table& table,
                                            const ProjectFile& file) const {
  Suppression suppression;
  suppression.place = PlaceOf(table.source());
  const std::array<std::pair<std::string_view, std::string*>, 6> texts = {
      {{"target", &suppression.target},
       {"signature", &suppression.signature},
       {"class", &suppression.class_name},
       {"verdict", &suppression.verdict},
       {"call_site", &suppression.call_site},
       {"reason", &suppression.reason}}};
  bool has_date = false;
  for (const auto& [key, node] : table) {
    const std::string_view name = key.str();
    if (name == "expires") {
      const toml::value<toml::date>* const date = node.as_date();
      if (date == nullptr) return WrongType(key, node, "a date without quotes, as 2026-12-31");
      suppression.expires = {std::chrono::year(date->get().year),
                             std::chrono::month(date->get().month),
                             std::chrono::day(date->get().day)};
      has_date = true;
      continue;
    }
    const auto* const text =
        std::find_if(texts.begin(), texts.end(), [&](const auto& t) { return t.first == name; });
    if (text == texts.end()) return Unknown(key, kSuppressionKeys);
    Result<ProjectValue> value = Text(key, node);
    if (!value.ok()) return value.error();
    *text->second = value.value().text;
    if (name != "target") continue;
    std::vector<std::string_view> names;
    for (const ProjectTarget& target : file.targets) names.push_back(target.name);
    if (std::find(names.begin(), names.end(), suppression.target) == names.end()) {
      return At(node.source(), fmt::format("no target is called '{}'{}", suppression.target,
                                           DidYouMean(suppression.target, names)));
    }
  }
  // Without either it would hide whatever comes.
  const bool names_one = !suppression.signature.empty() ||
                         (!suppression.class_name.empty() && !suppression.verdict.empty());
  if (!names_one) {
    return At(table.source(),
              "a suppression must say which one: its signature, or its class and "
              "its verdict (and, if you like, its call_site)");
  }
  if (suppression.reason.empty()) return At(table.source(), "a suppression must have a reason");
  if (!has_date) {
    return At(table.source(),
              "a suppression must say when it expires, as in: expires = "
              "2026-12-31");
  }
  return suppression;
}

Status Reader::ReadSuppressions(const toml::key& key, const toml::node& node,
                                ProjectFile& file) const {
  const toml::array* const array = node.as_array();
  if (array == nullptr) return WrongType(key, node, "an array of tables: [[suppressions]]");
  for (const toml::node& element : *array) {
    const toml::table* const table = element.as_table();
    if (table == nullptr) return WrongType(key, element, "an array of tables: [[suppressions]]");
    Result<Suppression> suppression = ReadSuppression(*table, file);
    if (!suppression.ok()) return suppression.error();
    file.suppressions.push_back(std::move(suppression).value());
  }
  return Ok();
}

Result<ProjectFile> Reader::Read(const toml::table& root) {
  ProjectFile file;
  Settings defaults;
  // toml++ hands keys out in alphabetical order, which is the order they need each other in, but
  // for suppressions, which name targets.
  for (const auto& [key, node] : root) {
    if (key.str() == "defaults") {
      const Result<const toml::table*> table = Table(key, node);
      if (!table.ok()) return table.error();
      Result<Settings> settings = ReadSettings(*table.value(), false);
      if (!settings.ok()) return settings.error();
      defaults = std::move(settings).value();
    } else if (key.str() == "targets") {
      if (Status read = ReadTargets(key, node, defaults, file); !read.ok()) return read.error();
    } else if (key.str() != "suppressions") {
      return Unknown(key, kTopKeys);
    }
  }
  if (file.targets.empty()) {
    return UsageError(
        fmt::format("{}:1:1: no target; write, for example, [targets.copy] and below "
                    "it command = [\"cp\", \"{{payload}}\", \"{{out}}\"]",
                    name_));
  }
  for (const auto& [key, node] : root) {
    if (key.str() != "suppressions") continue;
    if (Status read = ReadSuppressions(key, node, file); !read.ok()) return read.error();
  }
  return file;
}

}  // namespace

Result<ProjectFile> ParseProject(std::string_view text, const std::string& name) {
  if (text.size() > kFileBytesMax) {
    return UsageError(fmt::format("{}:1:1: larger than 1 MiB", name));
  }
  if (Status plain = HasOnlyText(text, name); !plain.ok()) return plain.error();
  Reader reader(name);
  try {
    // Given two literals, toml++ cannot tell text and path from stream and path.
    return reader.Read(toml::parse(text, std::string(name)));
  } catch (const toml::parse_error& error) {
    return reader.At(error.source(), fmt::format("not TOML: {}", error.description()));
  } catch (const BrokenAssertion&) {
    return UsageError(fmt::format("{}:1:1: not TOML; where, its parser cannot tell", name));
  }
}

}  // namespace shortwrite
