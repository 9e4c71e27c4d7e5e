#define OSK_SET avx2
#include "body.h"
