#include "abi.h"

#include <memory>
#include <vector>

using sentencepiece::SentencePieceProcessor;

namespace {

thread_local std::string message;

} // namespace

namespace osp {

bool keep(const sentencepiece::util::Status& status) noexcept {
    if (status.ok()) return true;
    message = status.ToString();
    return false;
}

void keep_current_exception() noexcept {
    try {
        throw;
    } catch (const std::exception& e) {
        message = e.what();
    } catch (...) {
        message = "an unknown exception";
    }
}

} // namespace osp

/// The message of this thread's last failure, UTF-8; it lives until the next one.
OSP_API const char* osp_error_message() { return message.c_str(); }

/// A model from the bytes of a spiece.model file; null when they are none.
OSP_API SentencePieceProcessor* osp_load(const char* bytes, int64_t length) {
    std::unique_ptr<SentencePieceProcessor> model;
    int failed = osp::guarded([&] {
        model = std::make_unique<SentencePieceProcessor>();
        return model->LoadFromSerializedProto({bytes, static_cast<size_t>(length)});
    });
    return failed ? nullptr : model.release();
}

OSP_API void osp_free(SentencePieceProcessor* model) { delete model; }

OSP_API int osp_size(const SentencePieceProcessor* model) { return model->GetPieceSize(); }

/// Calls `take` once with the ids of `text`.
OSP_API int osp_ids(const SentencePieceProcessor* model, const char* text, int64_t length, void* state,
                    void (*take)(void* state, const int* ids, int64_t count)) {
    std::vector<int> ids;
    int failed = osp::guarded([&] { return model->Encode({text, static_cast<size_t>(length)}, &ids); });
    if (!failed) take(state, ids.data(), static_cast<int64_t>(ids.size()));
    return failed;
}

/// Calls `take` for each piece of `text`; an unknown one is the text that it stands for.
OSP_API int osp_pieces(const SentencePieceProcessor* model, const char* text, int64_t length, void* state,
                       void (*take)(void* state, const char* piece, int64_t length)) {
    std::vector<std::string> pieces;
    int failed = osp::guarded([&] { return model->Encode({text, static_cast<size_t>(length)}, &pieces); });
    if (!failed)
        for (const std::string& piece : pieces) take(state, piece.data(), static_cast<int64_t>(piece.size()));
    return failed;
}

/// The piece of an id from 0 to size - 1; it lives as long as the model.
OSP_API const char* osp_piece(const SentencePieceProcessor* model, int id, int64_t* length) {
    const std::string& piece = model->IdToPiece(id);
    *length = static_cast<int64_t>(piece.size());
    return piece.data();
}

/// The id of a piece, or that of the unknown piece.
OSP_API int osp_piece_id(const SentencePieceProcessor* model, const char* piece, int64_t length) {
    return model->PieceToId({piece, static_cast<size_t>(length)});
}

OSP_API float osp_score(const SentencePieceProcessor* model, int id) { return model->GetScore(id); }

/// 0: a piece of text, 1: a control symbol, 2: the unknown piece.
OSP_API int osp_kind(const SentencePieceProcessor* model, int id) {
    return model->IsUnknown(id) ? 2 : model->IsControl(id) ? 1 : 0;
}
