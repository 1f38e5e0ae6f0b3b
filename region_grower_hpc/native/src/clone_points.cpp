#include "clone_points.hpp"

#include <limits>

namespace rghpc {

namespace {

constexpr double NAN64 = std::numeric_limits<double>::quiet_NaN();

}  // namespace

ClonePoints::ClonePoints(const CloneSections& sections, const float* rows) {
    std::ptrdiff_t n_pairs = 0;
    first_pairs_.reserve(sections.count() + 1);
    for (const Section& section : sections.all) {
        first_pairs_.push_back(n_pairs);
        n_pairs += section.size() / 2;  // half of the others, rounded up
    }
    first_pairs_.push_back(n_pairs);
    pairs_.reset(new PointPair[n_pairs]);
    firsts.reserve(sections.count());
    PointPair* pair = pairs_.get();
    for (const Section& section : sections.all) {
        firsts.push_back(stored_point(rows, section.first));
        for (int row = section.first + 1; row < section.stop; row += LANES, ++pair) {
            pair->set(0, stored_point(rows, row));
            pair->set(1, row + 1 < section.stop ? stored_point(rows, row + 1)
                                                : Vector3{NAN64, NAN64, NAN64});
        }
    }
}

}  // namespace rghpc
