// Calls every function of the C face of libsentencepiece: with what it is meant for, with buffers that are too small by
// one, and with arguments that it refuses. The sanitizers watch; what is wrong without their noticing ends with status 1.
//
//   c_face TEXT MODEL...
#include "CSentencePiece.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

static void require(bool holds, const char *what) {
  if (holds) return;
  std::fprintf(stderr, "c_face: %s\n", what);
  std::exit(1);
}

static std::string read(const char *path) {
  std::ifstream file(path, std::ios::binary);
  require(file.good(), path);
  return {std::istreambuf_iterator<char>(file), {}};
}

static const uint8_t *bytes(const std::string &text) { return reinterpret_cast<const uint8_t *>(text.data()); }

/// Exactly so many elements on the heap, so that one more is noticed; none is no memory at all.
template <typename Element>
std::unique_ptr<Element[]> exactly(size_t count) {
  return count == 0 ? nullptr : std::make_unique<Element[]>(count);
}

static void use(const CSentencePieceProcessor *model, const std::string &text) {
  auto sentence = exactly<char>(16);
  const CSentencePieceMessage message{sentence.get(), 16};
  size_t count = 0, again = 0;
  auto status = csentencepiece_encode(model, bytes(text), text.size(), nullptr, 0, &count, message);
  require(status == (count == 0 ? CSentencePieceOK : CSentencePieceBufferTooSmall), "encoding without a buffer");
  auto identifiers = exactly<int32_t>(count);
  if (count > 0) {
    status = csentencepiece_encode(model, bytes(text), text.size(), identifiers.get(), count - 1, &again, message);
    require(status == CSentencePieceBufferTooSmall && again == count, "encoding into too small a buffer");
  }
  status = csentencepiece_encode(model, bytes(text), text.size(), identifiers.get(), count, &again, message);
  require(status == CSentencePieceOK && again == count, "encoding");

  size_t normalized_count = 0, pieces = 0;
  status = csentencepiece_encode_normalized(
      model, bytes(text), text.size(), nullptr, 0, &normalized_count, nullptr, nullptr, 0, &pieces, message);
  require(status == CSentencePieceOK || status == CSentencePieceBufferTooSmall, "measuring the normalized text");
  auto normalized = exactly<uint8_t>(normalized_count);
  auto ends = exactly<size_t>(pieces);
  auto numbers = exactly<int32_t>(pieces);
  status = csentencepiece_encode_normalized(
      model, bytes(text), text.size(), normalized.get(), normalized_count, &normalized_count, numbers.get(), ends.get(),
      pieces, &pieces, message);
  require(status == CSentencePieceOK, "encoding with the normalized text");
  require(pieces == 0 || ends[pieces - 1] == normalized_count, "the ends of pieces");
  for (size_t index = 0; index < pieces && pieces == count; index++) {
    require(numbers[index] == identifiers[index], "identifiers");
  }

  size_t length = 0;
  status = csentencepiece_decode(model, identifiers.get(), count, nullptr, 0, &length, message);
  require(status == (length == 0 ? CSentencePieceOK : CSentencePieceBufferTooSmall), "decoding without a buffer");
  auto decoded = exactly<uint8_t>(length);
  status = csentencepiece_decode(model, identifiers.get(), count, decoded.get(), length, &length, message);
  require(status == CSentencePieceOK, "decoding");
}

static void misuse(const CSentencePieceProcessor *model) {
  size_t count = 0;
  int32_t identifier = csentencepiece_piece_count(model);
  const CSentencePieceMessage none{nullptr, 0};
  uint8_t byte = 0;
  auto refuses = [](CSentencePieceStatus status, const char *what) {
    require(status == CSentencePieceBadArgument, what);
  };
  refuses(csentencepiece_decode(model, &identifier, 1, &byte, 1, &count, none), "an identifier behind the last");
  identifier = -1;
  refuses(csentencepiece_decode(model, &identifier, 1, &byte, 1, &count, none), "a negative identifier");
  refuses(csentencepiece_encode(model, nullptr, 1, nullptr, 0, &count, none), "no text");
  refuses(csentencepiece_encode(model, &byte, size_t{1} << 31, nullptr, 0, &count, none), "a text of 2 GiB");
  refuses(csentencepiece_encode(model, &byte, 0, nullptr, 1, &count, none), "no buffer");
}

struct Lines {
  std::vector<std::string> lines;
  size_t next = 0;
  /// Where the sentences break off.
  size_t end = ~size_t{0};
  std::string model;
};

static int32_t next_line(void *context, const uint8_t **bytes_of_line, size_t *length) {
  auto &lines = *static_cast<Lines *>(context);
  if (lines.next == lines.end) return -1;
  if (lines.next == lines.lines.size()) return 0;
  const std::string &line = lines.lines[lines.next++];
  *bytes_of_line = bytes(line);
  *length = line.size();
  return 1;
}

static void receive(void *context, const uint8_t *model, size_t length) {
  static_cast<Lines *>(context)->model.assign(reinterpret_cast<const char *>(model), length);
}

static CSentencePieceStatus train(Lines &lines, const char *size) {
  const char *names[] = {"model_type", "vocab_size", "byte_fallback", "num_threads", "character_coverage"};
  const char *values[] = {"bpe", size, "true", "1", "0.98"};
  char sentence[64] = "";
  return csentencepiece_train(names, values, 5, next_line, receive, &lines, {sentence, sizeof sentence});
}

int main(int argc, char **argv) {
  require(argc > 2, "needs a text and models");
  const std::string text = read(argv[1]);
  Lines lines;
  for (size_t start = 0; start < text.size();) {
    const size_t end = std::min(text.find('\n', start), text.size());
    lines.lines.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  const std::vector<std::string> hard = {
      "", " ", std::string("a\0b", 3), "\xff\xfe\xc3", "\xed\xa0\x80", "\xe2\x96\x81", std::string(5000, 'x')};
  for (int argument = 2; argument < argc; argument++) {
    const std::string file = read(argv[argument]);
    CSentencePieceProcessor *model = nullptr;
    require(csentencepiece_load(bytes(file), file.size(), &model, {nullptr, 0}) == CSentencePieceOK, "loading");
    for (const auto &line : lines.lines) use(model, line);
    for (const auto &line : hard) use(model, line);
    misuse(model);
    csentencepiece_free(model);
    model = nullptr;
    char small[8];
    const auto status = csentencepiece_load(bytes(file), 3, &model, {small, sizeof small});
    require(status != CSentencePieceOK && !model, "loading three bytes");
  }
  csentencepiece_free(nullptr);
  require(csentencepiece_library_path() != nullptr, "the library's path");

  require(train(lines, "800") == CSentencePieceOK, "training");
  CSentencePieceProcessor *trained = nullptr;
  const auto status = csentencepiece_load(bytes(lines.model), lines.model.size(), &trained, {nullptr, 0});
  require(status == CSentencePieceOK, "loading what was trained");
  for (const auto &line : lines.lines) use(trained, line);
  csentencepiece_free(trained);
  Lines broken{lines.lines, 0, 5, ""};
  require(train(broken, "800") == CSentencePieceRefused && broken.model.empty(), "sentences that break off");
  Lines empty;
  require(train(empty, "800") != CSentencePieceOK, "training on nothing");
  Lines unknown{lines.lines, 0, ~size_t{0}, ""};
  require(train(unknown, "many") != CSentencePieceOK, "a setting that is no number");
  std::printf("c_face: %zu texts with %d models\n", lines.lines.size() + hard.size(), argc - 1);
}
