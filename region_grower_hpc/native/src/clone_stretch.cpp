#include "clone_stretch.hpp"

#include <vector>

namespace rghpc {

namespace {

bool equal(const Vector3& a, const Vector3& b) { return a.x == b.x && a.y == b.y && a.z == b.z; }

void store(const Vector3& point, float* row) {
    row[0] = static_cast<float>(point.x);
    row[1] = static_cast<float>(point.y);
    row[2] = static_cast<float>(point.z);
}

// About the first point of a section, which also moves.
struct Stretch {
    Vector3 before, after;
    double factor = 1.0;
    bool is_identity = true;

    Vector3 of(const Vector3& point) const {
        return is_identity ? point : after + factor * (point - before);
    }
};

}  // namespace

void stretch_clone(const CloneSections& sections, const double* factors, const ClonePoints& points,
                   float* rows) {
    struct End {
        Vector3 before, after;
    };
    std::vector<End> ends(sections.count());
    for (int i = 0; i < sections.count(); ++i) {
        const Section& section = sections.all[i];
        Stretch stretch{points.firsts[i], points.firsts[i], factors[i]};
        if (section.parent >= 0) {
            const End& end = ends[section.parent];
            if (equal(end.before, end.after)) {
                // nothing moves, not even the sign of a zero
            } else if (equal(stretch.before, end.before)) {
                stretch.after = end.after;
            } else {
                stretch.after += end.after - end.before;
            }
        }
        stretch.is_identity = factors[i] == 1.0 && equal(stretch.before, stretch.after);
        float* row = rows + 4 * static_cast<std::ptrdiff_t>(section.first);
        store(stretch.after, row);
        const int n_others = section.size() - 1;
        for (int k = 0; k < n_others; ++k) store(stretch.of(points.other(i, k)), row += 4);
        const Vector3 last = n_others > 0 ? points.other(i, n_others - 1) : stretch.before;
        ends[i] = {last, n_others > 0 ? stretch.of(last) : stretch.after};
    }
}

}  // namespace rghpc
