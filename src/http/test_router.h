// SPDX-License-Identifier: Apache-2.0
// The routes that the tests of the server ask for.
#pragma once

#include <memory>

#include "http/test_client.h"

namespace banmo::http::test {

// quick, echo (2,000 bytes), items/{key}, long, broken, injection, thrower, limited; with a gate also slow (300 ms) and patient, which wait for it.
Router make_router(std::shared_ptr<Gate> gate = nullptr);

}  // namespace banmo::http::test
