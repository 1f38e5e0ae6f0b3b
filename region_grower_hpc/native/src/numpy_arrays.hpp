// numpy's arrays, as bindings take them.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cstdint>
#include <limits>
#include <string>

#include "vector3.hpp"

namespace rghpc {

// Contiguous; anything else is converted.
using Doubles =
    pybind11::array_t<double, pybind11::array::c_style | pybind11::array::forcecast>;
using Floats = pybind11::array_t<float, pybind11::array::c_style | pybind11::array::forcecast>;
using Ints =
    pybind11::array_t<std::int32_t, pybind11::array::c_style | pybind11::array::forcecast>;

// Throws ValueError unless an array has rows of so many columns, not more than an int counts.
inline void check_columns(const pybind11::array& array, pybind11::ssize_t columns,
                          const char* name) {
    if (array.ndim() != 2 || array.shape(1) != columns ||
        array.shape(0) > std::numeric_limits<int>::max() / columns) {
        throw pybind11::value_error(std::string(name) + " must have " + std::to_string(columns) +
                                    " columns");
    }
}

inline Matrix3 matrix_of(const Doubles& array) {
    if (array.ndim() != 2 || array.shape(0) != 3 || array.shape(1) != 3) {
        throw pybind11::value_error("the orientation must be a matrix of 3 x 3");
    }
    const auto rows = array.unchecked<2>();
    Matrix3 matrix;
    for (pybind11::ssize_t i = 0; i < 3; ++i) {
        matrix.rows[i] = {rows(i, 0), rows(i, 1), rows(i, 2)};
    }
    return matrix;
}

}  // namespace rghpc
