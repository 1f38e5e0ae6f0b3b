// Text of numbers, with the bytes that C's printf would give.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace rghpc {

// Writes a text into a buffer that is kept for the next one: its pages are there already. Numbers are
// right-aligned in `width` columns where one is given.
class TextFormat {
   public:
    explicit TextFormat(std::string& buffer) : buffer_(buffer) {}

    TextFormat& operator<<(char character) {
        *room(1) = character;
        return *this;
    }
    TextFormat& operator<<(std::string_view words) {
        std::memcpy(room(words.size()), words.data(), words.size());
        return *this;
    }
    void spaces(std::size_t count) { std::memset(room(count), ' ', count); }
    // As "%*d".
    void integer(std::int64_t value, std::size_t width = 0);
    // As "%*.9f": exact, halves rounded to even.
    void fixed9(float value, std::size_t width = 0);

    // Bytes of the buffer that are the text.
    std::size_t size() const { return used_; }

   private:
    void padded(const char* begin, const char* end, std::size_t width);

    // The next bytes of the text, to be filled; at least `reserved` may be written there.
    char* room(std::size_t count, std::size_t reserved = 0) {
        const std::size_t needed = used_ + std::max(count, reserved);
        if (buffer_.size() < needed) buffer_.resize(std::max(2 * buffer_.size(), needed));
        char* const place = buffer_.data() + used_;
        used_ += count;
        return place;
    }

    std::string& buffer_;
    std::size_t used_ = 0;
};

}  // namespace rghpc
