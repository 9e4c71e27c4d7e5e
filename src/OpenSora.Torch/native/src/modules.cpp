// Modules live on the managed side, with their weights and names: here they are handles only.
#include "abi.h"

using namespace ost;

namespace {

struct Module {};

void give_none(Allocator<Tensor> tensors, Allocator<const char*> names) {
    run([=] {
        tensors(0);
        names(0);
    });
}

} // namespace

EXPORT_API(Module*) THSNN_custom_module(const char*, Tensor (*)(Tensor), Module** boxed) {
    return value<Module*>(nullptr, [=] {
        if (boxed != nullptr)
            *boxed = new Module;
        return new Module;
    });
}

EXPORT_API(void) THSNN_Module_dispose(Module* module) { delete module; }
EXPORT_API(void) THSNN_AnyModule_dispose(Module* module) { delete module; }

EXPORT_API(void) THSNN_Module_get_named_parameters(Module*, Allocator<Tensor> tensors, Allocator<const char*> names) { give_none(tensors, names); }
EXPORT_API(void) THSNN_Module_get_named_buffers(Module*, Allocator<Tensor> tensors, Allocator<const char*> names) { give_none(tensors, names); }
