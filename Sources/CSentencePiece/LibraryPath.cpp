#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <sentencepiece_processor.h>

#include "CSentencePiece.h"

extern "C" const char *csentencepiece_library_path(void) {
  // Any function of the library tells its file.
  Dl_info information;
  void *symbol = dlsym(RTLD_DEFAULT, "_ZN13sentencepiece22SentencePieceProcessorC1Ev");
  if (symbol == nullptr || dladdr(symbol, &information) == 0) return nullptr;
  return information.dli_fname;
}
