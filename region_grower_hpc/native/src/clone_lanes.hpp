// Pairs of float64, which every processor of ours computes at once.
#pragma once

#include <cmath>
#include <limits>

#include "vector3.hpp"

namespace rghpc {

// Sums over points are those of the even and of the odd ones: an order that no processor changes.
constexpr int LANES = 2;

using Lanes = double __attribute__((vector_size(LANES * sizeof(double))));

inline Lanes square_root(const Lanes& v) { return Lanes{std::sqrt(v[0]), std::sqrt(v[1])}; }
inline double total(const Lanes& v) { return v[0] + v[1]; }

// Two points, or vectors, µm.
struct PointPair {
    Lanes x, y, z;

    Vector3 point(int lane) const { return {x[lane], y[lane], z[lane]}; }
    void set(int lane, const Vector3& point) {
        x[lane] = point.x;
        y[lane] = point.y;
        z[lane] = point.z;
    }
};

inline PointPair operator-(const PointPair& pair, const Vector3& v) {
    return {pair.x - v.x, pair.y - v.y, pair.z - v.z};
}
inline PointPair operator+(const PointPair& pair, const Vector3& v) {
    return {pair.x + v.x, pair.y + v.y, pair.z + v.z};
}
inline Lanes dot(const PointPair& pair, const Vector3& v) {
    return pair.x * v.x + pair.y * v.y + pair.z * v.z;
}
inline PointPair operator*(const Matrix3& m, const PointPair& pair) {
    return {dot(pair, m.rows[0]), dot(pair, m.rows[1]), dot(pair, m.rows[2])};
}

// Unit vectors of a pair. A vector of no length, or none that is a number, gives way to another
// one, and weighs nothing.
struct UnitPair {
    PointPair unit;
    Lanes weight;  // 1 or 0
};

inline UnitPair unit_or(const PointPair& pair, const Vector3& other) {
    const Lanes square = pair.x * pair.x + pair.y * pair.y + pair.z * pair.z;
    const auto is_length = (square > 0.0) & (square <= std::numeric_limits<double>::max());
    const Lanes scale = 1.0 / square_root(square), null{};
    const PointPair unit{is_length ? pair.x * scale : null + other.x,
                         is_length ? pair.y * scale : null + other.y,
                         is_length ? pair.z * scale : null + other.z};
    return {unit, is_length ? null + 1.0 : null};
}

}  // namespace rghpc
