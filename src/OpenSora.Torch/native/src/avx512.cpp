#define OSK_SET avx512
#include "body.h"
