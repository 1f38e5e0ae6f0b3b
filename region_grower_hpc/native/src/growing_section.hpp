// One section while it grows: a random walk with a memory.
#pragma once

#include <array>
#include <vector>

#include "barcode.hpp"
#include "morphology.hpp"
#include "vector3.hpp"

namespace rghpc {

// The last directions of a section, and their weighted mean. Source: SectionGrower.history.
class RecentDirections {
   public:
    void push(const Vector3& direction) {
        if (size_ == MEMORY) {
            for (int i = 1; i < MEMORY; ++i) directions_[i - 1] = directions_[i];
            directions_[MEMORY - 1] = direction;
        } else {
            directions_[size_++] = direction;
        }
    }
    const Vector3& latest() const { return directions_[size_ - 1]; }

    // A unit vector; null without directions, not normalised where they cancel out.
    Vector3 mean() const {
        Vector3 sum;
        for (int i = 0; i < size_; ++i) sum += WEIGHTS[MEMORY - size_ + i] * directions_[i];
        const double length = norm(sum);
        return length > LEAST_LENGTH ? sum / length : sum;
    }

   private:
    static constexpr int MEMORY = 5;
    static constexpr double LEAST_LENGTH = 1e-8;
    // exp(-4) to exp(0)
    static constexpr std::array<double, MEMORY> WEIGHTS{
        0.018315638888734179, 0.049787068367863944, 0.1353352832366127, 0.36787944117144233, 1.0};

    std::array<Vector3, MEMORY> directions_;
    int size_ = 0;
};

struct GrowingSection {
    int parent = -1;       // number of the finished parent; -1 for the first section of a tree
    int number = -1;       // own number once finished
    Vector3 direction;     // unit vector it tends to
    bool is_major = true;  // of the main branch of an apical tree
    StopCriterion stop;
    double path_um = 0.0;  // from the soma to its last point
    Vector3 last_um;
    RecentDirections recent;
    std::vector<Point> points;

    void append(const Vector3& point_um) {
        last_um = point_um;
        points.push_back(float32(point_um));
    }
};

}  // namespace rghpc
