// Text of numbers, with the bytes that C's printf would give.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace rghpc {

// Grows a text. Numbers are right-aligned in `width` columns where one is given.
class TextFormat {
   public:
    explicit TextFormat(std::size_t expected_bytes) { text_.reserve(expected_bytes); }

    TextFormat& operator<<(char character) {
        text_.push_back(character);
        return *this;
    }
    TextFormat& operator<<(const char* words) {
        text_.append(words);
        return *this;
    }
    TextFormat& operator<<(const std::string& words) {
        text_.append(words);
        return *this;
    }
    void spaces(std::size_t count) { text_.append(count, ' '); }
    // As "%*d".
    void integer(std::int64_t value, std::size_t width = 0);
    // As "%*.9f": exact, halves rounded to even.
    void fixed9(float value, std::size_t width = 0);

    std::string take() { return std::move(text_); }

   private:
    void padded(const char* begin, const char* end, std::size_t width);

    std::string text_;
};

}  // namespace rghpc
