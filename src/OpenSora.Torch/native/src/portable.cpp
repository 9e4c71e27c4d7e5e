#define OSK_SET portable
#include "body.h"
