// What can go wrong in one cell. Each carries the name of the exception that NeuroTS raises.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace rghpc {

class NamedError : public std::runtime_error {
   public:
    NamedError(std::string error, const std::string& message)
        : std::runtime_error(message), error(std::move(error)) {}
    std::string error;  // "NeuroTSError", "ValueError", "KeyError", ...
};

// One attempt led nowhere; another one, with the next random numbers, may succeed: NeuroTS raises
// NeuroTSError or ValueError.
class GrowthRetry : public NamedError {
    using NamedError::NamedError;
};

// No attempt can succeed.
class GrowthFailure : public NamedError {
    using NamedError::NamedError;
};

// All attempts have failed; the last one with this error.
class TooManyAttempts : public NamedError {
    using NamedError::NamedError;
};

}  // namespace rghpc
