#pragma once

#include <functional>
#include <string>
#include <vector>

#include <ATen/ATen.h>

/// Arguments for an operator: drawn on the host, the same ones for each device.
class Arguments {
public:
    explicit Arguments(at::Device device) : device_(device) {}

    /// Standard normal numbers.
    at::Tensor normal(at::IntArrayRef sizes, at::ScalarType type = at::kFloat);

    /// Whole numbers in 0 … below - 1.
    at::Tensor whole(at::IntArrayRef sizes, int64_t below);

    at::Tensor on_device(const at::Tensor& host) const { return host.to(device_); }
    at::Device device() const { return device_; }

private:
    at::Device device_;
    uint64_t state_ = 2026;
};

struct OperatorCase {
    std::string name;
    std::function<std::vector<at::Tensor>(Arguments&)> run;
};

/// What text encoder, transformer, sampler and autoencoders call, in the shapes and layouts that tend to go wrong.
std::vector<OperatorCase> operator_cases();
