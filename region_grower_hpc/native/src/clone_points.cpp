#include "clone_points.hpp"

#include <limits>

namespace rghpc {

namespace {

constexpr double NAN64 = std::numeric_limits<double>::quiet_NaN();

}  // namespace

ClonePoints::ClonePoints(const CloneSections& sections, const float* rows) {
    std::ptrdiff_t n_packs = 0;
    first_packs_.reserve(sections.count() + 1);
    for (const Section& section : sections.all) {
        first_packs_.push_back(n_packs);
        n_packs += (section.size() - 1 + LANES - 1) / LANES;  // of the others
    }
    first_packs_.push_back(n_packs);
    packs_.reset(new PointPack[n_packs]);
    firsts.reserve(sections.count());
    PointPack* pack = packs_.get();
    for (const Section& section : sections.all) {
        firsts.push_back(stored_point(rows, section.first));
        for (int row = section.first + 1; row < section.stop; row += LANES, ++pack) {
            for (int lane = 0; lane < LANES; ++lane) {
                pack->set(lane, row + lane < section.stop ? stored_point(rows, row + lane)
                                                          : Vector3{NAN64, NAN64, NAN64});
            }
        }
    }
}

}  // namespace rghpc
