// SPDX-License-Identifier: Apache-2.0
// Puts a pack's folder among the installed ones so that a crash at any moment leaves the old version or the new one, never both and never neither.
// It is made ready in "<scenes>/.install", which is no pack: new/<name>, then the audit entry, then the mark "noted", then two renames by way of
// old/<name>.
#pragma once

#include <functional>
#include <string>

#include "base/result.h"

namespace banmo::server {

// Copies `from` to `<scenes>/<name>` in place of what stands there. `note` writes the audit entry when everything is on disk and nothing is in place
// yet; its error ends the installation. Errors: unavailable "server.unwritable_file".
Result<> install_folder(const std::string& scenes, const std::string& from, const std::string& name, const std::function<Result<>()>& note);
// Called before packs are loaded: an installation that was cut off is finished if it was noted, and undone if it was not.
Result<> repair_install(const std::string& scenes);

}  // namespace banmo::server
