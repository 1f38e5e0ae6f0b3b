// How the trees of one neurite type grow: the entry of a grow type in both TMD files, compiled.
#pragma once

#include <optional>
#include <vector>

#include "barcode.hpp"
#include "distribution.hpp"

namespace rghpc {

enum class GrowthMethod { tmd, tmd_apical, tmd_gradient, trunk };
enum class Metric { path_distances, radial_distances, trunk_length };
enum class Branching { bio_oriented, symmetric, directional, random };

// The weights of a step's three components, and its length. Source: SectionParameters.
struct WalkRule {
    double randomness = 0.0, targeting = 0.0, history = 0.0;
    Distribution step_um;
};

struct TreeRule {
    int section_type = 0;
    GrowthMethod method = GrowthMethod::tmd;
    Metric metric = Metric::path_distances;
    Branching branching = Branching::bio_oriented;
    WalkRule walk;
    std::vector<Diagram> diagrams;
    bool has_apical_tuft = false;
    std::vector<int> apical_bins;          // of the diagrams; -1 where there is none
    std::optional<double> mean_step_um;    // of a normal law, which an apical without tuft needs
    double bias = 0.0, bias_length = 0.0;  // of tmd_gradient
    std::optional<double> major_term_um;   // major_termination_length
    double num_seg = 1.0;                  // points of a trunk

    bool has_barcode() const { return method != GrowthMethod::trunk; }
};

// How the barcode of a tree is scaled to the place of the cell; none for axons.
// Source: region_grower.modify of region-grower 1.6.0.
struct BarcodeScaling {
    enum class To { none, layers, path_distance } to = To::none;
    double reference_um = 1.0, target_um = 1.0;
};

// What one scaling did, for the debug data.
struct ScalingRecord {
    int grow_type = 0;
    double max_end_um = 0.0;  // NaN where it was not asked for
    double factor = 1.0;
};

}  // namespace rghpc
