#include "clone_turn.hpp"

#include <algorithm>
#include <cmath>
#include <initializer_list>

#include "interruption.hpp"

namespace rghpc {

namespace {

constexpr int END_POINTS = 5;
constexpr std::ptrdiff_t PACKS_BETWEEN_LOOKS = 1 << 20;

// A turn about an axis through a point (Rodrigues' formula).
class Turn {
   public:
    Turn(const Vector3& centre, const Vector3& axis, double angle_rad) : centre_(centre) {
        const double sine = std::sin(angle_rad), half = std::sin(0.5 * angle_rad),
                     versine = 2.0 * half * half, cosine = 1.0 - versine;
        const auto [x, y, z] = axis;
        const Vector3 v = versine * axis, s = sine * axis;
        matrix_ = {{{cosine + v.x * x, v.x * y - s.z, v.x * z + s.y},
                    {v.y * x + s.z, cosine + v.y * y, v.y * z - s.x},
                    {v.z * x - s.y, v.z * y + s.x, cosine + v.z * z}}};
    }

    // The centre itself stays, to the last bit.
    template <typename Points>
    RGHPC_IN_LOOPS Points of(const Points& points) const {
        return matrix_ * (points - centre_) + centre_;
    }

   private:
    Vector3 centre_;
    Matrix3 matrix_;
};

bool has_length(const Vector3& v) {
    const double length = norm(v);
    return length > 0.0 && std::isfinite(length);
}

// Leaves and their parents have not been turned yet. Null if there is no axis.
Vector3 leaf_axis(const Section& leaf, const Section& parent, const float* rows) {
    const auto chord = [&](int from, const Section& section) {
        return stored_point(rows, section.stop - 1) - stored_point(rows, from);
    };
    for (const Vector3& axis : {chord(parent.stop - std::min(END_POINTS, parent.size()), parent),
                                chord(parent.first, parent), chord(leaf.first, leaf)}) {
        if (has_length(axis)) return unit(axis);
    }
    return {};
}

RGHPC_FOR_EACH_PROCESSOR
void turn_packs(PointPack* begin, PointPack* end, const Turn& turn) {
    for (PointPack* pack = begin; pack != end; ++pack) *pack = turn.of(*pack);
}

void turn_subtree(const CloneSections& sections, int section, const Turn& turn,
                  ClonePoints& points) {
    const int stop = sections.subtree_stops[section];
    for (int i = section; i < stop; ++i) points.firsts[i] = turn.of(points.firsts[i]);
    turn_packs(points.begin(section), points.end(stop - 1), turn);
}

}  // namespace

void turn_clone(const CloneSections& sections, const float* rows, const double* angles_rad,
                AxisSense sense, ClonePoints& points) {
    std::ptrdiff_t packs = 0;
    for (int i = sections.count(); i-- > 0;) {
        const Section& section = sections.all[i];
        if (section.parent < 0 || angles_rad[i] == 0.0) continue;
        const Vector3 start = points.firsts[i];
        const PointPack *const begin = points.begin(i),
                        *const end = points.end(sections.subtree_stops[i] - 1);
        const Vector3 axis = sections.has_children(i)
                                 ? principal_axis(begin, end, start, sense)
                                 : leaf_axis(section, sections.all[section.parent], rows);
        if (norm(axis) > 0.0) turn_subtree(sections, i, Turn(start, axis, angles_rad[i]), points);
        packs += end - begin;
        if (packs > PACKS_BETWEEN_LOOKS) {
            allow_interruption();
            packs = 0;
        }
    }
}

}  // namespace rghpc
