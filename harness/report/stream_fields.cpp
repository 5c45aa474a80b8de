#include "harness/report/stream_fields.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "harness/report/plain_text.h"

namespace shortwrite {

using Json = nlohmann::json;

StreamFields::StreamFields(const Json& json, std::string& error) : json_(&json), error_(&error) {
  if (!json.is_object() && error_->empty()) *error_ = "not an object";
}

const Json* StreamFields::Find(const char* name) const {
  if (!json_->is_object()) return nullptr;
  const auto found = json_->find(name);
  return found == json_->end() ? nullptr : &*found;
}

void StreamFields::Fail(const char* name, std::string_view expected) const {
  if (error_->empty()) *error_ = fmt::format("'{}' is not {}", name, expected);
}

bool StreamFields::Has(const char* name) const {
  return Find(name) != nullptr;
}

std::string StreamFields::Text(const char* name) const {
  const Json* const value = Find(name);
  if (value == nullptr) return "";
  if (value->is_string()) return PlainText(value->get_ref<const std::string&>());
  Fail(name, "a text");
  return "";
}

std::string StreamFields::Lines(const char* name) const {
  const Json* const value = Find(name);
  if (value == nullptr) return "";
  if (value->is_string()) return PlainLines(value->get_ref<const std::string&>());
  Fail(name, "a text");
  return "";
}

std::string StreamFields::Bytes(const char* name) const {
  const std::string hex = Text(name);
  std::string bytes;
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
  };
  for (size_t i = 0; i < hex.size(); i += 2) {
    const int high = digit(hex[i]);
    const int low = i + 1 < hex.size() ? digit(hex[i + 1]) : -1;
    if (high < 0 || low < 0) {
      Fail(name, "a text of pairs of the digits 0-9a-f");
      return "";
    }
    bytes += static_cast<char>(high * 16 + low);
  }
  return bytes;
}

std::vector<std::string> StreamFields::Texts(const char* name) const {
  std::vector<std::string> texts;
  const Json* const value = Find(name);
  if (value == nullptr) return texts;
  if (!value->is_array()) Fail(name, "an array of texts");
  for (const Json& element : *value) {
    if (!element.is_string()) {
      Fail(name, "an array of texts");
      return {};
    }
    texts.push_back(PlainText(element.get_ref<const std::string&>()));
  }
  return texts;
}

uint64_t StreamFields::Count(const char* name) const {
  const Json* const value = Find(name);
  if (value == nullptr) return 0;
  if (value->is_number_unsigned()) return value->get<uint64_t>();
  Fail(name, "a whole number that is not negative");
  return 0;
}

int64_t StreamFields::Number(const char* name, int64_t otherwise) const {
  const Json* const value = Find(name);
  if (value == nullptr) return otherwise;
  if (value->is_number_integer() &&
      !(value->is_number_unsigned() && std::cmp_greater(value->get<uint64_t>(), INT64_MAX))) {
    return value->get<int64_t>();
  }
  Fail(name, "a whole number");
  return otherwise;
}

bool StreamFields::Flag(const char* name, bool otherwise) const {
  const Json* const value = Find(name);
  if (value == nullptr) return otherwise;
  if (value->is_boolean()) return value->get<bool>();
  Fail(name, "true or false");
  return otherwise;
}

std::vector<StreamFields> StreamFields::Objects(const char* name) const {
  std::vector<StreamFields> objects;
  const Json* const value = Find(name);
  if (value == nullptr) return objects;
  if (!value->is_array()) {
    Fail(name, "an array of objects");
    return objects;
  }
  for (const Json& element : *value) {
    if (!element.is_object()) {
      Fail(name, "an array of objects");
      return {};
    }
    objects.emplace_back(element, *error_);
  }
  return objects;
}

StreamFields StreamFields::Object(const char* name) const {
  static const Json kEmpty = Json::object();
  const Json* const value = Find(name);
  if (value == nullptr) return {kEmpty, *error_};
  if (!value->is_object()) {
    Fail(name, "an object");
    return {kEmpty, *error_};
  }
  return {*value, *error_};
}

}  // namespace shortwrite
