// The persistence barcode that a tree grows by, and the stop criterion of a section.
//
// Literature: L. Kanari et al., Computational synthesis of cortical dendritic morphologies,
// Cell Reports 39 (2022). Source: neurots.generate.algorithms.barcode and common.
#pragma once

#include <array>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

namespace rghpc {

constexpr double INFINITE = std::numeric_limits<double>::infinity();
constexpr int NO_BAR = -1;

// One bar of a persistence diagram: a branch that starts (bifurcates from another one) and ends at
// distances from the soma. Angles: of the branch it leaves, horizontal and vertical, and between
// the two branches.
struct Bar {
    double end_um = 0.0, start_um = 0.0;
    std::array<double, 4> angles_rad{};
};
using Diagram = std::vector<Bar>;

// When a section is to bifurcate or to end, by the bars that say so. Source: TMDStop.
struct StopCriterion {
    int bif_bar = NO_BAR;
    double bif_um = INFINITE;
    int term_bar = NO_BAR;
    double term_um = 0.0;
    double ref_um = 0.0;  // path distance at the section's start

    double expected_length_um() const {
        return std::fabs(ref_um - (std::isinf(bif_um) ? term_um : std::fmax(bif_um, term_um)));
    }
};

// Bars that are still to be used. They are numbered by their starts; each start serves for one
// bifurcation and each end for one termination. The first bar is the tree itself: no bifurcation.
class Barcode {
   public:
    explicit Barcode(Diagram bars);  // of one bar at least

    int size() const { return static_cast<int>(bars_.size()); }
    const std::array<double, 4>& angles_rad(int bar) const { return bars_[bar].angles_rad; }
    double longest_um() const { return terms_um_[0]; }  // of the first bar
    double last_bif_um() const { return bifs_um_.back(); }

    bool has_bif(int bar) const { return bar > 0 && has_bif_[bar]; }
    bool has_term(int bar) const { return bar >= 0 && has_term_[bar]; }
    void use_bif(int bar);
    void use_term(int bar);

    StopCriterion of_first_section() const;
    // Criteria of the two sections that follow one whose bifurcation has been used.
    std::pair<StopCriterion, StopCriterion> of_children(const StopCriterion& parent) const;
    // Another bifurcation or end where another section has used that of the criterion. Returns
    // whether the bifurcation is another one.
    bool refresh(StopCriterion& stop) const;

   private:
    using Choice = std::pair<int, double>;  // bar and distance

    Choice first_bif(double above_um, double below_um) const;
    Choice first_term(double above_um, double below_um) const;
    double term_of(int bar) const { return has_term(bar) ? terms_um_[bar] : -INFINITE; }
    StopCriterion curated(const StopCriterion& parent, StopCriterion child) const;

    Diagram bars_;
    std::vector<double> bifs_um_, terms_um_;
    std::vector<char> has_bif_, has_term_;
    std::vector<int> by_term_;  // bars in the order of their ends
};

}  // namespace rghpc
