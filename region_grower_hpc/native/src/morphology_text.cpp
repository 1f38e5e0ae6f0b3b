#include "morphology_text.hpp"

#include <cmath>
#include <stdexcept>
#include <vector>

#include "morphology.hpp"
#include "stored_sections.hpp"
#include "text_format.hpp"

namespace rghpc {

namespace {

constexpr std::size_t SWC_WIDTH = 12;
// Diameters closer than this are the same to MorphIO.
constexpr float SAME_DIAMETER_UM = 1e-6f;

class SwcText {
   public:
    SwcText(const StoredNeuron& neuron, const std::string& creator, std::string& buffer)
        : points_(neuron.points), sections_(neuron), last_ids_(neuron.n_rows), out_(buffer) {
        out_ << "# " << creator << '\n'
             << "# index     type         X            Y            Z       radius       parent\n";
        const auto& soma = sections_.soma();
        for (std::size_t point = 0; point < soma.stop; ++point) line(point, SOMA, id_);
        // Roots hang on the soma's first point; without soma they begin trees of their own.
        last_ids_[0] = soma.stop == 0 ? -1 : 1;
        for (std::size_t row = next(0); row != 0; row = next(row)) section(row);
    }
    std::size_t size() const { return out_.size(); }

   private:
    // Depth first.
    std::size_t next(std::size_t row) const {
        if (sections_[row].first_child != 0) return sections_[row].first_child;
        while (row != 0 && sections_[row].next_sibling == 0) row = sections_[row].parent;
        return sections_[row].next_sibling;
    }

    void section(std::size_t row) {
        const auto& own = sections_[row];
        const auto& parent = sections_[own.parent];
        std::size_t first = own.first;
        if (own.parent != 0) {
            if (parent.first_child == parent.last_child) {
                throw std::invalid_argument("section " + std::to_string(own.parent - 1) +
                                            " has a single child, which .swc cannot hold");
            }
            const float step_um = diameter(first) - diameter(parent.stop - 1);
            if (std::fabs(step_um) < SAME_DIAMETER_UM) ++first;
        }
        std::int64_t above = last_ids_[own.parent];
        for (std::size_t point = first; point < own.stop; ++point) {
            line(point, own.type, above);
            above = id_;
        }
        last_ids_[row] = id_;
    }

    void line(std::size_t point, int type, std::int64_t above) {
        const float* const row = points_ + 4 * point;
        out_.integer(++id_);
        out_.integer(type, SWC_WIDTH);
        for (int axis = 0; axis < 3; ++axis) {
            out_ << ' ';
            out_.fixed9(row[axis], SWC_WIDTH);
        }
        out_ << ' ';
        out_.fixed9(row[3] / 2, SWC_WIDTH);
        out_.integer(above == 0 ? -1 : above, SWC_WIDTH);
        out_ << '\n';
    }

    float diameter(std::size_t point) const { return points_[4 * point + 3]; }

    const float* points_;
    StoredSections sections_;
    std::vector<std::int64_t> last_ids_;  // of each section
    std::int64_t id_ = 0;                 // of the last line
    TextFormat out_;
};

class AscText {
   public:
    AscText(const StoredNeuron& neuron, const std::string& creator, std::string& buffer)
        : points_(neuron.points), sections_(neuron), out_(buffer) {
        const auto& soma = sections_.soma();
        if (soma.stop > 0) {
            out_ << "(\"CellBody\"\n  (Color Red)\n  (CellBody)\n";
            points(soma, INDENT);
            out_ << ")\n\n";
        }
        for (std::size_t root = soma.first_child; root != 0; root = sections_[root].next_sibling) {
            open_neurite(root);
            neurite(root);
            out_ << ")\n\n";
        }
        out_ << "; " << creator << '\n';
    }
    std::size_t size() const { return out_.size(); }

   private:
    static constexpr std::size_t INDENT = 2;

    void open_neurite(std::size_t root) {
        const auto& section = sections_[root];
        if (section.stop - section.first < 2) {
            throw std::invalid_argument("root section " + std::to_string(root - 1) +
                                        " has a single point, which .asc cannot hold");
        }
        switch (section.type) {
            case AXON:
                out_ << "( (Color Cyan)\n  (Axon)\n";
                break;
            case BASAL_DENDRITE:
                out_ << "( (Color Red)\n  (Dendrite)\n";
                break;
            case APICAL_DENDRITE:
                out_ << "( (Color Red)\n  (Apical)\n";
                break;
            default:
                throw std::invalid_argument("section type " + std::to_string(section.type) +
                                            " cannot be written as .asc");
        }
    }

    // A root and all its descendants, without recursion: trees may be deep.
    void neurite(std::size_t root) {
        std::size_t row = root, indent = INDENT;
        points(sections_[row], indent);
        while (true) {
            if (sections_[row].first_child != 0) {
                out_.spaces(indent);
                out_ << "(\n";
                row = sections_[row].first_child;
                indent += INDENT;
            } else {
                while (row != root && sections_[row].next_sibling == 0) {
                    row = sections_[row].parent;
                    indent -= INDENT;
                    out_.spaces(indent);
                    out_ << ")\n";
                }
                if (row == root) return;
                row = sections_[row].next_sibling;
                out_.spaces(indent - INDENT);
                out_ << "|\n";
            }
            points(sections_[row], indent);
        }
    }

    void points(const StoredSections::Section& section, std::size_t indent) {
        for (std::size_t point = section.first; point < section.stop; ++point) {
            const float* const row = points_ + 4 * point;
            out_.spaces(indent);
            out_ << '(';
            for (int column = 0; column < 4; ++column) {
                if (column > 0) out_ << ' ';
                out_.fixed9(row[column]);
            }
            out_ << ")\n";
        }
    }

    const float* points_;
    StoredSections sections_;
    TextFormat out_;
};

}  // namespace

std::size_t swc_text(const StoredNeuron& neuron, const std::string& creator, std::string& buffer) {
    return SwcText(neuron, creator, buffer).size();
}

std::size_t asc_text(const StoredNeuron& neuron, const std::string& creator, std::string& buffer) {
    return AscText(neuron, creator, buffer).size();
}

}  // namespace rghpc
