#include "CSentencePiece.h"

#include <sentencepiece_processor.h>
#include <sentencepiece_trainer.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

struct CSentencePieceProcessor {
  sentencepiece::SentencePieceProcessor library;
};

namespace {

void write(std::string_view sentence, CSentencePieceMessage message) {
  if (message.text == nullptr || message.capacity == 0) return;
  const size_t length = std::min(sentence.size(), message.capacity - 1);
  std::memcpy(message.text, sentence.data(), length);
  message.text[length] = '\0';
}

CSentencePieceStatus refuse(CSentencePieceStatus status, std::string_view sentence, CSentencePieceMessage message) {
  write(sentence, message);
  return status;
}

/// Runs `body` and turns whatever it throws into a status, so that no exception reaches Swift.
template <typename Body>
CSentencePieceStatus guarded(CSentencePieceMessage message, Body body) noexcept {
  try {
    return body();
  } catch (const std::exception &thrown) {
    return refuse(CSentencePieceThrown, thrown.what(), message);
  } catch (...) {
    return refuse(CSentencePieceThrown, "the library threw something that is not a standard exception", message);
  }
}

/// The library counts bytes and pieces in 32 bits.
constexpr size_t largest_text = size_t{1} << 30;

std::string_view view(const uint8_t *bytes, size_t length) {
  return length == 0 ? std::string_view() : std::string_view(reinterpret_cast<const char *>(bytes), length);
}

/// The byte that a byte piece `<0xHH>` stands for.
uint8_t byte_of(const std::string &piece) {
  const auto digit = [](char character) -> int {
    if (character >= '0' && character <= '9') return character - '0';
    if (character >= 'A' && character <= 'F') return character - 'A' + 10;
    return 0;
  };
  return piece.size() == 6 ? static_cast<uint8_t>(digit(piece[3]) * 16 + digit(piece[4])) : 0;
}

/// Feeds the trainer from a C callback.
class Sentences final : public sentencepiece::SentenceIterator {
 public:
  Sentences(CSentencePieceNext next, void *context) : next_(next), context_(context) { advance(); }
  bool done() const override { return done_; }
  void Next() override { advance(); }
  const std::string &value() const override { return value_; }
  sentencepiece::util::Status status() const override { return status_; }

 private:
  void advance() {
    const uint8_t *bytes = nullptr;
    size_t length = 0;
    const int32_t answer = next_(context_, &bytes, &length);
    if (answer > 0 && bytes != nullptr) {
      value_.assign(reinterpret_cast<const char *>(bytes), length);
      return;
    }
    done_ = true;
    if (answer < 0) {
      status_ = sentencepiece::util::Status(
          sentencepiece::util::StatusCode::kCancelled, "the sentences broke off");
    }
  }

  CSentencePieceNext next_;
  void *context_;
  std::string value_;
  sentencepiece::util::Status status_;
  bool done_ = false;
};

}  // namespace

CSentencePieceStatus csentencepiece_load(
    const uint8_t *model, size_t length, CSentencePieceProcessor **processor, CSentencePieceMessage message) {
  if (model == nullptr || processor == nullptr || length > largest_text) {
    return refuse(CSentencePieceBadArgument, "no model bytes, or more than 1 GiB of them", message);
  }
  *processor = nullptr;
  return guarded(message, [&] {
    auto loaded = std::make_unique<CSentencePieceProcessor>();
    const auto status = loaded->library.LoadFromSerializedProto(view(model, length));
    if (!status.ok()) return refuse(CSentencePieceRefused, status.ToString(), message);
    *processor = loaded.release();
    return CSentencePieceOK;
  });
}

void csentencepiece_free(CSentencePieceProcessor *processor) { delete processor; }

int32_t csentencepiece_piece_count(const CSentencePieceProcessor *processor) {
  return processor->library.GetPieceSize();
}

CSentencePieceStatus csentencepiece_encode(
    const CSentencePieceProcessor *processor, const uint8_t *text, size_t length, int32_t *identifiers,
    size_t capacity, size_t *count, CSentencePieceMessage message) {
  *count = 0;
  if ((text == nullptr && length > 0) || (identifiers == nullptr && capacity > 0) || length > largest_text) {
    return refuse(CSentencePieceBadArgument, "no text, no buffer, or more than 1 GiB of text", message);
  }
  return guarded(message, [&] {
    std::vector<int> encoded;
    const auto status = processor->library.Encode(view(text, length), &encoded);
    if (!status.ok()) return refuse(CSentencePieceRefused, status.ToString(), message);
    *count = encoded.size();
    if (encoded.size() > capacity) {
      return refuse(CSentencePieceBufferTooSmall, "the buffer for identifiers is too small", message);
    }
    std::copy(encoded.begin(), encoded.end(), identifiers);
    return CSentencePieceOK;
  });
}

