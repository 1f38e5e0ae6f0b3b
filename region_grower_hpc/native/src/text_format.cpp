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

constexpr char DIGIT_PAIRS[] =
    "0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546"
    "4748495051525354555657585960616263646566676869707172737475767778798081828384858687888990919293"
    "949596979899";

// Each writes digits that end before `end`, and gives where they begin.
char* digits(char* end, std::uint64_t value) {
    while (value >= 100) {
        end -= 2;
        std::memcpy(end, DIGIT_PAIRS + 2 * (value % 100), 2);
        value /= 100;
    }
    if (value >= 10) {
        end -= 2;
        std::memcpy(end, DIGIT_PAIRS + 2 * value, 2);
    } else {
        *--end = static_cast<char>('0' + value);
    }
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
    for (int pair = 0; pair < 4; ++pair) {
        end -= 2;
        std::memcpy(end, DIGIT_PAIRS + 2 * (billionths % 100), 2);
        billionths /= 100;
    }
    *--end = static_cast<char>('0' + billionths);
    *--end = '.';
    return end;
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
    const auto length = static_cast<std::size_t>(end - begin);
    const std::size_t blank = length < width ? width - length : 0;
    char* const place = room(blank + length);
    std::memset(place, ' ', blank);
    std::memcpy(place + blank, begin, length);
}

void TextFormat::integer(std::int64_t value, std::size_t width) {
    char buffer[MOST_CHARACTERS];
    char* const end = buffer + MOST_CHARACTERS;
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
    char buffer[MOST_CHARACTERS];
    char* const end = buffer + MOST_CHARACTERS;
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
