// Diameters that do not change along a neurite or a section.
#pragma once

#include <utility>

#include "diameter_given.hpp"
#include "diameter_pass.hpp"

namespace rghpc {

// The model of a type cannot be run.
class RefusedDiameters final : public NeuriteDiametrizer {
   public:
    explicit RefusedDiameters(Refusal refusal) : refusal_(std::move(refusal)) {}
    void diametrize(DiameterPass&) const override { refusal_.raise(); }

   private:
    Refusal refusal_;
};

// Nothing is written: the model does not know the type.
class UntouchedDiameters final : public NeuriteDiametrizer {
   public:
    void diametrize(DiameterPass&) const override {}
};

// Source: neurots.generate.diametrizer.diametrize_uniform.
class UniformDiameters final : public NeuriteDiametrizer {
   public:
    UniformDiameters(int type, Given<double> diameter_um)
        : type_(type), diameter_um_(std::move(diameter_um)) {}
    void diametrize(DiameterPass& pass) const override;

   private:
    int type_;
    Given<double> diameter_um_;
};

// The mean of each neurite (M1).
// Source: neurots.generate.diametrizer.diametrize_constant_per_neurite.
class NeuriteMeanDiameters final : public NeuriteDiametrizer {
   public:
    explicit NeuriteMeanDiameters(int type) : type_(type) {}
    void diametrize(DiameterPass& pass) const override;

   private:
    int type_;
};

// The mean of each section of the type (M2), wherever it lies.
// Source: neurots.generate.diametrizer.diametrize_constant_per_section.
class SectionMeanDiameters final : public NeuriteDiametrizer {
   public:
    explicit SectionMeanDiameters(int type) : type_(type) {}
    void diametrize(DiameterPass& pass) const override;

   private:
    int type_;
};

}  // namespace rghpc
