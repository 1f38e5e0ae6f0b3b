// The tree of sections behind the rows of a stored neuron.
#pragma once

#include <cstddef>
#include <vector>

#include "morphology.hpp"
#include "morphology_text.hpp"

namespace rghpc {

// Sections by their rows in the structure, from 1; row 0 stands for the soma, the parent of all
// roots. Children are in the order of their rows, which need not be depth first.
class StoredSections {
   public:
    // Throws std::invalid_argument for rows that contradict each other, sections without points,
    // somas within neurites (MorphIO makes none) and a neuron of nothing.
    explicit StoredSections(const StoredNeuron& neuron);

    struct Section {
        std::size_t first = 0, stop = 0;  // its points
        std::size_t parent = 0;
        std::size_t first_child = 0, last_child = 0, next_sibling = 0;  // 0 for none
        int type = 0;
    };

    const Section& operator[](std::size_t row) const { return sections_[row]; }
    const Section& soma() const { return sections_[0]; }

   private:
    std::vector<Section> sections_;
};

}  // namespace rghpc
