#include "jitter_stretch.hpp"

#include "vector3.hpp"

namespace rghpc {

namespace {

// neuroc takes differences of points in float32
Vector3 segment(const Point& from, const Point& to) {
    return float64({to.x - from.x, to.y - from.y, to.z - from.z});
}

Vector3 stretched(const Vector3& v, const double* factors) {
    return {v.x * factors[0], v.y * factors[1], v.z * factors[2]};
}

}  // namespace

void stretch_sections(JitteredNeurites& neurites, const StretchFactors& factors) {
    Point* points = neurites.points;
    for (int number = neurites.count(); number-- > 0;) {
        const Section& section = neurites.sections[number];
        const Vector3 start = float64(points[section.first]);
        const Vector3 old_end = float64(points[section.stop - 1]);
        Point before = points[section.first];
        Vector3 along, moved;
        for (int row = section.first; row < section.stop; ++row) {
            Vector3 step = segment(before, points[row]);
            if (factors.segments != nullptr) {
                step = stretched(step, factors.segments + 3 * static_cast<std::ptrdiff_t>(row));
            }
            along += step;
            moved = factors.sections == nullptr ? along
                                                : stretched(along, factors.sections + 3 * number);
            moved = start + moved;
            before = points[row];
            points[row] = float32(moved);
        }
        const Vector3 shift = moved - old_end;
        for (int row = section.stop; row < neurites.subtree_end(number); ++row) {
            points[row] = float32(float64(points[row]) + shift);
        }
    }
}

}  // namespace rghpc
