// A few float64 at once, as many as the processor computes with one instruction, or with two.
#pragma once

#include <cmath>
#include <limits>

#include "vector3.hpp"

#if defined(__GNUC__) && !defined(__clang__)
// All functions with lanes are parts of their callers: how they would be passed does not matter.
#pragma GCC diagnostic ignored "-Wpsabi"
#endif

namespace rghpc {

// Sums over points are those of each fourth one: an order that no processor changes.
constexpr int LANES = 4;

using Lanes = double __attribute__((vector_size(LANES * sizeof(double))));

// Loops over many points are compiled twice; the processor chooses when the library is loaded. Both
// have the same operations in the same order, without fused ones, so that all bits are the same.
// AddressSanitizer is not ready when the choice is made.
#if defined(__x86_64__) && defined(__gnu_linux__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__)
#define RGHPC_FOR_EACH_PROCESSOR __attribute__((target_clones("avx2", "default")))
#else
#define RGHPC_FOR_EACH_PROCESSOR
#endif
// What such a loop calls becomes a part of it.
#define RGHPC_IN_LOOPS __attribute__((always_inline)) inline

RGHPC_IN_LOOPS Lanes square_root(const Lanes& v) {
    return Lanes{std::sqrt(v[0]), std::sqrt(v[1]), std::sqrt(v[2]), std::sqrt(v[3])};
}
RGHPC_IN_LOOPS double total(const Lanes& v) { return (v[0] + v[1]) + (v[2] + v[3]); }

// Four points, or vectors, µm.
struct PointPack {
    Lanes x, y, z;

    Vector3 point(int lane) const { return {x[lane], y[lane], z[lane]}; }
    void set(int lane, const Vector3& point) {
        x[lane] = point.x;
        y[lane] = point.y;
        z[lane] = point.z;
    }
};

RGHPC_IN_LOOPS PointPack operator-(const PointPack& pack, const Vector3& v) {
    return {pack.x - v.x, pack.y - v.y, pack.z - v.z};
}
RGHPC_IN_LOOPS PointPack operator+(const PointPack& pack, const Vector3& v) {
    return {pack.x + v.x, pack.y + v.y, pack.z + v.z};
}
RGHPC_IN_LOOPS Lanes dot(const PointPack& pack, const Vector3& v) {
    return pack.x * v.x + pack.y * v.y + pack.z * v.z;
}
RGHPC_IN_LOOPS PointPack operator*(const Matrix3& m, const PointPack& pack) {
    return {dot(pack, m.rows[0]), dot(pack, m.rows[1]), dot(pack, m.rows[2])};
}

// Unit vectors of a pack. A vector of no length, or none that is a number, gives way to another
// one, and weighs nothing.
struct UnitPack {
    PointPack unit;
    Lanes weight;  // 1 or 0
};

RGHPC_IN_LOOPS UnitPack unit_or(const PointPack& pack, const Vector3& other) {
    const Lanes square = pack.x * pack.x + pack.y * pack.y + pack.z * pack.z;
    const auto is_length = (square > 0.0) & (square <= std::numeric_limits<double>::max());
    const Lanes scale = 1.0 / square_root(square), null{};
    const PointPack unit{is_length ? pack.x * scale : null + other.x,
                         is_length ? pack.y * scale : null + other.y,
                         is_length ? pack.z * scale : null + other.z};
    return {unit, is_length ? null + 1.0 : null};
}

}  // namespace rghpc
