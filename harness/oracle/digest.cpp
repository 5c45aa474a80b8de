#include "harness/oracle/digest.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/provider.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>

#include "harness/base/unique_fd.h"

namespace shortwrite {
namespace {

constexpr uint64_t kBlockBytes = 1 << 20;

// First what the machine's configuration offers; then, for machines in FIPS mode, a library context
// of our own with OpenSSL's default provider, which no openssl.cnf and no "fips=yes" default
// property reaches. Ours is no cryptographic use. Made once, kept until exit.
const EVP_MD* FetchMd5() {
  static const EVP_MD* const md5 = []() -> const EVP_MD* {
    if (const EVP_MD* found = EVP_MD_fetch(nullptr, "MD5", nullptr)) return found;
    OSSL_LIB_CTX* const own = OSSL_LIB_CTX_new();
    if (own == nullptr || OSSL_PROVIDER_load(own, "default") == nullptr) return nullptr;
    return EVP_MD_fetch(own, "MD5", "fips=no");
  }();
  return md5;
}

}  // namespace

void Md5::Free::operator()(evp_md_ctx_st* context) const {
  EVP_MD_CTX_free(context);
}
Md5::Md5(Md5&&) noexcept = default;
Md5& Md5::operator=(Md5&&) noexcept = default;
Md5::~Md5() = default;

Result<Md5> Md5::Create() {
  Md5 digest(EVP_MD_CTX_new());
  const EVP_MD* const md5 = FetchMd5();
  if (md5 == nullptr || digest.context_ == nullptr ||
      EVP_DigestInit_ex2(digest.context_.get(), md5, nullptr) != 1) {
    return Error{
        ErrorKind::kUnavailable,
        "OpenSSL offers no MD5 here, not even outside FIPS mode; install OpenSSL's default "
        "provider, or run with OPENSSL_CONF=/dev/null"};
  }
  return digest;
}

void Md5::Update(std::span<const char> bytes) {
  assert(context_ != nullptr);
  [[maybe_unused]] const int updated = EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size());
  assert(updated == 1);  // it can fail only on a context that was not initialised
}

std::string Md5::HexDigest() {
  assert(context_ != nullptr);
  std::array<unsigned char, EVP_MAX_MD_SIZE> raw = {};
  unsigned int raw_bytes = 0;
  [[maybe_unused]] const int ended = EVP_DigestFinal_ex(context_.get(), raw.data(), &raw_bytes);
  assert(ended == 1 && raw_bytes == 16);
  context_.reset();
  std::string hex;
  for (unsigned int i = 0; i < raw_bytes; ++i) hex += fmt::format("{:02x}", raw[i]);
  return hex;
}

bool IsMd5Available() {
  return Md5::Create().ok();
}

Result<Digest> DigestBytes(std::string_view bytes) {
  Result<Md5> md5 = Md5::Create();
  if (!md5.ok()) return md5.error();
  md5.value().Update(bytes);
  return Digest{md5.value().HexDigest(), bytes.size()};
}

Result<Digest> DigestPayload(const Payload& payload) {
  Result<Md5> md5 = Md5::Create();
  if (!md5.ok()) return md5.error();
  std::string block(static_cast<size_t>(std::min(payload.size(), kBlockBytes)), '\0');
  for (uint64_t done = 0; done < payload.size();) {
    const uint64_t part_bytes = std::min<uint64_t>(block.size(), payload.size() - done);
    const std::span<char> part(block.data(), static_cast<size_t>(part_bytes));
    if (const Status read = payload.Read(done, part); !read.ok()) return read.error();
    md5.value().Update(part);
    done += part_bytes;
  }
  return Digest{md5.value().HexDigest(), payload.size()};
}

Result<Digest> DigestFile(const std::string& path) {
  Result<Md5> md5 = Md5::Create();
  if (!md5.ok()) return md5.error();
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return ErrnoError(fmt::format("open '{}'", path), errno);
  std::string block(kBlockBytes, '\0');
  uint64_t bytes = 0;
  for (;;) {
    const ssize_t n = ::read(fd.get(), block.data(), block.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return ErrnoError(fmt::format("read '{}'", path), errno);
    if (n == 0) return Digest{md5.value().HexDigest(), bytes};
    md5.value().Update(std::span<const char>(block.data(), static_cast<size_t>(n)));
    bytes += static_cast<uint64_t>(n);
  }
}

}  // namespace shortwrite
