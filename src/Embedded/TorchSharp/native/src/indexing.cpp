// Picking elements by index, mask or condition.
#include "abi.h"

#include <ATen/TensorIndexing.h>

using namespace ost;

namespace {

/// One entry of `x[...]`. Starts, stops and steps that are not given are INT64_MIN.
struct Index {
    int32_t kind; // 0 none (a new dimension), 1 ellipsis, 2 one, 3 slice, 4 tensor, 5 bool
    int64_t start, stop, step;
    Handle tensor;
};

using at::indexing::TensorIndex;

TensorIndex entry(const Index& index) {
    switch (index.kind) {
    case 1: return TensorIndex(at::indexing::Ellipsis);
    case 2: return TensorIndex(index.start);
    case 3: return TensorIndex(at::indexing::Slice(optional_dim(index.start), optional_dim(index.stop), optional_dim(index.step)));
    case 4: return TensorIndex(*index.tensor);
    case 5: return TensorIndex(index.start != 0);
    default: return TensorIndex(at::indexing::None);
    }
}

std::vector<TensorIndex> entries(const Index* indices, int32_t n) {
    std::vector<TensorIndex> list;
    for (int32_t i = 0; i < n; i++)
        list.push_back(entry(indices[i]));
    return list;
}

} // namespace

OST_API Handle ost_index(Handle x, const Index* indices, int32_t n) {
    return result([=] { return x->index(entries(indices, n)); });
}

OST_API int32_t ost_index_put_(Handle x, const Index* indices, int32_t n, Handle value) {
    return status([=] { x->index_put_(entries(indices, n), *value); });
}

OST_API int32_t ost_index_put_scalar_(Handle x, const Index* indices, int32_t n, Scalar value) {
    return status([=] { x->index_put_(entries(indices, n), number(value)); });
}

OST_API int32_t ost_index_accumulate_(Handle x, const Handle* indices, int32_t n, Handle value) {
    return status([=] {
        c10::List<Optional<at::Tensor>> list;
        for (int32_t i = 0; i < n; i++)
            list.push_back(optional_tensor(indices[i]));
        x->index_put_(list, *value, true);
    });
}

OST_API Handle ost_index_select(Handle x, int64_t dim, Handle index) {
    return result([=] { return x->index_select(dim, *index); });
}

OST_API Handle ost_masked_select(Handle x, Handle mask) {
    return result([=] { return x->masked_select(*mask); });
}

OST_API Handle ost_masked_fill(Handle x, Handle mask, Scalar value) {
    return result([=] { return x->masked_fill(*mask, number(value)); });
}

OST_API int32_t ost_masked_fill_(Handle x, Handle mask, Scalar value) {
    return status([=] { x->masked_fill_(*mask, number(value)); });
}

OST_API Handle ost_gather(Handle x, int64_t dim, Handle index) {
    return result([=] { return x->gather(dim, *index); });
}

OST_API Handle ost_scatter(Handle x, int64_t dim, Handle index, Handle source) {
    return result([=] { return x->scatter(dim, *index, *source); });
}

OST_API int32_t ost_scatter_(Handle x, int64_t dim, Handle index, Handle source) {
    return status([=] { x->scatter_(dim, *index, *source); });
}

OST_API Handle ost_where(Handle condition, Handle x, Handle y) {
    return result([=] { return at::where(*condition, *x, *y); });
}

OST_API Handle ost_nonzero(Handle x) {
    return result([=] { return x->nonzero(); });
}

OST_API Handle ost_repeat_interleave(Handle x, int64_t repeats, int64_t dim, int64_t output_size) {
    return result([=] { return x->repeat_interleave(repeats, optional_dim(dim), optional_dim(output_size)); });
}

OST_API Handle ost_repeat_interleave_tensor(Handle x, Handle repeats, int64_t dim, int64_t output_size) {
    return result([=] { return x->repeat_interleave(*repeats, optional_dim(dim), optional_dim(output_size)); });
}

OST_API Handle ost_triu(Handle x, int64_t diagonal) {
    return result([=] { return x->triu(diagonal); });
}

OST_API Handle ost_tril(Handle x, int64_t diagonal) {
    return result([=] { return x->tril(diagonal); });
}

OST_API int32_t ost_sort(Handle x, int64_t dim, bool descending, bool stable, Handle* out) {
    return results(out, [=] {
        auto sorted = at::sort(*x, Optional<bool>(stable), dim, descending);
        return std::vector<at::Tensor>{std::get<0>(sorted), std::get<1>(sorted)};
    });
}

OST_API int32_t ost_topk(Handle x, int64_t k, int64_t dim, bool largest, bool sorted, Handle* out) {
    return results(out, [=] {
        auto top = at::topk(*x, k, dim, largest, sorted);
        return std::vector<at::Tensor>{std::get<0>(top), std::get<1>(top)};
    });
}
