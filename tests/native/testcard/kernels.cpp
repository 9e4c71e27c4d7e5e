// Every operator that the host has a kernel for, run by that kernel in place on the card's memory: same function, same sizes and strides,
// same bits. Before that it refuses what a real card refuses; a card that is more patient than those would prove nothing.

#include <string>

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/core/stack.h>
#include <torch/library.h>

#include "cards.h"
#include "host_tensors.h"
#include "tensors.h"

namespace testcard {
namespace {

using c10::IValue;

/// One call of an operator: its arguments on the card, and the host tensors that stand for them.
class Call {
public:
    explicit Call(const c10::FunctionSchema& schema) : schema_(schema) {}

    void run(const c10::OperatorHandle& op, torch::jit::Stack& stack) {
        const std::size_t count = schema_.arguments().size();
        arguments_.assign(stack.end() - static_cast<std::ptrdiff_t>(count), stack.end());
        torch::jit::drop(stack, count);
        for (std::size_t i = 0; i < count; i++)
            check(arguments_[i], schema_.arguments()[i]);
        TORCH_CHECK(card_.has_value(), "test card: ", schema_.operator_name(), " was sent to a card without a tensor of a card");
        launch(card_->index(), schema_.name().c_str());

        for (const IValue& argument : arguments_)
            stack.push_back(host_value(argument));
        op.callBoxed(&stack);
        host_.take_resizes_back();

        std::vector<IValue> results = torch::jit::pop(stack, schema_.returns().size());
        for (std::size_t i = 0; i < results.size(); i++)
            stack.push_back(card_result(std::move(results[i]), schema_.returns()[i]));
    }

private:
    void check(const IValue& value, const c10::Argument& argument) {
        const bool written = argument.alias_info() != nullptr && argument.alias_info()->isWrite();
        if (value.isTensor()) {
            check(value.toTensor(), written, /*index=*/false);
        } else if (value.isTensorList()) {
            for (const at::Tensor& tensor : value.toTensorList())
                check(tensor, written, /*index=*/false);
        } else if (value.isOptionalTensorList()) { // only indices come this way, and those may be the host's
            for (const c10::optional<at::Tensor>& tensor : value.toOptionalTensorList())
                if (tensor.has_value())
                    check(*tensor, written, /*index=*/true);
        } else if (value.isGenerator()) {
            TORCH_CHECK(false, "test card: ", schema_.operator_name(), " got a generator of ", value.toGenerator().device(),
                ", which a card cannot draw from");
        } else {
            TORCH_CHECK(!value.isStorage(), "test card: ", schema_.operator_name(), " takes a storage and is not provided");
        }
    }

    void check(const at::Tensor& tensor, bool written, bool index) {
        if (!tensor.defined())
            return;
        if (tensor.device().type() == c10::DeviceType::PrivateUse1) {
            TORCH_CHECK(!card_.has_value() || *card_ == tensor.device(), "Expected all tensors to be on the same device, but ",
                schema_.operator_name(), " got tensors on ", *card_, " and ", tensor.device());
            card_ = tensor.device();
            return;
        }
        const bool number = tensor.is_cpu() && tensor.dim() == 0;
        TORCH_CHECK(!written && (number || (index && tensor.is_cpu())), "Expected all tensors to be on the same device, but ",
            schema_.operator_name(), " got a tensor of sizes ", tensor.sizes(), " on ", tensor.device(), " together with those of a card");
    }

    at::Tensor host_tensor(const at::Tensor& tensor) { return !tensor.defined() || tensor.is_cpu() ? tensor : host_.of(tensor); }

    IValue host_value(const IValue& value) {
        if (value.isTensor())
            return host_tensor(value.toTensor());
        if (value.isTensorList()) {
            c10::List<at::Tensor> list;
            for (const at::Tensor& tensor : value.toTensorList())
                list.push_back(host_tensor(tensor));
            return list;
        }
        if (value.isOptionalTensorList()) {
            c10::List<c10::optional<at::Tensor>> list;
            for (const c10::optional<at::Tensor>& tensor : value.toOptionalTensorList())
                list.push_back(tensor.has_value() ? c10::optional<at::Tensor>(host_tensor(*tensor)) : c10::nullopt);
            return list;
        }
        if (value.isDevice() && value.toDevice().type() == c10::DeviceType::PrivateUse1)
            return c10::Device(c10::kCPU);
        return value;
    }

