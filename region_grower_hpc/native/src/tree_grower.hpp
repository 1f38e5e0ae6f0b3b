// Growth of one tree: its sections advance together, by one barcode.
#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "barcode.hpp"
#include "growing_neuron.hpp"
#include "growing_section.hpp"
#include "section_step.hpp"
#include "tree_rule.hpp"

namespace rghpc {

// Source: neurots.generate.tree.TreeGrower with the algorithms TMDAlgo, TMDApicalAlgo,
// TMDGradientAlgo and TrunkAlgo.
class TreeGrower {
   public:
    // Draws the tree's barcode and its first step.
    TreeGrower(const TreeRule& rule, const BarcodeScaling& scaling, const Vector3& start_um,
               const Vector3& direction, GrowingNeuron& neuron);

    bool is_done() const { return active_.empty(); }
    void advance();  // by one point of every section

    const TreeRule& rule() const { return *rule_; }
    // Number of the finished section at whose end the tuft begins; -1 without one.
    int apical_section() const { return apical_section_; }
    const std::optional<ScalingRecord>& scaling() const { return scaling_; }

   private:
    struct Branch {
        Vector3 direction;
        bool is_major;
        StopCriterion stop;
    };

    void select_barcode(const BarcodeScaling& scaling);
    double apical_distance_um(const Diagram& diagram, int bin) const;
    GrowingSection& start_section(int parent, const Branch& branch, const Vector3& first_um,
                                  double path_um);
    SectionState extend(GrowingSection& section);
    SectionState next(GrowingSection& section, bool is_first = false);
    void bifurcate(GrowingSection& section);
    std::pair<Branch, Branch> branches(GrowingSection& section);
    void follow_long_branch(const GrowingSection& section, Branch& branch) const;
    void order_by_bifurcation();

    const TreeRule* rule_;
    GrowingNeuron& neuron_;
    StepRule step_rule_;
    SectionConstraints major_constraints_, minor_constraints_;
    std::optional<Barcode> barcode_;
    std::optional<ScalingRecord> scaling_;

    std::vector<std::unique_ptr<GrowingSection>> active_;
    std::vector<GrowingSection*> ordered_;
    bool is_ordered_ = false;
    double apical_distance_um_ = 0.0;
    bool has_found_tuft_ = false;
    int apical_section_ = -1;
};

}  // namespace rghpc
