// What the trees of one neuron share while they grow.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "bifurcation.hpp"
#include "constraints.hpp"
#include "failures.hpp"
#include "growing_section.hpp"
#include "interruption.hpp"
#include "random_stream.hpp"

namespace rghpc {

struct FinishedSection {
    int parent = -1;
    int type = 0;
    std::vector<Point> points;
};

// Sections are numbered in the order in which they are finished.
struct GrowingNeuron {
    RandomStream& random;
    BranchingFrame frame;
    const CellConstraints* constraints;
    // Beyond it a barcode and a step length do not belong together, and memory would run out.
    std::int64_t most_points;
    std::vector<FinishedSection> finished;
    std::int64_t n_points = 0;

    static constexpr std::int64_t POINTS_BETWEEN_LOOKS = 0xffff;

    int finish(GrowingSection& section, int type) {
        finished.push_back({section.parent, type, std::move(section.points)});
        return static_cast<int>(finished.size()) - 1;
    }
    void count_point() {
        if ((++n_points & POINTS_BETWEEN_LOOKS) == 0) allow_interruption();
        if (n_points > most_points) {
            throw GrowthFailure("OverflowError",
                                "growth went beyond " + std::to_string(most_points) +
                                    " points: the steps are too short for the bars");
        }
    }
};

}  // namespace rghpc
