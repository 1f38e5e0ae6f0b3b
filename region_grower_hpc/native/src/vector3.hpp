// Vectors of three float64, and rotations. Sums go from x to z, as numpy's go along an axis.
#pragma once

#include <cmath>

namespace rghpc {

constexpr double PI = 3.141592653589793;

struct Vector3 {
    double x = 0.0, y = 0.0, z = 0.0;

    Vector3& operator+=(const Vector3& other) {
        x += other.x;
        y += other.y;
        z += other.z;
        return *this;
    }
};

inline Vector3 operator+(const Vector3& a, const Vector3& b) {
    return {a.x + b.x, a.y + b.y, a.z + b.z};
}
inline Vector3 operator-(const Vector3& a, const Vector3& b) {
    return {a.x - b.x, a.y - b.y, a.z - b.z};
}
inline Vector3 operator*(double factor, const Vector3& v) {
    return {factor * v.x, factor * v.y, factor * v.z};
}
inline Vector3 operator/(const Vector3& v, double divisor) {
    return {v.x / divisor, v.y / divisor, v.z / divisor};
}

inline double dot(const Vector3& a, const Vector3& b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
inline double norm(const Vector3& v) { return std::sqrt(dot(v, v)); }
inline Vector3 unit(const Vector3& v) { return v / norm(v); }
inline Vector3 cross(const Vector3& a, const Vector3& b) {
    return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}
inline bool is_finite(const Vector3& v) {
    return std::isfinite(v.x) && std::isfinite(v.y) && std::isfinite(v.z);
}

// By rows.
struct Matrix3 {
    Vector3 rows[3] = {{1.0, 0.0, 0.0}, {0.0, 1.0, 0.0}, {0.0, 0.0, 1.0}};
};

inline Vector3 operator*(const Matrix3& m, const Vector3& v) {
    return {dot(m.rows[0], v), dot(m.rows[1], v), dot(m.rows[2], v)};
}

// A fixed axis of rotation (Rodrigues' formula: 1 + sin(angle) K + (1 - cos(angle)) K²).
// Source: neurots.morphmath.rotation.rotation_around_axis.
class RotationAxis {
   public:
    explicit RotationAxis(const Vector3& axis) : axis_(unit(axis)) {}

    Vector3 rotate(const Vector3& v, double angle_rad) const {
        const Vector3 sideways = cross(axis_, v);
        return v + std::sin(angle_rad) * sideways +
               (1.0 - std::cos(angle_rad)) * cross(axis_, sideways);
    }

   private:
    Vector3 axis_;
};

}  // namespace rghpc
