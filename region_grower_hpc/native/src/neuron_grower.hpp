// Growth of a whole neuron: soma, trunks, trees, diameters.
#pragma once

#include <cstdint>
#include <vector>

#include "constraints.hpp"
#include "diameters.hpp"
#include "distribution.hpp"
#include "failures.hpp"
#include "morphology.hpp"
#include "place.hpp"
#include "random_stream.hpp"
#include "tree_rule.hpp"
#include "trunk_orientations.hpp"

namespace rghpc {

// What all cells of one region and mtype have in common: both TMD files, compiled.
struct NeuronRecipe {
    Distribution soma_radius_um;
    std::vector<TrunkRule> trunks;  // by grow type
    std::vector<TreeRule> trees;    // by grow type
    DiameterModel diameters;
    int apical_type = -1;  // section type of apical dendrites; -1 where none are grown
};

// What one cell has to itself.
struct CellGrowth {
    static constexpr std::int64_t MOST_POINTS = 20'000'000;

    CellPlace place;
    std::vector<BarcodeScaling> scalings;  // by grow type
    const CellConstraints* constraints = nullptr;
    std::int64_t most_points = MOST_POINTS;
};

struct GrownNeuron {
    Morphology morphology;             // in atlas coordinates
    std::vector<int> apical_sections;  // of each apical tree; -1 where it has none
};

// Grows a neuron. The random stream goes on from one attempt to the next.
//
// `diameter_streams` has one stream for each call of the diametrizer; empty for `random` itself.
// `records` gets what scaled the barcodes, of the last attempt.
// Source: NeuronGrower.grow of NeuroTS 3.7.0.
GrownNeuron grow_neuron(const NeuronRecipe& recipe, const CellGrowth& cell, RandomStream& random,
                        std::vector<RandomStream>& diameter_streams, int max_attempts,
                        std::vector<ScalingRecord>& records);

}  // namespace rghpc
