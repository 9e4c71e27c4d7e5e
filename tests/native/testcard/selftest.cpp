// selftest LIBRARY operators | rules | memory | failure | streams
//
// Loads the test card as the runtime does and checks it against the host. Prints a line for each check that fails; exit code 0 when none did.
// `memory` wants TESTCARD_MEMORY_BYTES=1048576, `failure` wants TESTCARD_FAIL_AFTER=5.

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <functional>
#include <string>
#include <thread>

#include <dlfcn.h>

#include <ATen/ATen.h>
#include <c10/core/DeviceGuard.h>
#include <c10/core/Event.h>
#include <c10/core/InferenceMode.h>
#include <c10/core/StreamGuard.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/variable.h>

#include "selftest_operators.h"

namespace {

using at::Tensor;

int checks = 0, failures = 0;

void check(bool holds, const std::string& what) {
    checks++;
    if (holds)
        return;
    failures++;
    std::printf("FAILED: %s\n", what.c_str());
}

template <class Error = c10::Error>
void check_refused(const std::string& what, const std::string& because, const std::function<void()>& act) {
    try {
        act();
    } catch (const Error& error) {
        check(std::string(error.what()).find(because) != std::string::npos,
            what + " is refused, but with: " + error.what_without_backtrace());
        return;
    } catch (const std::exception& error) {
        check(false, what + " is refused, but by another type of error: " + error.what());
        return;
    }
    check(false, what + " is not refused");
}

at::Device card(int index) { return {at::DeviceType::PrivateUse1, static_cast<c10::DeviceIndex>(index)}; }

bool same_bits(const Tensor& host, const Tensor& on_card) {
    const Tensor a = host.contiguous(), b = on_card.cpu().contiguous();
    return a.numel() == 0 || std::memcmp(a.data_ptr(), b.data_ptr(), a.nbytes()) == 0;
}

std::vector<Tensor> results_on(const OperatorCase& it, at::Device device, std::string& error) {
    Arguments arguments(device);
    try {
        return it.run(arguments);
    } catch (const c10::Error& failed) {
        error = failed.what_without_backtrace();
        return {};
    }
}

void compare_operators(const std::string& mode) {
    for (const OperatorCase& it : operator_cases()) {
        const std::string name = it.name + " (" + mode + ")";
        std::string host_error, card_error;
        const std::vector<Tensor> host = results_on(it, at::kCPU, host_error), on_card = results_on(it, card(1), card_error);
        check(host_error.empty(), name + " on the host: " + host_error);
        check(card_error.empty(), name + " on the card: " + card_error);
        for (std::size_t i = 0; i < host.size() && i < on_card.size(); i++) {
            const std::string result = name + ", result " + std::to_string(i);
            check(host[i].sizes() == on_card[i].sizes() && host[i].strides() == on_card[i].strides(), result + " has another layout");
            check(host[i].scalar_type() == on_card[i].scalar_type(), result + " has another type");
            check(on_card[i].device() == card(1) || host[i].dim() == 0, result + " is not on the card");
            check(host[i].sizes() == on_card[i].sizes() && host[i].scalar_type() == on_card[i].scalar_type() && same_bits(host[i],
                on_card[i]), result + " has other bits");
        }
    }
}

void test_operators() {
    compare_operators("gradients possible");
    {
        const at::NoGradGuard guard;
        compare_operators("no_grad");
    }
    {
        const c10::InferenceMode guard;
        compare_operators("inference mode");
    }
    Tensor gradients[2][3];
    for (int side = 0; side < 2; side++) {
        Arguments a(side == 0 ? at::Device(at::kCPU) : card(0));
        const Tensor x = a.normal({2, 4, 9, 9}).requires_grad_(), w = a.normal({8, 4, 3, 3}).requires_grad_(),
            v = a.normal({8, 8}).requires_grad_();
        const Tensor y = at::linear(at::group_norm(at::silu(at::conv2d(x, w, {}, 1, 1)), 4).flatten(2).transpose(1, 2),
            v).softmax(-1).pow(2).sum();
        torch::autograd::backward({y}, {});
        for (int i = 0; i < 3; i++)
            gradients[side][i] = (i == 0 ? x : i == 1 ? w : v).grad();
    }
    for (int i = 0; i < 3; i++)
        check(same_bits(gradients[0][i], gradients[1][i]), "gradient " + std::to_string(i) + " has other bits");
}

void test_rules() {
    const Tensor x = at::ones({2, 3}).to(card(0)), host = at::ones({2, 3}), other = at::ones({2, 3}).to(card(1));
    const std::string one_device = "Expected all tensors to be on the same device";
    check_refused("a host tensor with a card's", one_device, [&] { x + host; });
    check_refused("a host weight", one_device, [&] { at::linear(x, at::ones({4, 3})); });
    check_refused("a host convolution weight", one_device, [&] { at::conv2d(at::ones({1, 1, 4, 4}).to(card(0)), at::ones({1, 1, 3, 3})); });
    check_refused("a host tensor in a list", one_device, [&] { at::cat({x, host}); });
    check_refused("writing a card's result to a host tensor", one_device, [&] { host.clone().add_(x); });
    check_refused("writing a number of the host", one_device, [&] { at::scalar_tensor(1).add_(x.sum()); });
    check_refused("tensors of two cards", one_device, [&] { x * other; });
    check_refused("a generator of the host", "generator", [&] { x.normal_(0, 1, at::globalContext().defaultGenerator(at::kCPU)); });
    check_refused("a third card", "there is no card 2", [&] { at::zeros({1}, card(2)); });
    check_refused("a third card as the current one", "there is no card 2", [&] { const c10::DeviceGuard guard(card(2)); });
    check_refused("sparse memory", "", [&] { x.to_sparse(); });
    check_refused("a storage of the host", "", [&] { at::empty({0}, card(0)).set_(host.storage()); });
    check_refused("two writes to one place", "overlap",
        [&] { x.view({6}).narrow(0, 0, 4).copy_(x.view({6}).narrow(0, 2, 4)).expand({3, 4}).add_(1); });

    check((x + at::scalar_tensor(2)).device() == card(0), "a number of the host goes along");
    check(same_bits(x.cpu(), other.to(card(0))), "a copy from card to card is not the same");
    const Tensor view = x.view({3, 2});
    view.zero_();
    check(x.sum().item<float>() == 0, "a view does not share its memory");
    check(x.is_alias_of(view), "a view has a storage of its own");

    const Tensor on_current = at::zeros({1}, at::TensorOptions(at::DeviceType::PrivateUse1));
    check(on_current.device() == card(0), "the current card is not 0 at first");
    {
        const c10::DeviceGuard guard(card(1));
        check(at::zeros({1}, at::TensorOptions(at::DeviceType::PrivateUse1)).device() == card(1),
            "a device guard does not set the current card");
        std::thread([] { check(at::zeros({1}, at::TensorOptions(at::DeviceType::PrivateUse1)).device() == card(0),
            "the current card is not the thread's own"); }).join();
    }
    check(at::zeros({1}, at::TensorOptions(at::DeviceType::PrivateUse1)).device() == card(0),
        "a device guard does not restore the current card");
}

template <class Function>
Function exported(void* library, const char* name) {
    auto function = reinterpret_cast<Function>(dlsym(library, name));
    check(function != nullptr, std::string(name) + " is not exported");
    return function;
}

void test_memory(void* library) {
    auto* bytes = exported<std::uint64_t (*)(int)>(library, "testcard_bytes");
    auto* peak = exported<std::uint64_t (*)(int)>(library, "testcard_peak_bytes");
    const at::TensorOptions on = at::TensorOptions(card(1)).dtype(at::kFloat);
    {
        const Tensor half = at::zeros({512 * 256}, on);
        check(bytes(1) == 512 * 1024 && bytes(0) == 0, "memory is not booked on its card");
        const Tensor rest = at::zeros({512 * 256}, on);
        check_refused<c10::OutOfMemoryError>("one byte more than there is", "of 1048576 bytes are in use", [&] { half.sum(); });
        check(at::zeros({512 * 256}, on.device(card(0))).device() == card(0), "cards share one limit");
    }
    check(bytes(1) == 0 && peak(1) == 1048576, "memory is not given back, or its peak is lost");
    check_refused<c10::OutOfMemoryError>("a result that does not fit", "out of memory",
        [&] { const Tensor x = at::zeros({600 * 256}, on); x + 1; });
    check(at::zeros({1048576 / 4}, on).numel() > 0, "a card is of no use after it ran out of memory");
}

void test_failure(void* library) {
    auto* kernels = exported<std::uint64_t (*)(void)>(library, "testcard_kernels");
    auto* half = exported<int (*)(void)>(library, "opensora_card_has_half");
    check(half() == 0, "the card claims arithmetic in half precision");
    Tensor x = at::empty({4}, card(0));
    check(kernels() == 0, "allocating counts as a kernel");
    x.fill_(1);
    for (int i = 0; i < 4; i++)
        x.add_(1);
    check(kernels() == 5, "there were five kernels");
    check_refused("kernel 6 of 5", "device error in aten::add_", [&] { x.add_(1); });
    check_refused("a copy from a dead card", "device error in copy", [&] { x.cpu(); });
    check_refused("memory of a dead card", "device error in allocate", [&] { at::empty({4}, card(1)); });
    x.reset();
}

void test_streams(void* library) {
    auto* hold = exported<void (*)(int)>(library, "testcard_hold_copies");
    const c10::impl::DeviceGuardImplInterface* guard = c10::impl::getDeviceGuardImpl(at::DeviceType::PrivateUse1);
    const c10::Stream main = guard->getDefaultStream(card(1)), side = guard->getStreamFromGlobalPool(card(1));
    const Tensor host = at::arange(1000, at::kFloat), x = host.to(card(1));
    const auto begin = [&](const Tensor& source, at::Device to, c10::Event& done) {
        const c10::StreamGuard on(side);
        Tensor copy = source.to(source.options().device(to), /*non_blocking=*/true, /*copy=*/true);
        done.record(side);
        return copy;
    };

    hold(1);
    c10::Event down(at::DeviceType::PrivateUse1), up(at::DeviceType::PrivateUse1);
    const Tensor copied = begin(x, at::kCPU, down);
    check(guard->getStream(card(1)) == main, "a stream guard does not restore the current stream");
    check(!down.query() && !side.query(), "a copy that is held is done");
    check(main.query() && same_bits(host + 1, x + 1), "the default stream waits for a side stream");
    hold(0);
    side.synchronize();
    check(down.query() && same_bits(copied, x), "a copy to the host has other bits");

    hold(1);
    const Tensor there = begin(host, card(1), up);
    std::thread later([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        hold(0);
    });
    up.block(main);
    check(up.query() && same_bits(host * 2, there * 2), "the default stream did not wait for a copy to the card");
    later.join();

    {
        const c10::StreamGuard on(side);
        check_refused("a kernel on a side stream", "side streams copy only", [&] { x + 1; });
        check_refused("a copy of another layout", "dense tensors", [&] { x.view({10, 100}).t().to(at::kCPU, /*non_blocking=*/true); });
    }
    hold(1);
    {
        const Tensor gone = x + 1;
        begin(gone, at::kCPU, down);
    }
    hold(0);
    side.synchronize();
    check_refused("a card that was made to read what is not there", "freed before it was", [&] { x + 1; });
}

} // namespace

int main(int count, char** arguments) {
    void* library = count == 3 ? dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE) : nullptr;
    if (library == nullptr) {
        std::printf("%s\n", count == 3 ? dlerror() : "selftest LIBRARY operators | rules | memory | failure");
        return 2;
    }
    const std::string what = arguments[2];
    try {
        if (what == "operators")
            test_operators();
        else if (what == "rules")
            test_rules();
        else if (what == "memory")
            test_memory(library);
        else if (what == "failure")
            test_failure(library);
        else if (what == "streams")
            test_streams(library);
    } catch (const c10::Error& error) {
        check(false, std::string("unexpected error: ") + error.what_without_backtrace());
    }
    std::printf("%d checks, %d failed\n", checks, failures);
    return checks > 0 && failures == 0 ? 0 : 1;
}
