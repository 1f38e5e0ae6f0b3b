#include "tree_grower.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <tuple>

#include "apical_point.hpp"

namespace rghpc {

namespace {

// Shorter directions are taken for null vectors, as by numpy.isclose.
constexpr double LEAST_DIRECTION = 1e-8;

constexpr int STEPS_BEFORE_LAST_BIFURCATION = 10;
constexpr std::size_t USUAL_POINTS = 64;  // of a section

double longest_end_um(const Diagram& diagram) {
    double longest = -INFINITE;
    for (const Bar& bar : diagram) longest = std::max(longest, bar.end_um);
    return longest;
}

// Source: modify_barcode and input_scaling of region-grower 1.6.0.
ScalingRecord record_of(const BarcodeScaling& scaling, const Diagram& diagram) {
    ScalingRecord record{0, std::numeric_limits<double>::quiet_NaN(), 1.0};
    if (scaling.to == BarcodeScaling::To::path_distance) {
        record.max_end_um = longest_end_um(diagram);
        record.factor = scaling.target_um / record.max_end_um;
    } else if (scaling.reference_um != 1.0 && scaling.target_um != 1.0) {
        record.max_end_um = longest_end_um(diagram);
        record.factor = std::min(scaling.reference_um / record.max_end_um, 1.0) *
                        scaling.target_um / scaling.reference_um;
    }
    if (!(record.factor > 0.0 && std::isfinite(record.factor))) {
        throw GrowthFailure("ValueError", "the barcode cannot be scaled by the factor " +
                                              std::to_string(record.factor));
    }
    return record;
}

}  // namespace

TreeGrower::TreeGrower(const TreeRule& rule, const BarcodeScaling& scaling, const Vector3& start_um,
                       const Vector3& direction, GrowingNeuron& neuron)
    : rule_(&rule),
      neuron_(neuron),
      step_rule_{rule.walk, rule.metric, rule.has_barcode(), rule.num_seg} {
    if (neuron.constraints != nullptr) {
        major_constraints_ = neuron.constraints->select(rule.section_type, true);
        minor_constraints_ = neuron.constraints->select(rule.section_type, false);
    }
    Branch trunk{direction, true, {}};
    if (rule.has_barcode()) {
        select_barcode(scaling);
        trunk.stop = barcode_->of_first_section();
    }
    next(start_section(-1, trunk, start_um, 0.0), true);
}

// Source: TMDAlgo.select_persistence, TMDApicalAlgo.initialize.
void TreeGrower::select_barcode(const BarcodeScaling& scaling) {
    const auto chosen = neuron_.random.below(static_cast<int64_t>(rule_->diagrams.size()));
    Diagram diagram = rule_->diagrams[chosen];
    if (scaling.to != BarcodeScaling::To::none) {
        scaling_ = record_of(scaling, diagram);
        for (Bar& bar : diagram) {
            bar.end_um *= scaling_->factor;
            bar.start_um *= scaling_->factor;
        }
    }
    barcode_.emplace(diagram);
    if (rule_->method != GrowthMethod::tmd) {
        apical_distance_um_ = apical_distance_um(diagram, rule_->apical_bins[chosen]);
    }
}

double TreeGrower::apical_distance_um(const Diagram& diagram, int bin) const {
    // a diagram without such a bin says why once more
    if (rule_->has_apical_tuft) {
        return rghpc::apical_point_distance_um(diagram, bin < 0 ? apical_point_bin(diagram) : bin);
    }
    if (!rule_->mean_step_um) throw GrowthFailure("KeyError", "norm");
    if (barcode_->size() < 2) throw GrowthFailure("IndexError", "list index out of range");
    return barcode_->last_bif_um() - STEPS_BEFORE_LAST_BIFURCATION * *rule_->mean_step_um;
}

GrowingSection& TreeGrower::start_section(int parent, const Branch& branch, const Vector3& first_um,
                                          double path_um) {
    if (norm(branch.direction) <= LEAST_DIRECTION) {
        throw GrowthFailure("AssertionError", "Nan direction not recognized");
    }
    auto section = std::make_unique<GrowingSection>();
    section->parent = parent;
    section->direction = unit(branch.direction);
    section->is_major = branch.is_major;
    section->stop = branch.stop;
    section->path_um = path_um;
    section->points.reserve(USUAL_POINTS);
    section->append(first_um);
    neuron_.count_point();
    active_.push_back(std::move(section));
    is_ordered_ = false;
    return *active_.back();
}

SectionState TreeGrower::next(GrowingSection& section, bool is_first) {
    const auto& constraints = section.is_major ? major_constraints_ : minor_constraints_;
    neuron_.count_point();
    if (is_first) {
        step(section, step_rule_, constraints, neuron_.random, false);
        return SectionState::goes_on;
    }
    return grow_on(section, step_rule_, constraints, neuron_.random);
}

// Source: TMDAlgo.extend, and TreeGrower.next_point for major_termination_length.
SectionState TreeGrower::extend(GrowingSection& section) {
    if (!rule_->has_barcode()) {
        if (section.is_major && rule_->major_term_um) throw GrowthFailure("KeyError", "TMD");
        return next(section);
    }
    const bool is_cut = section.is_major && rule_->major_term_um;
    const double term_um = section.stop.term_um;
    if (is_cut) section.stop.term_um = *rule_->major_term_um;
    if (barcode_->refresh(section.stop)) is_ordered_ = false;
    const SectionState state = next(section);
    if (is_cut) section.stop.term_um = term_um;
    return state;
}

void TreeGrower::order_by_bifurcation() {
    ordered_.clear();
    for (const auto& section : active_) ordered_.push_back(section.get());
    if (rule_->has_barcode()) {
        std::stable_sort(ordered_.begin(), ordered_.end(),
                         [](const GrowingSection* a, const GrowingSection* b) {
                             return a->stop.bif_um < b->stop.bif_um;
                         });
    }
    is_ordered_ = true;
}

// Source: TreeGrower.next_point.
void TreeGrower::advance() {
    if (!is_ordered_) order_by_bifurcation();
    for (GrowingSection* section : ordered_) {
        const SectionState state = extend(*section);
        if (state == SectionState::goes_on) continue;
        section->number = neuron_.finish(*section, rule_->section_type);
        if (state == SectionState::bifurcates) {
            bifurcate(*section);
        } else if (rule_->has_barcode()) {
            barcode_->use_term(section->stop.term_bar);
        }
        active_.erase(std::find_if(active_.begin(), active_.end(),
                                   [&](const auto& other) { return other.get() == section; }));
        is_ordered_ = false;
    }
}

void TreeGrower::bifurcate(GrowingSection& section) {
    const Vector3 first_um = section.last_um;
    const Vector3 latest = section.recent.latest();
    // so that all path lengths stay level with those of the children, which begin with a step
    for (const auto& other : active_) {
        if (other.get() != &section) next(*other);
    }
    const auto [one, two] = branches(section);
    for (const Branch& branch : {one, two}) {
        GrowingSection& child = start_section(section.number, branch, first_um, section.path_um);
        child.recent.push(latest);
        next(child, true);
    }
}

// Source: bifurcate of the three TMD algorithms.
std::pair<TreeGrower::Branch, TreeGrower::Branch> TreeGrower::branches(GrowingSection& section) {
    const int bar = section.stop.bif_bar;
    barcode_->use_bif(bar);
    const bool is_apical = rule_->method != GrowthMethod::tmd;
    const bool follows_main = is_apical && section.is_major;
    const auto [first, second] =
        follows_main ? branch_directions(Branching::directional, section.direction,
                                         barcode_->angles_rad(bar), neuron_.frame)
                     : branch_directions(rule_->branching, section.recent.mean(),
                                         barcode_->angles_rad(bar), neuron_.frame);
    Branch one{first, section.is_major, {}}, two{second, section.is_major, {}};
    if (is_apical) {
        const bool is_below_tuft = section.path_um <= apical_distance_um_;
        if (!has_found_tuft_) {
            apical_section_ = section.number;
            // negated: beside a NaN distance no main branch goes on, and a side one decides nothing
            has_found_tuft_ = section.is_major ? !is_below_tuft
                                               : section.path_um > apical_distance_um_;
        }
        one.is_major = section.is_major && is_below_tuft;
        two.is_major = false;
    }
    section.stop.ref_um = section.path_um;
    std::tie(one.stop, two.stop) = barcode_->of_children(section.stop);
    if (rule_->method == GrowthMethod::tmd_gradient) {
        follow_long_branch(section, one);
        follow_long_branch(section, two);
    }
    return {one, two};
}

// A side branch that is long enough bends towards the direction of its parent and becomes a main
// one. Source: TMDGradientAlgo._majorize_process.
void TreeGrower::follow_long_branch(const GrowingSection& section, Branch& branch) const {
    const double bias_length_um = rule_->bias_length * barcode_->longest_um();
    if (branch.is_major || !(branch.stop.expected_length_um() > bias_length_um)) return;
    branch.direction =
        unit((1.0 - rule_->bias) * branch.direction + rule_->bias * section.direction);
    branch.is_major = true;
}

}  // namespace rghpc
