// Directions in which the trunks of a neuron leave its soma.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "place.hpp"
#include "random_stream.hpp"
#include "soma.hpp"
#include "trunk_rule.hpp"

namespace rghpc {

// What steers trunks beside their own law.
struct TrunkConstraints {
    virtual ~TrunkConstraints() = default;
    // Whether the cell has constraints at all.
    virtual bool any() const = 0;
    // The least probability of a trunk by all of them; 1 where none concerns trunks.
    virtual double probability(const Vector3& direction, const Vector3& soma_center_um) const = 0;
};

// Source: NeuronGrower._grow_trunks and neurots.generate.orientations.OrientationManager. The draws
// come in their order, also before an error, because the stream goes on over the attempts.
class TrunkOrientations {
   public:
    // All arguments must outlive the object; `constraints` may be null. `soma` is only looked at.
    // Throws GrowthRetry("NeuroTSError") where some grow types, but not all, use 3d angles.
    TrunkOrientations(const std::vector<TrunkRule>& rules, const CellPlace& place, const Soma& soma,
                      const TrunkConstraints* constraints, RandomStream& random);

    // Unit vectors for the trunks of a grow type. To be asked for in the order of the rules, each
    // after the trunks of the former have been added to the soma.
    //
    // Throws GrowthRetry and GrowthFailure with the name of what NeuroTS raises.
    std::vector<Vector3> of(std::size_t grow_type);

   private:
    using Directions = std::vector<Vector3>;

    Directions without_mode(const TrunkRule& rule);
    Directions by_mode(const TrunkRule& rule);

    Directions listed(const TrunkRule& rule, int64_t n_trees) const;
    Directions predefined(const TrunkRule& rule);
    Directions around_direction(const TrunkRule& rule, int64_t n_trees);
    Directions by_deviations(const TrunkRule& rule, int64_t n_trees);
    Directions between(double start_rad, double stop_rad, bool keeps_off_ends,
                       const TrunkRule& rule, int64_t n_trees);
    Directions anywhere(int64_t n_trees);
    Directions around_pia(const TrunkRule& rule, int64_t n_trees);
    Directions by_angle(const Vector3& reference, const TrunkRule& rule, int64_t n_trees);

    Vector3 propose_anywhere();
    Vector3 propose_around_pia(const TrunkRule& rule);
    double angle_around_pia(double mean_rad, double std_rad);
    double constrained(double p, const Vector3& direction) const;

    int64_t draw_count(const TrunkRule& rule);
    std::vector<double> draw_angles(const std::optional<Distribution>& law, const char* name,
                                    int64_t count);
    std::vector<double> draw_azimuths(const TrunkRule& rule, int64_t count);
    void check_listed(const TrunkRule& rule) const;
    static void check_count(int64_t n_trees);

    const std::vector<TrunkRule>& rules_;
    const CellPlace& place_;
    const Soma& soma_;
    const TrunkConstraints* constraints_;
    RandomStream& random_;
    bool uses_modes_ = false, is_3d_ = false;
    bool has_apical_ = false;
    Directions apical_;  // directions of the apical trunks, once they are known
};

}  // namespace rghpc
