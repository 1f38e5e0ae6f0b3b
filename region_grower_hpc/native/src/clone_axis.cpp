#include "clone_axis.hpp"

#include <cmath>
#include <initializer_list>

#include "jitter_eigenvector.hpp"

namespace rghpc {

namespace {

// Directions that differ less, root mean square, are equal: above the rounding of points that were
// turned, below the step of float32.
constexpr double EQUAL_RAD = 1e-9;
constexpr double NEGLIGIBLE = 1e-6;
// Farther by less than this part is as far: of two directions both are equally far from their mean.
constexpr double AS_FAR = 1e-9;
constexpr Vector3 X_AXIS{1.0, 0.0, 0.0};

// Null if there is none.
Vector3 first_direction(const PointPack* begin, const PointPack* end, const Vector3& origin) {
    for (const PointPack* pack = begin; pack != end; ++pack) {
        const UnitPack found = unit_or(*pack - origin, {});
        for (int lane = 0; lane < LANES; ++lane) {
            if (found.weight[lane] > 0.0) return found.unit.point(lane);
        }
    }
    return {};
}

// Sums over the deviations of directions from one of them: those of the directions themselves would
// cancel where all are nearly equal.
struct Moments {
    double n = 0.0;
    Vector3 mean;
    Matrix3 scatter;  // n times the covariance
};

RGHPC_FOR_EACH_PROCESSOR
Moments moments_of(const PointPack* begin, const PointPack* end, const Vector3& origin,
                   const Vector3& reference) {
    Lanes n{}, x{}, y{}, z{}, xx{}, xy{}, xz{}, yy{}, yz{}, zz{};
    for (const PointPack* pack = begin; pack != end; ++pack) {
        const UnitPack direction = unit_or(*pack - origin, reference);
        const PointPack d = direction.unit - reference;
        n += direction.weight;
        x += d.x;
        y += d.y;
        z += d.z;
        xx += d.x * d.x;
        xy += d.x * d.y;
        xz += d.x * d.z;
        yy += d.y * d.y;
        yz += d.y * d.z;
        zz += d.z * d.z;
    }
    Moments moments;
    moments.n = total(n);
    const Vector3 sum{total(x), total(y), total(z)}, mean = sum / moments.n;
    const double a = total(xx) - sum.x * mean.x, b = total(xy) - sum.x * mean.y,
                 c = total(xz) - sum.x * mean.z, d = total(yy) - sum.y * mean.y,
                 e = total(yz) - sum.y * mean.z, f = total(zz) - sum.z * mean.z;
    moments.mean = reference + mean;
    moments.scatter = {{{a, b, c}, {b, d, e}, {c, e, f}}};
    return moments;
}

bool points_to_first_component(const Vector3& axis) {
    for (const double component : {axis.x, axis.y, axis.z}) {
        if (std::fabs(component) > NEGLIGIBLE) return component > 0.0;
    }
    return true;
}

RGHPC_FOR_EACH_PROCESSOR
bool points_to_farthest(const Vector3& axis, const PointPack* begin, const PointPack* end,
                        const Vector3& origin, const Vector3& mean) {
    double farthest = 0.0;
    for (const PointPack* pack = begin; pack != end; ++pack) {
        // what does not count is at the mean
        const Lanes along = dot(unit_or(*pack - origin, mean).unit - mean, axis);
        for (int lane = 0; lane < LANES; ++lane) {
            const double least = (1.0 + AS_FAR) * std::fabs(farthest);
            if (std::fabs(along[lane]) > least) farthest = along[lane];
        }
    }
    return farthest >= 0.0;
}

}  // namespace

Vector3 principal_axis(const PointPack* begin, const PointPack* end, const Vector3& origin,
                       AxisSense sense) {
    const Vector3 reference = first_direction(begin, end, origin);
    if (!(norm(reference) > 0.0)) return X_AXIS;
    const Moments moments = moments_of(begin, end, origin, reference);
    const auto& rows = moments.scatter.rows;
    if (!(rows[0].x + rows[1].y + rows[2].z > moments.n * EQUAL_RAD * EQUAL_RAD)) return X_AXIS;
    const Vector3 axis = main_eigenvector(moments.scatter);
    const bool is_kept = sense == AxisSense::first_component
                             ? points_to_first_component(axis)
                             : points_to_farthest(axis, begin, end, origin, moments.mean);
    return is_kept ? axis : -1.0 * axis;
}

}  // namespace rghpc
