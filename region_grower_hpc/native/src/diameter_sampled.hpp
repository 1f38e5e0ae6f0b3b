// Diameters drawn from the laws of a population: generic, astrocyte and neurite_based models.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "diameter_branching.hpp"
#include "diameter_given.hpp"
#include "diameter_law.hpp"
#include "diameter_pass.hpp"

namespace rghpc {

struct SampledModel {
    Given<DiameterLaw> trunk_um, terminal_um;
    Given<DiameterLaw> taper;        // µm per µm
    Given<double> most_terminal_um;  // a neurite with a thicker tip is drawn again
    Given<double> most_tries;        // for one neurite, beyond the first
    BranchingModel branching;
    // Each try scales the tapers up, from the diameter that the trunk has, instead of drawing a
    // trunk.
    std::optional<double> taper_increase;
};

// Source: diameter_synthesis.build_diameters._diametrize_neuron.
class SampledDiameters final : public NeuriteDiametrizer {
   public:
    SampledDiameters(int type, SampledModel model) : type_(type), model_(std::move(model)) {}
    void diametrize(DiameterPass& pass) const override;

   private:
    // The line that the diameters of one section follow.
    struct SectionTaper {
        int section;
        double start_um, slope, min_um;
    };
    struct Neurite {
        int root;
        double trunk_um;
        std::vector<SectionTaper> tapers;  // breadth first
        std::vector<double> daughters_um;
    };

    // Draws the tapers of a neurite until all its tips are thin enough.
    void fit_neurite(DiameterPass& pass, const std::vector<char>& is_major, Neurite& neurite) const;
    // Whether all tips are thin enough.
    bool draw_neurite(DiameterPass& pass, const std::vector<char>& is_major,
                      const DiameterLaw& taper, Neurite& neurite) const;
    static float diameter_at(const SectionTaper& taper, double max_um, float path_um);

    int type_;
    SampledModel model_;
};

}  // namespace rghpc
