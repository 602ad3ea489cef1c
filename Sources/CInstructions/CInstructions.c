// Everything is in the headers; a target needs one source file.
#include "cpu_features.h"