CSentencePieceStatus csentencepiece_encode_normalized(
    const CSentencePieceProcessor *processor, const uint8_t *text, size_t length, uint8_t *normalized,
    size_t normalized_capacity, size_t *normalized_count, int32_t *identifiers, size_t *ends, size_t capacity,
    size_t *count, CSentencePieceMessage message) {
  *count = 0;
  *normalized_count = 0;
  if ((text == nullptr && length > 0) || (normalized == nullptr && normalized_capacity > 0) ||
      ((identifiers == nullptr || ends == nullptr) && capacity > 0) || length > largest_text) {
    return refuse(CSentencePieceBadArgument, "no text, no buffer, or more than 1 GiB of text", message);
  }
  return guarded(message, [&] {
    sentencepiece::ImmutableSentencePieceText encoded;
    const auto status = processor->library.Encode(view(text, length), encoded.mutable_proto());
    if (!status.ok()) return refuse(CSentencePieceRefused, status.ToString(), message);
    const auto pieces = encoded.pieces();
    const int known = processor->library.GetPieceSize();
    *count = pieces.size();
    bool fits = pieces.size() <= capacity;
    size_t end = 0;
    for (size_t index = 0; index < pieces.size(); ++index) {
      const std::string &piece = pieces[index].piece();
      const int identifier = static_cast<int>(pieces[index].id());
      const bool is_byte = identifier >= 0 && identifier < known && processor->library.IsByte(identifier);
      const size_t size = is_byte ? 1 : piece.size();
      if (end + size <= normalized_capacity) {
        if (is_byte) {
          normalized[end] = byte_of(piece);
        } else {
          std::memcpy(normalized + end, piece.data(), size);
        }
      } else {
        fits = false;
      }
      end += size;
      if (index < capacity) {
        identifiers[index] = identifier;
        ends[index] = end;
      }
    }
    *normalized_count = end;
    if (fits) return CSentencePieceOK;
    return refuse(CSentencePieceBufferTooSmall, "a buffer for pieces is too small", message);
  });
}

CSentencePieceStatus csentencepiece_decode(
    const CSentencePieceProcessor *processor, const int32_t *identifiers, size_t count, uint8_t *text,
    size_t capacity, size_t *length, CSentencePieceMessage message) {
  *length = 0;
  if ((identifiers == nullptr && count > 0) || (text == nullptr && capacity > 0) || count > largest_text) {
    return refuse(CSentencePieceBadArgument, "no identifiers, no buffer, or too many identifiers", message);
  }
  return guarded(message, [&] {
    const int known = processor->library.GetPieceSize();
    const bool in_range = std::all_of(identifiers, identifiers + count, [known](int32_t identifier) {
      return identifier >= 0 && identifier < known;
    });
    if (!in_range) return refuse(CSentencePieceBadArgument, "an identifier is outside of the vocabulary", message);
    std::string decoded;
    const auto status = processor->library.Decode(std::vector<int>(identifiers, identifiers + count), &decoded);
    if (!status.ok()) return refuse(CSentencePieceRefused, status.ToString(), message);
    *length = decoded.size();
    if (decoded.size() > capacity) {
      return refuse(CSentencePieceBufferTooSmall, "the buffer for the text is too small", message);
    }
    std::copy(decoded.begin(), decoded.end(), text);
    return CSentencePieceOK;
  });
}

CSentencePieceStatus csentencepiece_train(
    const char *const *names, const char *const *values, size_t option_count, CSentencePieceNext next,
    CSentencePieceReceive receive, void *context, CSentencePieceMessage message) {
  return guarded(message, [&] {
    std::unordered_map<std::string, std::string> options;
    for (size_t index = 0; index < option_count; ++index) options[names[index]] = values[index];
    // Errors come back as statuses; the library's own log would go to standard error.
    options["minloglevel"] = "3";
    Sentences sentences(next, context);
    std::string model;
    const auto status = sentencepiece::SentencePieceTrainer::Train(options, &sentences, &model);
    if (!status.ok()) return refuse(CSentencePieceRefused, status.ToString(), message);
    receive(context, reinterpret_cast<const uint8_t *>(model.data()), model.size());
    return CSentencePieceOK;
  });
}
