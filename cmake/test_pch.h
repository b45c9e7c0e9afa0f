// SPDX-License-Identifier: Apache-2.0
// Precompiled for unit tests: the standard library and doctest.
#pragma once
#include <doctest/doctest.h>

#include "std_pch.h"
