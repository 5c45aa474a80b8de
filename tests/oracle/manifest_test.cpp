#include "harness/oracle/manifest.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>
#include <string>

namespace shortwrite {
namespace {

const std::string kMd5 = "cb08ca4a7bb5f9683c19133a84872ca7";

Manifest Parsed(const std::string& text) {
  const Result<Manifest> manifest = ParseManifest(text, "m");
  EXPECT_TRUE(manifest.ok()) << text << ": " << (manifest.ok() ? "" : manifest.error().message);
  return manifest.ok() ? manifest.value() : Manifest{};
}

std::string MessageOf(const std::string& text) {
  const Result<Manifest> manifest = ParseManifest(text, "m");
  if (manifest.ok()) return "(accepted)";
  EXPECT_EQ(manifest.error().kind, ErrorKind::kUsage);
  return manifest.error().message;
}

// The four forms that other programs and we print say the same.
TEST(Manifest, AllFormsAreUnderstood) {
  const ManifestEntry entry = {"abcd-4", kMd5, std::nullopt, std::nullopt};
  EXPECT_EQ(Parsed(kMd5 + "  abcd-4\n"), Manifest{entry});
  EXPECT_EQ(Parsed(kMd5 + " *abcd-4\n"), Manifest{entry});
  EXPECT_EQ(Parsed("MD5 (abcd-4) = " + kMd5), Manifest{entry});
  const ManifestEntry golden = {"abcd-4", kMd5, 4, "ABCD"};
  EXPECT_EQ(Parsed("MD5 (abcd-4) = " + kMd5 + " bytes=4 pattern=ABCD\n"), Manifest{golden});
}

// Comments and empty lines are skipped, the order is kept, upper-case digits are accepted.
TEST(Manifest, LinesAreKeptInOrder) {
  const std::string upper = "CB08ca4a7bb5f9683c19133a84872CA7";
  const Manifest manifest = Parsed("# golden\n\n" + upper + "  b\n" + kMd5 + "  a\n");
  ASSERT_EQ(manifest.size(), 2u);
  EXPECT_EQ(manifest[0], (ManifestEntry{"b", kMd5, std::nullopt, std::nullopt}));
  EXPECT_EQ(manifest[1].name, "a");
  EXPECT_TRUE(Parsed("# nothing\n").empty());
}

// Names may contain what ends a name elsewhere.
TEST(Manifest, NamesMayContainSeparators) {
  EXPECT_EQ(Parsed("MD5 (a) = b) = " + kMd5)[0].name, "a) = b");
  EXPECT_EQ(Parsed("MD5 (x) = " + kMd5 + " bytes=4) = " + kMd5)[0].name,
            "x) = " + kMd5 + " bytes=4");
  EXPECT_EQ(Parsed(kMd5 + "   two spaces ")[0].name, " two spaces ");
  EXPECT_EQ(Parsed(kMd5 + "  back\\slash")[0].name, "back\\slash");
  EXPECT_EQ(Parsed("\\" + kMd5 + "  back\\\\sl\\nash\\r")[0].name, "back\\sl\nash\r");
  EXPECT_EQ(Parsed("\\MD5 (a\\nb) = " + kMd5)[0].name, "a\nb");
}

// Space, percent sign and bytes beyond ASCII stand escaped in a pattern.
TEST(Manifest, PatternsAreEscaped) {
  const ManifestEntry entry = {"n", kMd5, 9, std::string("a b%\n\xff\0", 7)};
  EXPECT_EQ(PrintManifestEntry(entry),
            "MD5 (n) = " + kMd5 + " bytes=9 pattern=a%20b%25%0A%FF%00\n");
  EXPECT_EQ(Parsed(PrintManifestEntry(entry)), Manifest{entry});
}

// A line that is not understood is an error that says where, what and what to do.
TEST(Manifest, MalformedLinesAreErrors) {
  EXPECT_EQ(MessageOf("\nhello world\n"),
            "m:2:1: not a manifest line; write 'DIGEST  NAME' or 'MD5 (NAME) = DIGEST'");
  EXPECT_EQ(MessageOf(kMd5 + " name"),
            "m:1:33: after the digest come two spaces, or a space and *, and the name");
  EXPECT_EQ(MessageOf(kMd5 + "  "), "m:1:35: the name is empty; name a file");
  EXPECT_EQ(MessageOf("MD5 () = " + kMd5), "m:1:6: the name is empty; name a file");
  EXPECT_EQ(MessageOf("MD5 (name"), "m:1:6: ') = ' is missing; write MD5 (NAME) = DIGEST");
  EXPECT_EQ(MessageOf("MD5 (a) = 123"),
            "m:1:11: '123' is not an MD5 digest; write 32 hexadecimal digits");
  EXPECT_EQ(MessageOf(std::string(64, 'a') + "  n"),
            "m:1:1: 64 hexadecimal digits are SHA-256; only MD5 (32 digits) is understood");
  EXPECT_EQ(MessageOf("SHA1 (n) = " + std::string(40, 'a')),
            "m:1:1: the digest is SHA1; only MD5 is understood");
  EXPECT_EQ(MessageOf("MD5(n)= " + kMd5),
            "m:1:1: this is openssl's long form; print it with 'openssl dgst -md5 -r'");
  EXPECT_EQ(MessageOf(kMd5 + "  n\r\n"),
            "m:1:36: the line ends in CR LF; convert the manifest, e.g. with dos2unix");
  EXPECT_EQ(MessageOf(kMd5 + "  n\n" + kMd5 + " *n\n"),
            "m:2:1: 'n' is named in line 1 already; keep one of the lines");
  EXPECT_EQ(MessageOf(kMd5 + "  " + std::string("a\0b", 3)),
            "m:1:36: a NUL byte; a manifest is text, one line for each file");
  EXPECT_EQ(MessageOf("\\" + kMd5 + "  a\\t"),
            "m:1:37: bad escape in a name; write \\\\, \\n or \\r");
  EXPECT_EQ(MessageOf("\\" + kMd5 + "  a\\"),
            "m:1:37: bad escape in a name; write \\\\, \\n or \\r");
  EXPECT_EQ(MessageOf(" " + kMd5 + "  a"),
            "m:1:1: not a manifest line; write 'DIGEST  NAME' or 'MD5 (NAME) = DIGEST'");
}

// What follows the digest is checked as strictly.
TEST(Manifest, MalformedAttributesAreErrors) {
  const std::string line = "MD5 (n) = " + kMd5;
  EXPECT_EQ(MessageOf(line + " pattern=A"),
            "m:1:44: a pattern has no size of its own; write bytes=N before it");
  EXPECT_EQ(MessageOf(line + " bytes=-1"),
            "m:1:50: bytes= wants a whole number of bytes below 2^63, without suffix");
  EXPECT_EQ(MessageOf(line + " bytes=9223372036854775808"),
            "m:1:50: bytes= wants a whole number of bytes below 2^63, without suffix");
  EXPECT_EQ(MessageOf(line + " bytes=4KiB"),
            "m:1:51: unexpected text after bytes=N; only ' pattern=TEXT' may follow it");
  EXPECT_EQ(MessageOf(line + " bytes=4 pattern="),
            "m:1:60: an empty pattern cannot fill any bytes; write a text");
  EXPECT_EQ(MessageOf(line + " bytes=4 pattern=A%4"),
            "m:1:61: % wants two hexadecimal digits; write a percent sign as %25");
  EXPECT_EQ(MessageOf(line + " bytes=4 pattern=A B"),
            "m:1:61: a pattern is printable ASCII without spaces; write other bytes as %XX");
  EXPECT_EQ(MessageOf(line + " "),
            "m:1:43: unexpected text after the digest; only ' bytes=N' and ' pattern=TEXT' may "
            "follow it");
  EXPECT_EQ(Parsed(line + " bytes=0 pattern=")[0].pattern, "");
}

rc::Gen<std::string> AnyName() {
  const auto any_byte = rc::gen::map(rc::gen::inRange(1, 256), [](int b) {
    return static_cast<char>(static_cast<unsigned char>(b));
  });
  const auto byte = rc::gen::oneOf(
      any_byte, rc::gen::element('\\', '\n', '\r', ' ', '*', '(', ')', '=', '#', 'n'));
  return rc::gen::nonEmpty(rc::gen::container<std::string>(byte));
}

// Parse and print are inverse to each other, whatever the names and patterns.
RC_GTEST_PROP(Manifest, PrintedManifestsAreParsedBack, ()) {
  const auto names = *rc::gen::container<std::set<std::string>>(AnyName());
  Manifest manifest;
  for (const std::string& name : names) {
    ManifestEntry entry = {name, kMd5, std::nullopt, std::nullopt};
    if (*rc::gen::arbitrary<bool>()) entry.bytes = *rc::gen::inRange<uint64_t>(0, 1ULL << 62);
    if (entry.bytes && *rc::gen::arbitrary<bool>()) {
      entry.pattern = *rc::gen::nonEmpty(rc::gen::arbitrary<std::string>());
    }
    manifest.push_back(entry);
  }
  const Result<Manifest> parsed = ParseManifest(PrintManifest(manifest), "m");
  RC_ASSERT(parsed.ok());
  RC_ASSERT(parsed.value() == manifest);
}

// A digest on the command line is checked like one in a manifest.
TEST(Manifest, DigestsAreChecked) {
  EXPECT_EQ(ParseMd5("CB08CA4A7BB5F9683C19133A84872CA7").value(), kMd5);
  EXPECT_FALSE(ParseMd5("").ok());
  EXPECT_FALSE(ParseMd5(kMd5.substr(1)).ok());
  EXPECT_FALSE(ParseMd5(kMd5.substr(1) + "g").ok());
}

}  // namespace
}  // namespace shortwrite
