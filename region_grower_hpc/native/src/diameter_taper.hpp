// Diameters that taper along a section by its length.
#pragma once

#include "diameter_pass.hpp"

namespace rghpc {

// Bounds of all diameters of a section but the one that it starts from.
struct TaperBounds {
    double min_um, max_um;
};

// From the first point to the last, by `taper_um` in all. A section other than a root is tapered
// one segment late: its second point has the diameter of the first.
// Source: neurots.generate.diametrizer.taper_section_diam_from_root.
void taper_from_start(Morphology& neuron, const Section& section, double start_um, double taper_um,
                      const TaperBounds& bounds);

// From the last point, which keeps its diameter, back to the first.
// Source: neurots.generate.diametrizer.taper_section_diam_from_tips.
void taper_from_end(Morphology& neuron, const Section& section, double taper_um,
                    const TaperBounds& bounds);

// Each section tapers by its own mean taper (M3).
// Source: neurots.generate.diametrizer.diametrize_smoothing.
class SmoothedDiameters final : public NeuriteDiametrizer {
   public:
    explicit SmoothedDiameters(int type) : type_(type) {}
    void diametrize(DiameterPass& pass) const override;

   private:
    int type_;
};

}  // namespace rghpc
