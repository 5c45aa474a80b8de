// Reads the fields of one line of a stream. For read_stream.cpp.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace shortwrite {

// A field that is not there has its default: an older version did not write it. One of another type
// is an error, of which the first is kept.
class StreamFields {
 public:
  // Both must outlive this. json: an object, else that is the error.
  StreamFields(const nlohmann::json& json, std::string& error);

  std::string Text(const char* name) const;
  std::string Lines(const char* name) const;  // newlines stay
  std::string Bytes(const char* name) const;  // from hexadecimal
  std::vector<std::string> Texts(const char* name) const;
  uint64_t Count(const char* name) const;
  int64_t Number(const char* name, int64_t otherwise) const;
  bool Flag(const char* name, bool otherwise) const;
  bool Has(const char* name) const;

  // The objects of an array.
  std::vector<StreamFields> Objects(const char* name) const;
  // An object; an empty one if it is not there.
  StreamFields Object(const char* name) const;

 private:
  const nlohmann::json* Find(const char* name) const;
  void Fail(const char* name, std::string_view expected) const;

  const nlohmann::json* json_;
  std::string* error_;
};

}  // namespace shortwrite
