// MD5 of outputs and payloads: a fingerprint to compare and to print, not a protection against
// forgery. Equality is always judged by the bytes where both sides are at hand.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "harness/base/result.h"
#include "harness/writer/payload.h"

struct evp_md_ctx_st;  // OpenSSL's EVP_MD_CTX; its headers stay in digest.cpp

namespace shortwrite {

// One running digest, for one thread at a time; move-only.
class Md5 {
 public:
  // Error (kUnavailable): OpenSSL here has no MD5 even outside FIPS mode. The message has the
  // remedy.
  static Result<Md5> Create();

  Md5(Md5&&) noexcept;
  Md5& operator=(Md5&&) noexcept;
  ~Md5();

  void Update(std::span<const char> bytes);
  // 32 lower-case hexadecimal digits. Ends the digest: nothing may be called after it.
  std::string HexDigest();

 private:
  explicit Md5(evp_md_ctx_st* context) : context_(context) {}
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

// For `doctor`; where false, Md5::Create().error() says what to do.
bool IsMd5Available();

struct Digest {
  std::string md5;     // 32 lower-case hexadecimal digits
  uint64_t bytes = 0;  // how many were hashed
};

Result<Digest> DigestBytes(std::string_view bytes);
Result<Digest> DigestPayload(const Payload& payload);
// Reads the file in blocks of 1 MiB. Errors name the path and the errno text.
Result<Digest> DigestFile(const std::string& path);

}  // namespace shortwrite
