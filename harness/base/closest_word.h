// What somebody who typed a word that is not known most likely meant. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace shortwrite {

// "; did you mean 'trials'?", to be put behind a message; empty where no known word is near.
std::string DidYouMean(std::string_view typed, std::span<const std::string_view> known);

}  // namespace shortwrite
