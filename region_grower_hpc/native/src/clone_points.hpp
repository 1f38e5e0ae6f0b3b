// The points of a neuron while it is cloned.
#pragma once

#include <memory>
#include <vector>

#include "clone_lanes.hpp"
#include "clone_sections.hpp"

namespace rghpc {

// First points of sections apart from all others, which come in pairs, each section's filled up
// with NaN: the pairs of a subtree can be gone through without a look at its sections.
class ClonePoints {
   public:
    // Points are rows of x, y, z and the diameter.
    ClonePoints(const CloneSections& sections, const float* rows);

    // [begin, end) of the pairs of a section; those of a subtree end with its last section's.
    PointPair* begin(int section) { return pairs_.get() + first_pairs_[section]; }
    PointPair* end(int section) { return pairs_.get() + first_pairs_[section + 1]; }
    const PointPair* begin(int section) const { return pairs_.get() + first_pairs_[section]; }
    const PointPair* end(int section) const { return pairs_.get() + first_pairs_[section + 1]; }

    // The point of a section after its first one, from 0.
    Vector3 other(int section, int number) const {
        return begin(section)[number / LANES].point(number % LANES);
    }

    std::vector<Vector3> firsts;  // of sections

   private:
    std::vector<std::ptrdiff_t> first_pairs_;  // of sections, and where the last one's end
    std::unique_ptr<PointPair[]> pairs_;
};

inline Vector3 stored_point(const float* rows, int number) {
    const float* const row = rows + 4 * static_cast<std::ptrdiff_t>(number);
    return {row[0], row[1], row[2]};
}

}  // namespace rghpc
