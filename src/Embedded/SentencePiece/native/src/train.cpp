#include "abi.h"

#include <sstream>
#include <unordered_map>

#include <sentencepiece_trainer.h>

namespace {

using HandOut = bool (*)(void* state, const char** text, int64_t* length);

// Sentences as the caller hands them out.
class Sentences : public sentencepiece::SentenceIterator {
  public:
    Sentences(void* state, HandOut next) : state_(state), next_(next) { Next(); }
    bool done() const override { return done_; }
    const std::string& value() const override { return value_; }
    sentencepiece::util::Status status() const override { return {}; }

    void Next() override {
        const char* text = nullptr;
        int64_t length = 0;
        done_ = !next_(state_, &text, &length);
        value_.assign(done_ ? "" : text, done_ ? 0 : static_cast<size_t>(length));
    }

  private:
    void* state_;
    HandOut next_;
    bool done_ = false;
    std::string value_;
};

} // namespace

/// Trains a model on the sentences that `next` hands out and calls `take` once with its bytes. `options` has one
/// "name=value" of spm_train on each line.
OSP_API int osp_train(const char* options, void* state, HandOut next,
                      void (*take)(void* state, const char* model, int64_t length)) {
    std::string model;
    int failed = osp::guarded([&] {
        std::unordered_map<std::string, std::string> named;
        std::istringstream lines(options);
        for (std::string line; std::getline(lines, line);)
            named[line.substr(0, line.find('='))] = line.substr(line.find('=') + 1);
        Sentences sentences(state, next);
        return sentencepiece::SentencePieceTrainer::Train(named, &sentences, &model);
    });
    if (!failed) take(state, model.data(), static_cast<int64_t>(model.size()));
    return failed;
}
