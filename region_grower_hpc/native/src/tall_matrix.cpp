#include "tall_matrix.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace rghpc {

namespace {

constexpr double EPSILON = std::numeric_limits<double>::epsilon();

// Convergence is quadratic: a few rounds are enough, more never come to pass.
constexpr int MAX_ROUNDS = 30;

RGHPC_FOR_EACH_PROCESSOR
double product_of(const double* a, const double* b, std::size_t n) {
    Lanes products{};
    for (std::size_t i = 0; i < n; i += LANES) products += load(a + i) * load(b + i);
    return total(products);
}

// Reflect a column: take away the reflector times its product with it, over half of its square.
RGHPC_FOR_EACH_PROCESSOR
void reflect(const double* reflector, double half_square, double* column, std::size_t n) {
    Lanes products{};
    for (std::size_t i = 0; i < n; i += LANES) products += load(reflector + i) * load(column + i);
    const double factor = total(products) / half_square;
    for (std::size_t i = 0; i < n; i += LANES) {
        store(load(column + i) - factor * load(reflector + i), column + i);
    }
}

// Turn two columns, and what follows them, so that the first are at right angles.
bool rotate(Triple& left, Triple& right, Triple& left_vector, Triple& right_vector) {
    const double across = dot(left, right);
    const double left_square = dot(left, left), right_square = dot(right, right);
    if (!(std::fabs(across) > EPSILON * std::sqrt(left_square) * std::sqrt(right_square))) {
        return false;
    }
    const double cotangent = (right_square - left_square) / (2.0 * across);
    const double tangent =
        std::copysign(1.0, cotangent) /
        (std::fabs(cotangent) + std::sqrt(cotangent * cotangent + 1.0));
    const double cosine = 1.0 / std::sqrt(tangent * tangent + 1.0), sine = tangent * cosine;
    for (auto [a, b] : {std::pair{&left, &right}, std::pair{&left_vector, &right_vector}}) {
        for (int i = 0; i < 3; ++i) {
            const double x = (*a)[i], y = (*b)[i];
            (*a)[i] = cosine * x - sine * y;
            (*b)[i] = sine * x + cosine * y;
        }
    }
    return true;
}

}  // namespace

double dot(const Triple& a, const Triple& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }

double norm(const Triple& a) { return std::sqrt(dot(a, a)); }

Triple product(const TripleMatrix& matrix, const Triple& vector) {
    return sum(sum(scaled(matrix[0], vector[0]), scaled(matrix[1], vector[1])),
               scaled(matrix[2], vector[2]));
}

Triple scaled(const Triple& a, double factor) {
    return {a[0] * factor, a[1] * factor, a[2] * factor};
}

Triple scaled(const Triple& a, const Triple& factors) {
    return {a[0] * factors[0], a[1] * factors[1], a[2] * factors[2]};
}

Triple sum(const Triple& a, const Triple& b) { return {a[0] + b[0], a[1] + b[1], a[2] + b[2]}; }

bool is_finite(const Triple& a) {
    return std::isfinite(a[0]) && std::isfinite(a[1]) && std::isfinite(a[2]);
}

double dot(const TallColumn& a, const TallColumn& b) {
    return product_of(a.data(), b.data(), a.size());
}

Triangle triangular(TallMatrix& matrix, TallColumn& b) {
    Triangle triangle{};
    const auto finish_row = [](TallColumn& column, int k) { return std::exchange(column[k], 0.0); };
    for (int k = 0; k < 3; ++k) {
        TallColumn& reflector = matrix[k];
        const double length = std::sqrt(dot(reflector, reflector));
        const double diagonal = -std::copysign(length, reflector[k]);
        const double half_square = length * (length + std::fabs(reflector[k]));
        if (half_square > 0.0) {
            reflector[k] -= diagonal;
            for (int j = k + 1; j < 3; ++j) {
                reflect(reflector.data(), half_square, matrix[j].data(), b.size());
            }
            reflect(reflector.data(), half_square, b.data(), b.size());
        }
        triangle.factor[k][k] = diagonal;
        for (int j = k + 1; j < 3; ++j) triangle.factor[j][k] = finish_row(matrix[j], k);
        triangle.right[k] = finish_row(b, k);
    }
    return triangle;
}

SingularValues singular_values(const Triangle& triangle) {
    TripleMatrix turned = triangle.factor;
    TripleMatrix vectors = {{{1.0, 0.0, 0.0}, {0.0, 1.0, 0.0}, {0.0, 0.0, 1.0}}};
    for (int round = 0; round < MAX_ROUNDS; ++round) {
        bool is_turned = false;
        for (const auto& [p, q] : {std::pair{0, 1}, std::pair{0, 2}, std::pair{1, 2}}) {
            is_turned |= rotate(turned[p], turned[q], vectors[p], vectors[q]);
        }
        if (!is_turned) break;
    }
    std::array<int, 3> order = {0, 1, 2};
    const Triple lengths = {norm(turned[0]), norm(turned[1]), norm(turned[2])};
    std::sort(order.begin(), order.end(), [&](int a, int b) { return lengths[a] > lengths[b]; });
    SingularValues result;
    for (int k = 0; k < 3; ++k) {
        result.values[k] = lengths[order[k]];
        result.vectors[k] = vectors[order[k]];
        result.projected[k] = dot(turned[order[k]], triangle.right);
    }
    return result;
}

}  // namespace rghpc
