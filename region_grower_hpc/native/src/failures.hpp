// What can go wrong in one cell. Each carries the name of the exception that NeuroTS raises.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace rghpc {

// One attempt led nowhere; another one, with the next random numbers, may succeed.
class GrowthRetry : public std::runtime_error {
   public:
    GrowthRetry(std::string error, const std::string& message)
        : std::runtime_error(message), error(std::move(error)) {}
    std::string error;  // "NeuroTSError" or "ValueError"
};

// No attempt can succeed.
class GrowthFailure : public std::runtime_error {
   public:
    GrowthFailure(std::string error, const std::string& message)
        : std::runtime_error(message), error(std::move(error)) {}
    std::string error;  // "KeyError", "DiameterSynthesisError", ...
};

}  // namespace rghpc
