#include "triangle_mesh.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "mesh_listing.hpp"

namespace rghpc {

namespace {

std::vector<Box> boxes_of(const std::vector<Triangle>& triangles) {
    std::vector<Box> boxes;
    boxes.reserve(triangles.size());
    for (const Triangle& triangle : triangles) boxes.push_back(triangle.box());
    return boxes;
}

Box bounds_of(const std::vector<Box>& boxes) {
    Box bounds;
    for (const Box& box : boxes) bounds.include(box);
    return bounds;
}

// Boxes of the index are wider than the triangles by far more than rounding can move a hit.
std::vector<Box> widened(std::vector<Box> boxes, const Box& bounds) {
    double largest = 0.0, farthest = 0.0;
    const Vector3 size = bounds.upper - bounds.lower;
    for (const double value : {size.x, size.y, size.z}) largest = std::max(largest, value);
    for (const Vector3& end : {bounds.lower, bounds.upper}) {
        farthest = std::max({farthest, std::abs(end.x), std::abs(end.y), std::abs(end.z)});
    }
    for (Box& box : boxes) box = box.padded(1e-6 * largest + 1e-9 * farthest);
    return boxes;
}

// The direction of trimesh, and some more for a ray that grazes an edge. Trimesh then takes one
// from the entropy of the system, which no run could repeat.
constexpr Vector3 INSIDE_DIRECTIONS[] = {
    {0.4395064455, 0.617598629942, 0.652231566745},
    {-0.7427813527, 0.3849001795, 0.5477225575},
    {0.2672612419, -0.8017837257, 0.5345224838},
    {0.5773502692, 0.1259881577, -0.8067294851},
};

}  // namespace

TriangleMesh::TriangleMesh(std::vector<Triangle> triangles)
    : triangles_(std::move(triangles)),
      boxes_(boxes_of(triangles_)),
      bounds_(bounds_of(boxes_)),
      index_(widened(boxes_, bounds_)) {
    if (triangles_.empty()) throw std::invalid_argument("a mesh needs at least one triangle");
    for (int i = 0; i < static_cast<int>(triangles_.size()); ++i) {
        // without a normal no ray meets it
        if (triangles_[i].is_sliver() && norm(triangles_[i].normal()) > 0.0) slivers_.push_back(i);
    }
}

template <class Visit>
void TriangleMesh::visit_hits(const Vector3& origin, const Vector3& direction,
                              const Visit& visit) const {
    const Ray ray(origin, direction);
    const Box bounds = ray.bounds(bounds_);
    const auto test = [&](int number) {
        Vector3 point;
        if (triangles_[number].is_met(ray, point) && boxes_[number].meets(bounds)) visit(point);
    };
    index_.visit([&](const Box& box) { return ray.may_meet(box); },
                 [&](int number) {
                     if (!triangles_[number].is_sliver()) test(number);
                 });
    for (const int number : slivers_) test(number);
}

std::optional<Vector3> TriangleMesh::first_hit(const Vector3& origin,
                                               const Vector3& direction) const {
    FirstListed first;
    visit_hits(origin, direction, [&](const Vector3& point) { first.add(point); });
    if (first.is_empty()) return std::nullopt;
    return first.point();
}

int TriangleMesh::count_hits(const Vector3& origin, const Vector3& direction) const {
    std::vector<RoundedPoint> found;
    visit_hits(origin, direction, [&](const Vector3& point) { found.emplace_back(point); });
    if (found.size() < 2) return static_cast<int>(found.size());
    std::sort(found.begin(), found.end(),
              [](const RoundedPoint& a, const RoundedPoint& b) { return a.has_lower_pack(b); });
    return static_cast<int>(std::unique(found.begin(), found.end()) - found.begin());
}

bool TriangleMesh::contains(const Vector3& point) const {
    if (!bounds_.holds(point)) return false;
    for (const Vector3& direction : INSIDE_DIRECTIONS) {
        const int forward = count_hits(point, direction);
        const int backward = count_hits(point, -1.0 * direction);
        if (forward % 2 == backward % 2) return forward % 2 == 1;
        if (forward == 0 || backward == 0) return false;
    }
    return false;
}

NearestPoint TriangleMesh::nearest_point(const Vector3& point) const {
    // squares that differ by less count as one
    constexpr double SAME = 1e-8;
    struct Candidate {
        int number = -1;
        double square = HUGE_VAL;
        Vector3 point;
    } first, second;
    double limit = HUGE_VAL;
    index_.visit_near(point, limit, [&](int number) {
        const Vector3 place = triangles_[number].nearest_point(point);
        const Vector3 way = point - place;
        const double square = dot(way, way);
        if (square < first.square) {
            second = first;
            first = {number, square, place};
            limit = square + SAME + 1e-12 * square;
        } else if (square < second.square) {
            second = {number, square, place};
        }
    });
    if (first.number < 0) {
        const double nan = std::nan("");
        return {{nan, nan, nan}, nan};
    }
    const bool is_tie = second.number >= 0 && second.square - first.square < SAME &&
                        first.square > SAME;
    if (is_tie) {
        const auto facing = [&](const Candidate& candidate) {
            return dot(triangles_[candidate.number].normal(), point - candidate.point) /
                   std::sqrt(candidate.square);
        };
        if (facing(second) > facing(first)) first = second;
    }
    return {first.point, std::sqrt(first.square)};
}

}  // namespace rghpc