    IValue card_result(IValue result, const c10::Argument& declared) const {
        if (declared.alias_info() != nullptr)
            return argument_behind(*declared.alias_info());
        if (result.isTensor())
            return result.toTensor().defined() ? to_card(result.toTensor(), *card_) : result;
        if (result.isTensorList()) {
            c10::List<at::Tensor> list;
            for (const at::Tensor& tensor : result.toTensorList())
                list.push_back(tensor.defined() ? to_card(tensor, *card_) : tensor);
            return list;
        }
        return result;
    }

    // `add_(Tensor(a!) self, …) -> Tensor(a!)` returns its argument itself and no tensor like it.
    const IValue& argument_behind(const c10::AliasInfo& alias) const {
        for (std::size_t i = 0; i < arguments_.size(); i++) {
            const c10::AliasInfo* own = schema_.arguments()[i].alias_info();
            if (own != nullptr && own->beforeSets() == alias.beforeSets())
                return arguments_[i];
        }
        TORCH_CHECK(false, "test card: ", schema_.operator_name(), " returns an alias of none of its arguments");
    }

    const c10::FunctionSchema& schema_;
    std::vector<IValue> arguments_;
    HostTensors host_;
    c10::optional<c10::Device> card_;
};

void run_on_host(const c10::OperatorHandle& op, torch::jit::Stack* stack) {
    const at::AutoDispatchBelowADInplaceOrView below_autograd;
    Call(op.schema()).run(op, *stack);
}

// torch would compose these from other operators and, on the way, choose an algorithm and a memory format by the kind of device.
bool chooses_by_device(const c10::OperatorName& name) {
    return name.name == "aten::convolution" || name.name == "aten::convolution_backward"
        || (name.name == "aten::_convolution" && name.overload_name.empty());
}

// A view run this way would be a copy.
bool is_view(const c10::FunctionSchema& schema) {
    for (const c10::Argument& result : schema.returns())
        if (result.alias_info() != nullptr && !result.alias_info()->isWrite())
            return true;
    return false;
}

} // namespace

TORCH_LIBRARY_IMPL(aten, PrivateUse1, aten) {
    register_tensors(aten);
    for (const c10::OperatorName& name : c10::Dispatcher::singleton().getAllOpNames()) {
        const c10::optional<c10::OperatorHandle> op = c10::Dispatcher::singleton().findSchema(name);
        if (!op.has_value() || name.name.rfind("aten::", 0) != 0 || is_view(op->schema())
            || op->hasKernelForDispatchKey(c10::DispatchKey::PrivateUse1))
            continue;
        // Explicitly for each, not as a fallback: a composition that torch has besides the host kernel would go before a fallback.
        if (op->hasKernelForDispatchKey(c10::DispatchKey::CPU) || chooses_by_device(name))
            aten.impl((name.name + (name.overload_name.empty() ? "" : "." + name.overload_name)).c_str(),
                torch::CppFunction::makeFromBoxedFunction<&run_on_host>());
    }
}

// Operators without a gradient have no kernel under this key: they go straight to the card's own.
TORCH_LIBRARY_IMPL(_, AutogradPrivateUse1, all) { all.fallback(torch::CppFunction::makeFallthrough()); }

// Copies read conjugate and negated views as they are. Without this torch would clone such a view first, which is a copy again, without end.
TORCH_LIBRARY_IMPL(aten, Conjugate, aten) { aten.impl("_copy_from", torch::CppFunction::makeFallthrough()); }
TORCH_LIBRARY_IMPL(aten, Negative, aten) { aten.impl("_copy_from", torch::CppFunction::makeFallthrough()); }

} // namespace testcard
