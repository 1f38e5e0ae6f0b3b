// Diameters by a polynomial of the distance to the most distal tip.
#pragma once

#include <utility>
#include <vector>

#include "diameter_given.hpp"
#include "diameter_pass.hpp"

namespace rghpc {

// Draws nothing. Source: diameter_synthesis.simpler_diametrizer.
class PolynomialDiameters final : public NeuriteDiametrizer {
   public:
    // Coefficients from the constant on: diameters in µm, of distances relative to the longest
    // path.
    PolynomialDiameters(int type, Given<std::vector<double>> coefficients)
        : type_(type), coefficients_(std::move(coefficients)) {}
    void diametrize(DiameterPass& pass) const override;

   private:
    int type_;
    Given<std::vector<double>> coefficients_;
};

}  // namespace rghpc
