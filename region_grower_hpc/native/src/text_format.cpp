#include "text_format.hpp"

namespace rghpc {

namespace {

// GCC and Clang have it on every 64-bit machine; __extension__ because it is not ISO C++.
__extension__ using Wide = unsigned __int128;

constexpr std::uint64_t BILLION = 1000000000u;
constexpr int MANTISSA_BITS = 23;
constexpr std::uint32_t MANTISSA_MASK = (1u << MANTISSA_BITS) - 1;
constexpr int EXPONENT_BIAS = 127 + MANTISSA_BITS;
constexpr std::uint32_t NOT_FINITE = 255;  // exponent field of infinity and NaN

// Sign, 39 digits of the largest float, the point and 9 decimals fit.
constexpr std::size_t MOST_CHARACTERS = 56;

// Bytes that are copied for a number of usual length; columns are not wider than MOST_CHARACTERS.
constexpr std::size_t COPIED = 16;

// Spaces into which a number is written from its end; a copy may read on beyond the end.
class Blank {
   public:
    Blank() { std::memset(characters_, ' ', sizeof characters_); }
    char* end() { return characters_ + MOST_CHARACTERS; }

   private:
    char characters_[MOST_CHARACTERS + COPIED];
};

// 000 to 999, three digits and a zero byte each.
struct DigitTriples {
    char characters[1000][4] = {};

    constexpr DigitTriples() {
        for (int value = 0; value < 1000; ++value) {
            characters[value][0] = static_cast<char>('0' + value / 100);
            characters[value][1] = static_cast<char>('0' + value / 10 % 10);
            characters[value][2] = static_cast<char>('0' + value % 10);
        }
    }
};
constexpr DigitTriples TRIPLES;

// Each writes digits that end before `end`, and gives where they begin.
char* digits(char* end, std::uint64_t value) {
    while (value >= 1000) {
        end -= 3;
        std::memcpy(end, TRIPLES.characters[value % 1000], 3);
        value /= 1000;
    }
    const int count = 1 + (value >= 10) + (value >= 100);
    end -= count;
    for (int i = 0; i < count; ++i) end[i] = TRIPLES.characters[value][3 - count + i];
    return end;
}

char* digits(char* end, Wide value) {
    while (value >= BILLION) {
        char* begin = digits(end, static_cast<std::uint64_t>(value % BILLION));
        end -= 9;
        while (begin > end) *--begin = '0';
        value /= BILLION;
    }
    return digits(end, static_cast<std::uint64_t>(value));
}

char* nine_decimals(char* end, std::uint32_t billionths) {
    constexpr std::uint32_t THOUSAND = 1000, MILLION = 1000000;
    const std::uint32_t rest = billionths % MILLION;
    std::memcpy(end - 9, TRIPLES.characters[billionths / MILLION], 3);
    std::memcpy(end - 6, TRIPLES.characters[rest / THOUSAND], 3);
    std::memcpy(end - 3, TRIPLES.characters[rest % THOUSAND], 3);
    end[-10] = '.';
    return end - 10;
}

// `product` / 2^shift to the nearest integer, halves to even; product < 2^54.
std::uint64_t rounded(std::uint64_t product, int shift) {
    if (shift >= 64) return 0;
    const std::uint64_t quotient = product >> shift;
    const std::uint64_t rest = product & ((std::uint64_t{1} << shift) - 1);
    const std::uint64_t half = std::uint64_t{1} << (shift - 1);
    return quotient + (rest > half || (rest == half && (quotient & 1)));
}

}  // namespace

void TextFormat::padded(const char* begin, const char* end, std::size_t width) {
    const std::size_t length = std::max(static_cast<std::size_t>(end - begin), width);
    char* const place = room(length, COPIED);
    // A copy of known length is a few instructions; what is too much is written over by what follows.
    if (length <= COPIED) {
        std::memcpy(place, end - length, COPIED);
    } else {
        std::memcpy(place, end - length, length);
    }
}

void TextFormat::integer(std::int64_t value, std::size_t width) {
    Blank blank;
    char* const end = blank.end();
    const auto magnitude = static_cast<std::uint64_t>(value);
    char* begin = digits(end, value < 0 ? 0 - magnitude : magnitude);
    if (value < 0) *--begin = '-';
    padded(begin, end, width);
}

// A float is mantissa x 2^power with 24 bits of mantissa, so that mantissa x 10^9 fits into 54
// bits, and the division by a power of two is exact.
void TextFormat::fixed9(float value, std::size_t width) {
    std::uint32_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    const std::uint32_t field = (bits >> MANTISSA_BITS) & 0xFFu;
    Blank blank;
    char* const end = blank.end();
    char* begin = end;
    if (field == NOT_FINITE) {
        begin -= 3;
        std::memcpy(begin, (bits & MANTISSA_MASK) ? "nan" : "inf", 3);
    } else {
        const std::uint32_t fraction = bits & MANTISSA_MASK;
        // Subnormal numbers have no hidden bit, and the power of the smallest normal ones.
        const std::uint64_t mantissa = field ? fraction | (MANTISSA_MASK + 1) : fraction;
        const int power = static_cast<int>(field ? field : 1) - EXPONENT_BIAS;
        if (power >= 0) {
            begin = digits(nine_decimals(end, 0), static_cast<Wide>(mantissa) << power);
        } else {
            const std::uint64_t billionths = rounded(mantissa * BILLION, -power);
            begin = nine_decimals(end, static_cast<std::uint32_t>(billionths % BILLION));
            begin = digits(begin, billionths / BILLION);
        }
    }
    if (bits >> 31) *--begin = '-';
    padded(begin, end, width);
}

}  // namespace rghpc
