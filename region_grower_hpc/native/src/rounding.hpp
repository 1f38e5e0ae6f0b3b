// Rounding errors like those of other mathematical libraries.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace rghpc {

// None, or such as a generator draws: a result that depends on them is one that another library,
// or another processor, would not give.
class Rounding {
public:
    // For so many exponentials at once; seed 0: none.
    Rounding(std::uint64_t seed, std::size_t count);

    bool is_off() const { return state_ == 0; }

    // What to multiply exponentials by: 1, or now and then the double next to it.
    const double* factors();

    // Uniform between -1 and 1.
    double symmetric() { return static_cast<double>(static_cast<std::int64_t>(draw())) * 0x1p-63; }

private:
    std::uint64_t draw();

    std::uint64_t state_;
    std::vector<double> factors_;
};

}  // namespace rghpc
