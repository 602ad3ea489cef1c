// A C face over the installed libsentencepiece.
//
// No C++ type and no exception crosses it. Every function answers with a status, and where that is not
// CSentencePieceOK it writes a sentence, ended by NUL and cut to fit, into the caller's `message`. Texts are bytes with
// a length and may hold NUL. Results go into buffers that the caller owns.
#ifndef SWIFTLET_CSENTENCEPIECE_H
#define SWIFTLET_CSENTENCEPIECE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A loaded model. All functions that take one only read it, so threads may share it.
typedef struct CSentencePieceProcessor CSentencePieceProcessor;

typedef enum CSentencePieceStatus : int32_t {
  CSentencePieceOK = 0,
  /// The library refused; the message is its own.
  CSentencePieceRefused = 1,
  /// A result does not fit in the caller's buffer; the sizes that are needed have been written.
  CSentencePieceBufferTooSmall = 2,
  /// Memory ran out, or the library threw something else.
  CSentencePieceThrown = 3,
  /// An argument is null or too large for the library's 32-bit sizes.
  CSentencePieceBadArgument = 4,
} CSentencePieceStatus;

/// Where a sentence of failure goes.
typedef struct CSentencePieceMessage {
  char *_Nullable text;
  size_t capacity;
} CSentencePieceMessage;

/// Loads a serialized ModelProto. The bytes must have been validated before: the library trusts them.
CSentencePieceStatus csentencepiece_load(
    const uint8_t *_Nonnull model, size_t length, CSentencePieceProcessor *_Nullable *_Nonnull processor,
    CSentencePieceMessage message);

/// Frees what csentencepiece_load gave.
void csentencepiece_free(CSentencePieceProcessor *_Nullable processor);

/// The number of pieces.
int32_t csentencepiece_piece_count(const CSentencePieceProcessor *_Nonnull processor);

/// Encodes a text into identifiers: at most `capacity` of them; `count` receives how many there are.
CSentencePieceStatus csentencepiece_encode(
    const CSentencePieceProcessor *_Nonnull processor, const uint8_t *_Nullable text, size_t length,
    int32_t *_Nullable identifiers, size_t capacity, size_t *_Nonnull count, CSentencePieceMessage message);

/// Encodes a text and gives, instead of identifiers, the normalized text that the pieces cover (`normalized`, of
/// `normalized_count` bytes) and the identifier and the end of each piece in it (`count` of both).
CSentencePieceStatus csentencepiece_encode_normalized(
    const CSentencePieceProcessor *_Nonnull processor, const uint8_t *_Nullable text, size_t length,
    uint8_t *_Nullable normalized, size_t normalized_capacity, size_t *_Nonnull normalized_count,
    int32_t *_Nullable identifiers, size_t *_Nullable ends, size_t capacity, size_t *_Nonnull count,
    CSentencePieceMessage message);

/// Decodes identifiers into a text: at most `capacity` bytes; `length` receives how many there are.
CSentencePieceStatus csentencepiece_decode(
    const CSentencePieceProcessor *_Nonnull processor, const int32_t *_Nullable identifiers, size_t count,
    uint8_t *_Nullable text, size_t capacity, size_t *_Nonnull length, CSentencePieceMessage message);

/// Gives the next training sentence: 1 and its bytes, which must stay valid until the next call, 0 at the end, -1 to
/// break off.
typedef int32_t (*CSentencePieceNext)(
    void *_Nullable context, const uint8_t *_Nullable *_Nonnull bytes, size_t *_Nonnull length);

/// Receives the trained model, once.
typedef void (*CSentencePieceReceive)(void *_Nullable context, const uint8_t *_Nullable bytes, size_t length);

/// Trains a model with `option_count` options by their SentencePiece names. Sentences come from `next`; the
/// serialized ModelProto goes to `receive`; the library reads and writes no file.
CSentencePieceStatus csentencepiece_train(
    const char *_Nonnull const *_Nonnull names, const char *_Nonnull const *_Nonnull values, size_t option_count,
    CSentencePieceNext _Nonnull next, CSentencePieceReceive _Nonnull receive, void *_Nullable context,
    CSentencePieceMessage message);

/// The path of the library's file; NULL where it cannot be told. It belongs to the library.
const char *_Nullable csentencepiece_library_path(void);

#ifdef __cplusplus
}
#endif

#endif
