#include "barcode.hpp"

#include <algorithm>
#include <numeric>
#include <string>
#include <tuple>

#include "failures.hpp"

namespace rghpc {

namespace {

// Source: neurots.basic.round_num.
double rounded(double distance_um) { return std::rint(distance_um * 10000.0) / 10000.0; }

}  // namespace

Barcode::Barcode(Diagram bars) : bars_(std::move(bars)) {
    std::stable_sort(bars_.begin(), bars_.end(),
                     [](const Bar& a, const Bar& b) { return a.start_um < b.start_um; });
    for (const Bar& bar : bars_) {
        bifs_um_.push_back(rounded(bar.start_um));
        terms_um_.push_back(rounded(bar.end_um));
    }
    has_bif_.assign(bars_.size(), 1);
    has_bif_[0] = 0;
    has_term_.assign(bars_.size(), 1);
    by_term_.resize(bars_.size());
    std::iota(by_term_.begin(), by_term_.end(), 0);
    std::stable_sort(by_term_.begin(), by_term_.end(),
                     [&](int a, int b) { return terms_um_[a] < terms_um_[b]; });
}

void Barcode::use_bif(int bar) {
    if (!has_bif(bar)) throw GrowthFailure("KeyError", std::to_string(bar));
    has_bif_[bar] = 0;
}

void Barcode::use_term(int bar) {
    if (bar == NO_BAR) return;
    if (!has_term(bar)) throw GrowthFailure("KeyError", std::to_string(bar));
    has_term_[bar] = 0;
}

Barcode::Choice Barcode::first_bif(double above_um, double below_um) const {
    if (std::isinf(above_um)) above_um = 0.0;
    for (int bar = 1; bar < size(); ++bar) {
        if (has_bif_[bar] && below_um >= bifs_um_[bar] && bifs_um_[bar] >= above_um) {
            return {bar, bifs_um_[bar]};
        }
    }
    return {NO_BAR, INFINITE};
}

Barcode::Choice Barcode::first_term(double above_um, double below_um) const {
    if (std::isinf(above_um)) above_um = 0.0;
    for (int bar : by_term_) {
        if (has_term_[bar] && below_um >= terms_um_[bar] && terms_um_[bar] >= above_um) {
            return {bar, terms_um_[bar]};
        }
    }
    return {NO_BAR, 0.0};
}

StopCriterion Barcode::of_first_section() const {
    StopCriterion stop;
    std::tie(stop.bif_bar, stop.bif_um) = first_bif(0.0, INFINITE);
    stop.term_bar = by_term_.back();
    stop.term_um = terms_um_[stop.term_bar];
    return stop;
}

// A branch has only smaller branches: a bifurcation whose bar ends beyond the child is replaced by
// the first one whose bar does not. Source: Barcode.curate_stop_criterion.
StopCriterion Barcode::curated(const StopCriterion& parent, StopCriterion child) const {
    const double most_um = parent.term_um;
    if (child.term_um > most_um || (!std::isinf(child.bif_um) && child.bif_um > most_um)) {
        throw GrowthRetry("NeuroTSError", "broken pipeline");
    }
    if (term_of(child.bif_bar) <= child.term_um) return child;
    const double least_um = parent.ref_um;
    const double end_um = child.term_um;
    child.bif_bar = NO_BAR;
    child.bif_um = INFINITE;
    for (int bar = 1; bar < size(); ++bar) {
        if (!has_bif_[bar]) continue;
        const double bif_um = bifs_um_[bar], term_um = term_of(bar);
        if (least_um <= bif_um && bif_um <= most_um && least_um <= term_um && term_um <= end_um) {
            child.bif_bar = bar;
            child.bif_um = bif_um;
            break;
        }
    }
    return child;
}

std::pair<StopCriterion, StopCriterion> Barcode::of_children(const StopCriterion& parent) const {
    StopCriterion child = parent;
    std::tie(child.bif_bar, child.bif_um) = first_bif(parent.ref_um, parent.term_um);
    const StopCriterion first = curated(parent, child);
    // the second branch ends where the bar that began here ends
    const double term_um = term_of(parent.bif_bar);
    const bool fits =
        has_term(parent.bif_bar) && parent.bif_um <= term_um && term_um <= child.term_um;
    child.term_bar = fits ? parent.bif_bar : NO_BAR;
    child.term_um = fits ? term_um : -INFINITE;
    return {first, curated(parent, child)};
}

bool Barcode::refresh(StopCriterion& stop) const {
    const double most_um = stop.term_um;
    const double before_um = stop.bif_um;
    if (!has_bif(stop.bif_bar) && !std::isinf(stop.bif_um)) {
        std::tie(stop.bif_bar, stop.bif_um) = first_bif(stop.ref_um, most_um);
        stop = curated(stop, stop);
    }
    if (!has_term(stop.term_bar)) {
        const double least_um = std::isinf(stop.bif_um) ? stop.ref_um : stop.bif_um;
        std::tie(stop.term_bar, stop.term_um) = first_term(least_um, most_um);
        stop = curated(stop, stop);
    }
    return stop.bif_um != before_um;
}

}  // namespace rghpc
