// SPDX-License-Identifier: Apache-2.0
// Included first in a ThreadSanitizer build: g++ 12's runtime does not see pthread_mutex_clocklock and would report every std::timed_mutex as
// unlocked by a wrong thread (llvm/llvm-project#62623). Without it libstdc++ calls pthread_mutex_timedlock.
#pragma once
#include <bits/c++config.h>
#undef _GLIBCXX_USE_PTHREAD_MUTEX_CLOCKLOCK
