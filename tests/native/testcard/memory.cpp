#include "memory.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>

#include <sys/mman.h>
#include <unistd.h>

#include <c10/util/Exception.h>

#include "cards.h"

namespace testcard {
namespace {

/// One piece of card memory. `shown` is the address that tensors have; it differs from `host` with strict memory only.
struct Piece {
    void* shown = nullptr;
    void* host = nullptr;
    std::size_t bytes = 0;
    c10::DeviceIndex card = 0;
    bool strict = false;
};

void* map(int file, std::size_t bytes, int protection) {
    void* address = mmap(nullptr, bytes, protection, MAP_SHARED, file, 0);
    TORCH_CHECK(address != MAP_FAILED, "test card: mmap of ", bytes, " bytes: ", std::strerror(errno));
    return address;
}

// The same pages twice: unreadable under the address that tensors show, readable for the kernels' own use.
void map_twice(Piece& piece) {
    const int file = memfd_create("testcard", MFD_CLOEXEC);
    TORCH_CHECK(file >= 0 && ftruncate(file, static_cast<off_t>(piece.bytes)) == 0,
        "test card: memfd of ", piece.bytes, " bytes: ", std::strerror(errno));
    piece.shown = map(file, piece.bytes, PROT_NONE);
    piece.host = map(file, piece.bytes, PROT_READ | PROT_WRITE);
    close(file);
}

void release(void* context) {
    const std::unique_ptr<Piece> piece(static_cast<Piece*>(context));
    if (piece == nullptr)
        return;
    if (piece->strict) {
        munmap(piece->shown, piece->bytes);
        munmap(piece->host, piece->bytes);
    } else {
        std::free(piece->host);
    }
    return_memory(piece->card, piece->bytes);
}

struct CardAllocator final : c10::Allocator {
    c10::DataPtr allocate(std::size_t bytes) const override {
        const c10::Device device(c10::DeviceType::PrivateUse1, current_card());
        if (bytes == 0)
            return {nullptr, nullptr, &release, device};
        book_memory(device.index(), bytes);
        auto piece = std::make_unique<Piece>(Piece{nullptr, nullptr, bytes, device.index(), strict_memory()});
        if (piece->strict) {
            map_twice(*piece);
        } else {
            TORCH_CHECK(posix_memalign(&piece->host, 64, bytes) == 0, "test card: the host has no ", bytes, " bytes");
            piece->shown = piece->host;
        }
        void* shown = piece->shown;
        return {shown, piece.release(), &release, device};
    }
};

} // namespace

c10::Allocator* card_allocator() {
    static CardAllocator allocator;
    return &allocator;
}

void* host_address(const c10::DataPtr& memory) {
    TORCH_CHECK(memory.get_deleter() == &release, "test card: this memory on ", memory.device(), " was not allocated by the card");
    const auto* piece = static_cast<const Piece*>(memory.get_context());
    return piece == nullptr ? nullptr : piece->host;
}

} // namespace testcard
