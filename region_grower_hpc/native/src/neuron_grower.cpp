#include "neuron_grower.hpp"

#include <algorithm>
#include <memory>
#include <string>

#include "depth_first.hpp"
#include "growing_neuron.hpp"
#include "soma.hpp"
#include "tree_grower.hpp"

namespace rghpc {

namespace {

// A cell's constraints as those of its trunks.
class Steering final : public TrunkConstraints {
   public:
    explicit Steering(const CellConstraints* constraints) : constraints_(constraints) {}
    bool any() const override { return constraints_ != nullptr && constraints_->has_trunk_rule(); }
    double probability(const Vector3& direction, const Vector3& soma_center_um) const override {
        return any() ? constraints_->trunk_probability(direction, soma_center_um) : 1.0;
    }

   private:
    const CellConstraints* constraints_;
};

using Trees = std::vector<std::unique_ptr<TreeGrower>>;

Trees start_trees(const NeuronRecipe& recipe, const CellGrowth& cell, Soma& soma,
                  GrowingNeuron& neuron, std::vector<ScalingRecord>& records) {
    const Steering steering(cell.constraints);
    TrunkOrientations orientations(recipe.trunks, cell.place, soma, &steering, neuron.random);
    Trees trees;
    for (std::size_t type = 0; type < recipe.trees.size(); ++type) {
        for (const Vector3& start_um : soma.add_trunks(orientations.of(type))) {
            trees.push_back(std::make_unique<TreeGrower>(recipe.trees[type], cell.scalings[type],
                                                         start_um, soma.outward(start_um), neuron));
            if (auto record = trees.back()->scaling()) {
                record->grow_type = static_cast<int>(type);
                records.push_back(*record);
            }
        }
    }
    return trees;
}

// All trees advance in turn, by one point of each of their sections. Source: NeuronGrower.next.
std::vector<int> grow_trees(Trees& trees, int apical_type) {
    std::vector<int> apical_sections;
    while (!trees.empty()) {
        for (auto& tree : trees) {
            if (!tree->is_done()) {
                tree->advance();
                continue;
            }
            if (tree->rule().section_type == apical_type) {
                apical_sections.push_back(tree->apical_section());
            }
            tree.reset();
        }
        trees.erase(std::remove(trees.begin(), trees.end(), nullptr), trees.end());
    }
    return apical_sections;
}

GrownNeuron attempt(const NeuronRecipe& recipe, const CellGrowth& cell, RandomStream& random,
                    std::vector<RandomStream>& diameter_streams,
                    std::vector<ScalingRecord>& records) {
    Soma soma(cell.place.position_um, recipe.soma_radius_um.draw_positive(random));
    GrowingNeuron neuron{
        random, BranchingFrame(cell.place.y_rotation), cell.constraints, cell.most_points, {}};
    Trees trees = start_trees(recipe, cell, soma, neuron, records);
    const std::vector<Vector3> contour_um = soma.contour(random);
    GrownNeuron grown;
    grown.apical_sections = grow_trees(trees, recipe.apical_type);
    grown.morphology = depth_first(neuron.finished, grown.apical_sections);
    for (const Vector3& point_um : contour_um) grown.morphology.soma.push_back(float32(point_um));
    diametrize(grown.morphology, recipe.diameters, grown.apical_sections, random,
               diameter_streams);
    return grown;
}

}  // namespace

GrownNeuron grow_neuron(const NeuronRecipe& recipe, const CellGrowth& cell, RandomStream& random,
                        std::vector<RandomStream>& diameter_streams, int max_attempts,
                        std::vector<ScalingRecord>& records) {
    std::string error, message;
    for (int i = 0; i < max_attempts; ++i) {
        try {
            records.clear();
            return attempt(recipe, cell, random, diameter_streams, records);
        } catch (const GrowthRetry& retry) {
            error = retry.error;
            message = retry.what();
        }
    }
    throw TooManyAttempts(error, message);
}

}  // namespace rghpc
