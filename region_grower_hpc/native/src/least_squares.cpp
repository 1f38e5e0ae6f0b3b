#include "least_squares.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "normal_curve.hpp"
#include "trust_region.hpp"

namespace rghpc {

namespace {

constexpr double TOLERANCE = 1e-8;  // of the cost, the step and the gradient
constexpr double START_DISTANCE = 1e-10;
constexpr int MAX_EVALUATIONS = 30;
constexpr double LAPACK_ERROR = 4e-16;

bool is_finite(const TallColumn& column) {
    return std::all_of(column.begin(), column.end(), [](double x) { return std::isfinite(x); });
}

class Fit {
public:
    Fit(const Histogram& histogram, Rounding& rounding)
        : curve_(histogram, rounding),
          rounding_(rounding),
          residuals_(n_padded(histogram.n_bins)),
          new_residuals_(residuals_.size()),
          right_(residuals_.size() + LANES) {
        for (TallColumn& column : jacobian_) column.resize(residuals_.size());
        for (TallColumn& column : augmented_) column.resize(right_.size());
        point_ = curve_.box().inside({histogram.start, 1.0, 1.0}, START_DISTANCE);
    }

    LeastSquares run() {
        curve_.residuals(point_, residuals_);
        cost_ = 0.5 * dot(residuals_, residuals_);
        differentiate();
        radius_ = 0.0;
        for (int i = 0; i < 3; ++i) radius_ += point_[i] * point_[i] / room_[i];
        radius_ = std::sqrt(radius_);
        if (radius_ == 0.0) radius_ = 1.0;
        while (!has_converged_) {
            double greatest = 0.0;
            for (int i = 0; i < 3; ++i) {
                greatest = std::max(greatest, std::fabs(gradient_[i] * room_[i]));
            }
            if (greatest < TOLERANCE) has_converged_ = true;
            if (has_converged_ || n_evaluations_ == MAX_EVALUATIONS) break;
            descend(std::max(0.995, 1.0 - greatest));
        }
        return {has_converged_, point_, jacobian_, cost_};
    }

private:
    void differentiate() {
        curve_.derivatives(point_, residuals_, jacobian_);
        const Box& box = curve_.box();
        for (int i = 0; i < 3; ++i) {
            const double slope = dot(jacobian_[i], residuals_);
            gradient_[i] = slope;
            room_[i] = 1.0;
            curvature_[i] = 0.0;
            if (slope < 0.0 && std::isfinite(box.upper[i])) {
                room_[i] = box.upper[i] - point_[i];
                curvature_[i] = -slope;
            } else if (slope > 0.0) {
                room_[i] = point_[i] - box.lower[i];
                curvature_[i] = slope;
            }
        }
        if (!rghpc::is_finite(gradient_)) throw NoStep();
    }

    TrustRegion region() {
        const std::size_t n = residuals_.size();
        TrustRegion region;
        region.point = point_;
        region.n_residuals = curve_.n_residuals();
        std::copy(residuals_.begin(), residuals_.end(), right_.begin());
        std::fill(right_.begin() + n, right_.end(), 0.0);
        for (int k = 0; k < 3; ++k) {
            region.stretch[k] = std::sqrt(room_[k]);
            for (std::size_t i = 0; i < n; ++i) {
                augmented_[k][i] = jacobian_[k][i] * region.stretch[k];
            }
            std::fill(augmented_[k].begin() + n, augmented_[k].end(), 0.0);
            augmented_[k][n + k] = std::sqrt(curvature_[k]);
        }
        region.gradient = scaled(gradient_, region.stretch);
        Triangle triangle = triangular(augmented_, right_);
        region.factor = triangle.factor;
        disturb(triangle.factor);
        region.singular = singular_values(triangle);
        return region;
    }

    void disturb(TripleMatrix& factor) {
        if (rounding_.is_off()) return;
        double size = 0.0;
        for (const Triple& column : factor) size = std::max(size, norm(column));
        for (Triple& column : factor) {
            for (double& value : column) value += LAPACK_ERROR * size * rounding_.symmetric();
        }
    }

    // Steps until one reduces the cost.
    void descend(double fraction) {
        const TrustRegion region = this->region();
        double reduction = -1.0;
        Triple tried = point_;
        while (reduction <= 0.0 && n_evaluations_ < MAX_EVALUATIONS) {
            const LevenbergStep levenberg = levenberg_step(region, radius_, damping_);
            damping_ = levenberg.damping;
            const BoundedStep step =
                bounded_step(region, levenberg.step, radius_, curve_.box(), fraction);
            tried = curve_.box().inside(sum(point_, step.step), 0.0);
            curve_.residuals(tried, new_residuals_);
            ++n_evaluations_;
            const double length = norm(step.stretched);
            if (!is_finite(new_residuals_)) {
                radius_ = 0.25 * length;
                continue;
            }
            new_cost_ = 0.5 * dot(new_residuals_, new_residuals_);
            reduction = cost_ - new_cost_;
            const double ratio = step.predicted_reduction > 0.0
                                     ? reduction / step.predicted_reduction
                                     : (step.predicted_reduction == 0.0 && reduction == 0.0);
            double new_radius = radius_;
            if (ratio < 0.25) {
                new_radius = 0.25 * length;
            } else if (ratio > 0.75 && length > 0.95 * radius_) {
                new_radius *= 2.0;
            }
            has_converged_ = (reduction < TOLERANCE * cost_ && ratio > 0.25) ||
                             norm(step.step) < TOLERANCE * (TOLERANCE + norm(point_));
            if (has_converged_) break;
            damping_ *= radius_ / new_radius;
            radius_ = new_radius;
        }
        if (reduction > 0.0) {
            point_ = tried;
            residuals_.swap(new_residuals_);
            cost_ = new_cost_;
            differentiate();
        }
    }

    NormalCurve curve_;
    Rounding& rounding_;
    TallColumn residuals_, new_residuals_, right_;
    TallMatrix jacobian_, augmented_;
    Triple point_{}, gradient_{}, room_{}, curvature_{};
    double cost_ = 0.0, new_cost_ = 0.0, radius_ = 0.0, damping_ = 0.0;
    int n_evaluations_ = 1;
    bool has_converged_ = false;
};

}  // namespace

LeastSquares least_squares(const Histogram& histogram, Rounding& rounding) {
    return Fit(histogram, rounding).run();
}

}  // namespace rghpc
