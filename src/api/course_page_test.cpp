// SPDX-License-Identifier: Apache-2.0
#include "api/course_page.h"

#include <doctest/doctest.h>

using namespace banmo::api;

namespace {
// What stands before the lines that were put in, and what behind them.
std::string around(const std::string& html) {
  const std::string page = with_empty_storage(html);
  const size_t begin = page.find("<script>(() => {"), end = page.find("})()</script>");
  return begin == std::string::npos ? "as it was" : page.substr(0, begin) + "|" + page.substr(end + 13);
}
}  // namespace

TEST_CASE("a page's first script gives it empty storage, and stands where it does not change how the page is drawn") {
  CHECK(around("<!DOCTYPE html><html lang=\"zh\"><head class=\"a\"><title>x</title>") ==
        "<!DOCTYPE html><html lang=\"zh\"><head class=\"a\">|<title>x</title>");
  CHECK(around("<!doctype html>\n<HTML><Header>x") == "<!doctype html>\n<HTML>|<Header>x");
  CHECK(around("<!doctype html><p>x") == "<!doctype html>|<p>x");
  CHECK(around("<p>x") == "|<p>x");
  CHECK(around("\xef\xbb\xbf<p>x") == "\xef\xbb\xbf|<p>x");
  CHECK(around("") == "|");
  CHECK(around(std::string("<\0h\0t\0m\0l\0>", 11)) == "as it was");
  CHECK(around("<head") == "|<head");
}
