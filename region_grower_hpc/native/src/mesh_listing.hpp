// The order in which trimesh lists the points where a ray meets a mesh.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <tuple>

#include "vector3.hpp"

namespace rghpc {

// A point in units of 1e-8; points that round to the same one count once.
// Source: trimesh.grouping.float_to_int.
struct RoundedPoint {
    std::int64_t x, y, z;

    explicit RoundedPoint(const Vector3& point)
        : x(rounded(point.x)), y(rounded(point.y)), z(rounded(point.z)) {}

    bool operator==(const RoundedPoint& other) const {
        return x == other.x && y == other.y && z == other.z;
    }
    // By bytes, as numpy sorts rows that it takes as one piece of memory.
    bool has_lower_bytes(const RoundedPoint& other) const {
        return std::memcmp(this, &other, sizeof *this) < 0;
    }
    // Whether trimesh packs the row, with the number of the ray, into 64 bits.
    bool is_packed() const { return fits(x) && fits(y) && fits(z); }
    bool has_lower_pack(const RoundedPoint& other) const {
        return std::tie(z, y, x) < std::tie(other.z, other.y, other.x);
    }

   private:
    static std::int64_t rounded(double value) {
        constexpr double END = 9223372036854775808.0;
        const double whole = std::nearbyint(value * 1e8 - 1e-6);
        // beyond int64 numpy's cast gives the least one
        if (!(whole >= -END && whole < END)) return std::numeric_limits<std::int64_t>::min();
        return static_cast<std::int64_t>(whole);
    }
    static bool fits(std::int64_t value) { return value < 32767 && value > -32767; }
};

// The first listed of some points: by bytes, or packed where all of them are near the origin.
// Source: trimesh.grouping.unique_rows.
class FirstListed {
   public:
    void add(const Vector3& point) {
        const RoundedPoint key(point);
        if (is_empty_ || key.has_lower_bytes(by_bytes_key_)) by_bytes_ = point, by_bytes_key_ = key;
        if (is_empty_ || key.has_lower_pack(by_pack_key_)) by_pack_ = point, by_pack_key_ = key;
        are_packed_ = are_packed_ && key.is_packed();
        is_empty_ = false;
    }
    bool is_empty() const { return is_empty_; }
    const Vector3& point() const { return are_packed_ ? by_pack_ : by_bytes_; }

   private:
    bool is_empty_ = true, are_packed_ = true;
    Vector3 by_bytes_, by_pack_;
    RoundedPoint by_bytes_key_{Vector3{}}, by_pack_key_{Vector3{}};
};

}  // namespace rghpc
