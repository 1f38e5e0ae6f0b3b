#include "mesh_triangle.hpp"

#include <algorithm>

namespace rghpc {

namespace {

// trimesh's tolerance of products of lengths
constexpr double ZERO = 1e-13;

}  // namespace

Triangle::Triangle(const Vector3& a, const Vector3& b, const Vector3& c, const Vector3& normal)
    : a_(a),
      b_(b),
      c_(c),
      ab_(b - a),
      ac_(c - a),
      normal_(normal),
      dot_bb_(dot(ab_, ab_)),
      dot_bc_(dot(ab_, ac_)),
      dot_cc_(dot(ac_, ac_)),
      inverse_(1.0 / (dot_bb_ * dot_cc_ - dot_bc_ * dot_bc_)) {
    constexpr double THIN = 1e-8;
    const double longest = std::max(dot_bb_, dot_cc_);
    is_sliver_ = !(dot_bb_ * dot_cc_ - dot_bc_ * dot_bc_ > THIN * longest * longest);
}

Vector3 Triangle::nearest_point(const Vector3& point) const {
    const Vector3 ap = point - a_;
    if (ab_.x == 0.0 && ab_.y == 0.0 && ab_.z == 0.0) {
        const double share = dot_cc_ > 0.0 ? dot(ap, ac_) / dot_cc_ : 0.0;
        return a_ + std::clamp(share, 0.0, 1.0) * ac_;
    }
    const double d1 = dot(ab_, ap), d2 = dot(ac_, ap);
    if (d1 < ZERO && d2 < ZERO) return a_;
    const Vector3 bp = point - b_;
    const double d3 = dot(ab_, bp), d4 = dot(ac_, bp);
    if (d3 > -ZERO && d4 <= d3) return b_;
    const double vc = d1 * d4 - d3 * d2;
    if (vc < ZERO && d1 > -ZERO && d3 < ZERO) return a_ + (d1 / (d1 - d3)) * ab_;
    const Vector3 cp = point - c_;
    const double d5 = dot(ab_, cp), d6 = dot(ac_, cp);
    if (d6 > -ZERO && d5 <= d6) return c_;
    const double vb = d5 * d2 - d1 * d6;
    if (vb < ZERO && d2 > -ZERO && d6 < ZERO) return a_ + (d2 / (d2 - d6)) * ac_;
    const double va = d3 * d6 - d5 * d4;
    const double d43 = d4 - d3, d56 = d5 - d6;
    if (va < ZERO && d43 > -ZERO && d56 > -ZERO) return b_ + (d43 / (d43 + d56)) * (c_ - b_);
    const double inverse = 1.0 / (va + vb + vc);
    return a_ + (vb * inverse) * ab_ + (vc * inverse) * ac_;
}

Box Triangle::box() const {
    Box box;
    for (const Vector3& corner : {a_, b_, c_}) box.include(corner);
    return box;
}

}  // namespace rghpc
