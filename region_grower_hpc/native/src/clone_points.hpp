// The points of a neuron while it is cloned.
#pragma once

#include <memory>
#include <vector>

#include "lanes.hpp"
#include "clone_sections.hpp"

namespace rghpc {

// First points of sections apart from all others, which come in packs of four, each section's filled up
// with NaN: the packs of a subtree can be gone through without a look at its sections.
class ClonePoints {
   public:
    // Points are rows of x, y, z and the diameter.
    ClonePoints(const CloneSections& sections, const float* rows);

    // [begin, end) of the packs of a section; those of a subtree end with its last section's.
    PointPack* begin(int section) { return packs_.get() + first_packs_[section]; }
    PointPack* end(int section) { return packs_.get() + first_packs_[section + 1]; }
    const PointPack* begin(int section) const { return packs_.get() + first_packs_[section]; }
    const PointPack* end(int section) const { return packs_.get() + first_packs_[section + 1]; }

    // The point of a section after its first one, from 0.
    Vector3 other(int section, int number) const {
        return begin(section)[number / LANES].point(number % LANES);
    }

    std::vector<Vector3> firsts;  // of sections

   private:
    std::vector<std::ptrdiff_t> first_packs_;  // of sections, and where the last one's end
    std::unique_ptr<PointPack[]> packs_;
};

inline Vector3 stored_point(const float* rows, int number) {
    const float* const row = rows + 4 * static_cast<std::ptrdiff_t>(number);
    return {row[0], row[1], row[2]};
}

}  // namespace rghpc
