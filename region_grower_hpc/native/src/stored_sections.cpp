#include "stored_sections.hpp"

#include <cstdint>
#include <stdexcept>
#include <string>

namespace rghpc {

namespace {

[[noreturn]] void refuse(std::size_t row, const std::string& what) {
    throw std::invalid_argument("row " + std::to_string(row) + " of the structure " + what);
}

}  // namespace

StoredSections::StoredSections(const StoredNeuron& neuron) : sections_(neuron.n_rows) {
    if (neuron.n_rows == 0) throw std::invalid_argument("the structure lacks the soma's row");
    for (std::size_t row = 0; row < neuron.n_rows; ++row) {
        const std::int32_t* const values = neuron.structure + 3 * row;
        Section& section = sections_[row];
        section.type = values[1];
        if (values[0] < 0 || static_cast<std::size_t>(values[0]) > neuron.n_points) {
            refuse(row, "begins outside of the points");
        }
        section.first = row == 0 ? 0 : static_cast<std::size_t>(values[0]);
        section.stop = neuron.n_points;
        if (row == 0) continue;
        Section& before = sections_[row - 1];
        before.stop = section.first;
        if (before.stop < before.first) refuse(row, "begins before the one above it");
        if (row > 1 && before.stop == before.first) refuse(row - 1, "has no points");
        // MorphIO's roots have the parent 0, other writers' -1.
        section.parent = values[2] > 0 ? static_cast<std::size_t>(values[2]) : 0;
        if (section.parent >= row) refuse(row, "comes before its parent");
        if (section.parent != 0 && section.type == SOMA) refuse(row, "is a soma within a neurite");
        Section& parent = sections_[section.parent];
        if (parent.last_child == 0) {
            parent.first_child = row;
        } else {
            sections_[parent.last_child].next_sibling = row;
        }
        parent.last_child = row;
    }
    const Section& last = sections_.back();
    if (neuron.n_rows > 1 && last.first == last.stop) refuse(neuron.n_rows - 1, "has no points");
    if (neuron.n_rows == 1 && neuron.n_points == 0) {
        throw std::invalid_argument("an empty morphology (no soma, no section) cannot be written");
    }
}

}  // namespace rghpc
