#include "selftest_operators.h"

#include <cmath>

using at::Tensor;

namespace {

using Results = std::vector<Tensor>;

constexpr at::ScalarType floats[] = {at::kFloat, at::kBFloat16, at::kHalf, at::kDouble};

double unit(uint64_t& state) {
    uint64_t z = state += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return (static_cast<double>((z ^ (z >> 31)) >> 11) + 0.5) * 0x1p-53;
}

void add_matrix_cases(std::vector<OperatorCase>& cases) {
    for (int64_t rows : {1, 7, 130}) {
        const std::string size = " " + std::to_string(rows) + " rows";
        cases.push_back({"linear" + size, [=](Arguments& a) -> Results {
            return {at::linear(a.normal({rows, 72}), a.normal({96, 72}), a.normal({96}))};
        }});
        cases.push_back({"linear of 3 dimensions" + size, [=](Arguments& a) -> Results {
            return {at::linear(a.normal({2, rows, 72}), a.normal({96, 72}), a.normal({96}))};
        }});
        cases.push_back({"linear without bias, transposed" + size, [=](Arguments& a) -> Results {
            return {at::linear(a.normal({2, 72, rows}).transpose(1, 2), a.normal({96, 72}))};
        }});
        cases.push_back({"addmm" + size, [=](Arguments& a) -> Results {
            return {at::addmm(a.normal({40}), a.normal({rows, 30}), a.normal({40, 30}).t(), 0.5, 2)};
        }});
        cases.push_back({"bmm" + size, [=](Arguments& a) -> Results {
            return {at::bmm(a.normal({3, rows, 20}), a.normal({3, 50, 20}).transpose(1, 2))};
        }});
        cases.push_back({"baddbmm" + size, [=](Arguments& a) -> Results {
            return {at::baddbmm(a.normal({3, rows, 50}), a.normal({3, rows, 20}), a.normal({3, 20, 50}), 0, 0.25)};
        }});
        cases.push_back({"matmul, broadcast" + size, [=](Arguments& a) -> Results {
            return {at::matmul(a.normal({2, 4, rows, 18}), a.normal({4, 18, 9}))};
        }});
        cases.push_back({"attention" + size, [=](Arguments& a) -> Results {
            const Tensor q = a.normal({2, rows, 4, 18}).transpose(1, 2), k = a.normal({2, 60, 4, 18}).transpose(1, 2),
                v = a.normal({2, 60, 4, 18}).transpose(1, 2);
            const Tensor scores = at::matmul(q * 0.2357, k.transpose(-2, -1)).add_(a.normal({60}));
            return {at::matmul(scores.softmax(-1), v).transpose(1, 2).reshape({2, rows, 72})};
        }});
    }
    cases.push_back({"scaled_dot_product_attention", [](Arguments& a) -> Results {
        return {std::get<0>(at::_scaled_dot_product_attention(a.normal({2, 4, 33, 18}), a.normal({2, 4, 20, 18}),
            a.normal({2, 4, 20, 18})))};
    }});
    cases.push_back({"einsum, outer, mv, dot", [](Arguments& a) -> Results {
        return {at::einsum("bld,md->blm", {a.normal({2, 5, 8}), a.normal({6, 8})}), at::outer(a.normal({9}), a.normal({5})),
            at::mv(a.normal({4, 6}), a.normal({6})), at::dot(a.normal({40}), a.normal({40}))};
    }});
    cases.push_back({"linear of half formats", [](Arguments& a) -> Results {
        return {at::linear(a.normal({5, 32}, at::kBFloat16), a.normal({8, 32}, at::kBFloat16), a.normal({8}, at::kBFloat16))};
    }});
}

void add_network_cases(std::vector<OperatorCase>& cases) {
    cases.push_back({"conv1d", [](Arguments& a) -> Results {
        return {at::conv1d(a.normal({2, 4, 30}), a.normal({6, 4, 3}), a.normal({6}), 1, 1)};
    }});
    cases.push_back({"conv2d", [](Arguments& a) -> Results {
        return {at::conv2d(a.normal({2, 8, 18, 32}), a.normal({16, 8, 3, 3}), a.normal({16}), 1, 1)};
    }});
    cases.push_back({"conv2d 1x1, strided", [](Arguments& a) -> Results {
        return {at::conv2d(a.normal({1, 8, 18, 32}), a.normal({16, 8, 1, 1}), {}, 2)};
    }});
    cases.push_back({"conv2d, channels last", [](Arguments& a) -> Results {
        return {at::conv2d(a.normal({2, 8, 18, 32}).contiguous(at::MemoryFormat::ChannelsLast), a.normal({16, 8, 3, 3}),
            a.normal({16}), 1, 1)};
    }});
    cases.push_back({"conv2d of a view, dilated, grouped", [](Arguments& a) -> Results {
        return {at::conv2d(a.normal({18, 32, 2, 8}).permute({2, 3, 0, 1}), a.normal({16, 4, 3, 3}), a.normal({16}), 1, 2, 2, 2)};
    }});
    cases.push_back({"conv_transpose2d", [](Arguments& a) -> Results {
        return {at::conv_transpose2d(a.normal({1, 4, 9, 7}), a.normal({4, 3, 2, 2}), a.normal({3}), 2)};
    }});
    cases.push_back({"conv3d", [](Arguments& a) -> Results {
        return {at::conv3d(a.normal({1, 4, 7, 10, 12}), a.normal({8, 4, 3, 3, 3}), a.normal({8}), 1, {0, 1, 1})};
    }});
    cases.push_back({"conv3d of patches", [](Arguments& a) -> Results {
        return {at::conv3d(a.normal({1, 4, 5, 18, 32}), a.normal({24, 4, 1, 2, 2}), a.normal({24}), {1, 2, 2})};
    }});
    cases.push_back({"group_norm", [](Arguments& a) -> Results {
        return {at::group_norm(a.normal({2, 32, 9, 11}), 8, a.normal({32}), a.normal({32}), 1e-6)};
    }});
    cases.push_back({"group_norm of 5 dimensions, strided", [](Arguments& a) -> Results {
        return {at::group_norm(a.normal({5, 1, 16, 6, 7}).permute({1, 2, 0, 3, 4}), 4, a.normal({16}), a.normal({16}), 1e-6)};
    }});
    cases.push_back({"native_group_norm", [](Arguments& a) -> Results {
        auto [y, mean, rstd] = at::native_group_norm(a.normal({2, 8, 15}), a.normal({8}), a.normal({8}), 2, 8, 15, 4, 1e-5);
        return {y, mean, rstd};
    }});
    cases.push_back({"layer_norm", [](Arguments& a) -> Results {
        return {at::layer_norm(a.normal({3, 17, 72}), {72}, {}, {}, 1e-6),
            at::layer_norm(a.normal({17, 72}), {72}, a.normal({72}), a.normal({72}), 1e-5)};
    }});
    cases.push_back({"native_layer_norm", [](Arguments& a) -> Results {
        auto [y, mean, rstd] = at::native_layer_norm(a.normal({4, 30}), {30}, a.normal({30}), a.normal({30}), 1e-5);
        return {y, mean, rstd};
    }});
    for (at::ScalarType type : floats) {
        if (type != at::kHalf) // the host lacks these for float16
            cases.push_back({std::string("activations of ") + toString(type), [=](Arguments& a) -> Results {
                const Tensor x = a.normal({6, 40}, type);
                return {at::silu(x), at::gelu(x), at::gelu(x, "tanh"), at::relu(x), at::sigmoid(x), at::tanh(x),
                    at::softmax(x, -1), at::softmax(x.t(), 0), at::log_softmax(x, 1)};
            }});
        cases.push_back({std::string("casts from ") + toString(type), [=](Arguments& a) -> Results {
            Results results;
            for (at::ScalarType other : {at::kFloat, at::kBFloat16, at::kHalf, at::kDouble, at::kLong, at::kByte})
                results.push_back(a.normal({7, 5}, type).mul(10).abs().t().to(other));
            return results;
        }});
    }
    cases.push_back({"interpolate", [](Arguments& a) -> Results {
        return {at::upsample_nearest2d(a.normal({1, 3, 5, 7}), {10, 14}), at::upsample_nearest3d(a.normal({1, 2, 3, 5, 7}), {6, 10, 14}),
            at::upsample_bilinear2d(a.normal({1, 3, 9, 7}), {4, 5}, false),
                at::upsample_bicubic2d(a.normal({1, 3, 9, 7}), {4, 5}, false)};
    }});
    cases.push_back({"pad", [](Arguments& a) -> Results {
        return {at::constant_pad_nd(a.normal({2, 3, 4}), {1, 2, 0, 1}, 0.5),
            at::reflection_pad2d(a.normal({1, 2, 5, 6}), {1, 1, 2, 2}),
            at::replication_pad3d(a.normal({1, 2, 3, 4, 5}), {0, 0, 1, 1, 2, 0})};
    }});
    cases.push_back({"embedding", [](Arguments& a) -> Results { return {at::embedding(a.normal({50, 16}), a.whole({2, 9}, 50))}; }});
    cases.push_back({"avg_pool, max_pool", [](Arguments& a) -> Results {
        return {at::avg_pool2d(a.normal({1, 3, 8, 8}), 2), at::max_pool2d(a.normal({1, 3, 8, 8}), 2)};
    }});
}

void add_indexing_cases(std::vector<OperatorCase>& cases) {
    cases.push_back({"views", [](Arguments& a) -> Results {
        const Tensor x = a.normal({4, 6, 10});
        return {x.permute({2, 0, 1}), x.transpose(0, 2), x.select(1, 3), x.slice(2, 1, 9, 2), x.unsqueeze(0).squeeze(0),
            x.expand({3, 4, 6, 10}), x.view({24, 10}),
            x.reshape({8, 30}), x.transpose(0, 1).reshape({-1}), x.narrow(0, 1, 2), x.unfold(2, 4, 3), x.diagonal(),
                x.flatten(1).unflatten(1, {5, 12}), x.movedim(0, 2)};
    }});
    cases.push_back({"views of parts", [](Arguments& a) -> Results {
        const Tensor x = a.normal({4, 6, 10});
        Results results = x.split(3, 1);
        for (const Tensor& part : x.chunk(4, 2)) results.push_back(part);
        for (const Tensor& part : x.unbind(0)) results.push_back(part);
        return results;
    }});
    cases.push_back({"writes through views", [](Arguments& a) -> Results {
        Tensor x = a.normal({4, 6, 10});
        x.select(0, 1).fill_(7);
        x.slice(2, 2, 5).add_(a.normal({4, 6, 3})).mul_(3);
        x.permute({2, 1, 0}).select(0, 9).copy_(a.normal({6, 4}));
        x.view({24, 10}).narrow(1, 0, 1).zero_();
        x.index_put_({at::indexing::TensorIndex(2)}, a.normal({6, 10}));
        return {x};
    }});
    cases.push_back({"index", [](Arguments& a) -> Results {
        const Tensor x = a.normal({8, 5, 6}), mask = a.normal({8, 5}) > 0;
        return {x.index({a.whole({4}, 8)}), x.index({mask}),
            x.index({at::indexing::Slice(), a.whole({3, 1}, 5), a.whole({2}, 6)}),
            x.index({at::indexing::Ellipsis, a.whole({4}, 6).cpu()})};
    }});
    cases.push_back({"index_put_", [](Arguments& a) -> Results {
        Tensor x = a.normal({8, 5});
        x.index_put_({a.whole({4}, 8)}, a.normal({5}));
        x.index_put_({a.whole({20}, 8)}, a.normal({20, 5}), /*accumulate=*/true);
        x.index_put_({x > 1}, 1);
        return {x};
    }});
    cases.push_back({"gather and scatter", [](Arguments& a) -> Results {
        const Tensor x = a.normal({6, 9}), at = a.whole({6, 4}, 9);
        return {x.gather(1, at), x.index_select(0, a.whole({5}, 6)), x.masked_select(x > 0), x.scatter(1, at, 3),
            x.scatter_add(1, at, a.normal({6, 4})), x.index_add(0, a.whole({6}, 6), a.normal({6, 9})),
            x.masked_fill(x < 0, -1e4), x.nonzero(), at::where(x > 0, x, x.neg()),
                at::where(x > 0, x, at::zeros({}, x.options())), x.take(a.whole({5}, 54))};
    }});
    cases.push_back({"cat, stack, repeat", [](Arguments& a) -> Results {
        const Tensor x = a.normal({3, 4}), y = a.normal({4, 3}).t();
        return {at::cat({x, y}, 1), at::cat({x, y}, 0), at::cat({x, y.to(at::kDouble)}), at::stack({x, y}, 1),
            x.repeat({2, 1, 3}), x.repeat_interleave(3, 1), x.repeat_interleave(a.whole({3}, 4), 0), x.tile({2, 2}),
            x.roll({1, 2}, {0, 1}), x.flip({0})};
    }});
    cases.push_back({"cat, channels last", [](Arguments& a) -> Results {
        return {at::cat({a.normal({1, 2, 4, 5}).contiguous(at::MemoryFormat::ChannelsLast),
            a.normal({1, 3, 4, 5}).contiguous(at::MemoryFormat::ChannelsLast)}, 1)};
    }});
}

void add_arithmetic_cases(std::vector<OperatorCase>& cases) {
    for (at::ScalarType type : {at::kFloat, at::kBFloat16, at::kDouble})
        cases.push_back({std::string("arithmetic of ") + toString(type), [=](Arguments& a) -> Results {
            const Tensor x = a.normal({5, 24}, type), y = a.normal({24, 5}, type).t(), row = a.normal({24}, type),
                one = a.normal({}, at::kDouble);
            return {x + y, x - row, x * y, x / y, x + 1, 2 - x, x * 0.5, 1 / x, x + one, x.add(y, 0.3), x.neg(), x.abs(),
                x.pow(2), x.square(), x.abs().sqrt(), x.abs().rsqrt(), x.exp(), x.abs().log(),
                x.sin(), x.cos(), x.round(), x.floor(), x.clamp(-1, 1), at::maximum(x, y), at::minimum(x, row),
                    x.addcmul(y, row, 0.7), x.lerp(y, 0.3), x.fmod(0.4), x.sign(), x.triu(1), x.tril(-1)};
        }});
    cases.push_back({"arithmetic of Half", [](Arguments& a) -> Results { // the host has little more for float16
        const Tensor x = a.normal({5, 24}, at::kHalf), y = a.normal({24, 5}, at::kHalf).t();
        return {x + y, x - y, x * y, x / y, x + 1, x * 0.5, x.neg(), x.abs(), x < y, at::cat({x, y}), at::where(x < y, x, y),
            x.masked_fill(x < 0, 0)};
    }});
    cases.push_back({"arithmetic across formats", [](Arguments& a) -> Results {
        const Tensor x = a.normal({5, 6}), half = a.normal({5, 6}, at::kBFloat16), whole = a.whole({5, 6}, 9);
        return {x + half, half * whole, whole / 2, whole.div(4, "floor"), half + 1.7, half * at::scalar_tensor(2.5), whole + x,
            whole.remainder(4), at::arange(5, whole.options()).unsqueeze(1) * x};
    }});
    cases.push_back({"in place", [](Arguments& a) -> Results {
        const Tensor x = a.normal({5, 6});
        x.add_(1).mul_(a.normal({6})).sub_(a.normal({5, 1})).div_(3).exp_().clamp_(0.1, 4).addcmul_(a.normal({5, 6}),
            a.normal({6}), 0.5).masked_fill_(x > 3, 0).sqrt_();
        return {x};
    }});
    cases.push_back({"lists in place", [](Arguments& a) -> Results {
        const Results x = {a.normal({5}), a.normal({2, 3})};
        at::_foreach_mul_(x, 3);
        at::_foreach_addcdiv_(x, {a.normal({5}), a.normal({2, 3})}, {a.normal({5}).exp(), a.normal({2, 3}).exp()}, 0.1);
        return x;
    }});
    cases.push_back({"comparisons", [](Arguments& a) -> Results {
        const Tensor x = a.whole({5, 6}, 4), y = a.whole({5, 6}, 4);
        return {x == y, x != y, x < y, x <= 2, x > y, x >= y, (x > 1).logical_and(y > 1), (x > 1).logical_not(),
            (x > 1).__or__(y > 1), x.eq(y).all(), (x > 1).any(1), x.isnan(), a.normal({4}).isfinite()};
    }});
    cases.push_back({"reductions", [](Arguments& a) -> Results {
        const Tensor x = a.normal({7, 33, 5});
        return {x.sum(), x.sum(at::IntArrayRef{0, 2}), x.mean(), x.mean(at::IntArrayRef{1}, true), x.var({1}, false),
            x.std(at::IntArrayRef{0}, true), x.amax({1}), x.amin({0, 1}), x.max(), x.min(), std::get<0>(x.max(1)),
            std::get<1>(x.max(1)), x.argmax(1), x.argmin(), x.cumsum(1), x.norm(),
            x.norm(2, {1}, true), x.prod(1), std::get<0>(x.sort(1)), std::get<1>(x.topk(3, 1)), x.transpose(0, 1).sum(-1),
                x.sum(at::kDouble), a.normal({9, 9}, at::kBFloat16).mean({1}), x.logsumexp(1)};
    }});
    cases.push_back({"factories", [](Arguments& a) -> Results {
        const auto on = at::TensorOptions(a.device()).dtype(at::kFloat);
        return {at::zeros({3, 4}, on), at::ones({2}, on.dtype(at::kBFloat16)), at::full({2, 2}, 1.5, on), at::arange(7, on),
            at::arange(2, 9, 0.5, on), at::linspace(0, 1, 11, on), at::eye(4, on), at::zeros_like(a.normal({3, 5}).t()),
            a.normal({4}).new_full({2}, 3), at::scalar_tensor(2, on), at::one_hot(a.whole({5}, 4), 4),
                at::tril(at::ones({4, 4}, on)), at::zeros({0, 3}, on), at::cat({at::zeros({0, 3}, on), a.normal({2, 3})})};
    }});
    cases.push_back({"complex", [](Arguments& a) -> Results {
        const Tensor x = at::view_as_complex(a.normal({3, 4, 2})), y = at::polar(a.normal({3, 4}).abs(), a.normal({3, 4}));
        return {at::view_as_real(x * y), at::view_as_real((x * y.conj()).resolve_conj()), at::real(x), x.abs()};
    }});
    cases.push_back({"out= that grows", [](Arguments& a) -> Results {
        Tensor out = at::empty({0}, a.normal({1}).options());
        at::cat_out(out, {a.normal({3, 2}), a.normal({1, 2})});
        Tensor other = a.normal({2, 3});
        other.resize_({4, 3}).narrow(0, 2, 2).zero_();
        return {out, other};
    }});
    cases.push_back({"set_ and clone", [](Arguments& a) -> Results {
        const Tensor x = a.normal({4, 6});
        Tensor y = at::empty({0}, x.options());
        y.set_(x.storage(), 2, {3, 2}, {6, 1});
        Tensor z = at::empty({0}, x.options()).set_(x);
        return {y, z, x.t().clone(), x.t().clone(at::MemoryFormat::Contiguous), x.detach(), x.t().contiguous(), x.alias()};
    }});
    cases.push_back({"numbers", [](Arguments& a) -> Results {
        const Tensor x = a.normal({3});
        return {at::scalar_tensor(x[1].item<float>()), at::scalar_tensor(x.sum().item<double>()),
            at::scalar_tensor(at::equal(x, x.clone())), at::scalar_tensor(at::allclose(x, x + 1))};
    }});
}

} // namespace

Tensor Arguments::normal(at::IntArrayRef sizes, at::ScalarType type) {
    Tensor numbers = at::empty(sizes, at::kFloat);
    float* number = numbers.data_ptr<float>();
    for (int64_t i = 0; i < numbers.numel(); i++)
        number[i] = static_cast<float>(std::sqrt(-2 * std::log(unit(state_))) * std::cos(2 * M_PI * unit(state_)));
    return numbers.to(type).to(device_);
}

Tensor Arguments::whole(at::IntArrayRef sizes, int64_t below) {
    Tensor numbers = at::empty(sizes, at::kLong);
    int64_t* number = numbers.data_ptr<int64_t>();
    for (int64_t i = 0; i < numbers.numel(); i++)
        number[i] = static_cast<int64_t>(unit(state_) * static_cast<double>(below));
    return numbers.to(device_);
}

std::vector<OperatorCase> operator_cases() {
    std::vector<OperatorCase> cases;
    add_matrix_cases(cases);
    add_network_cases(cases);
    add_indexing_cases(cases);
    add_arithmetic_cases(cases);
    return cases;
}
