// SPDX-License-Identifier: Apache-2.0
#include "metrics/papers.h"

#include <doctest/doctest.h>

using namespace banmo::metrics;

TEST_CASE("an evidence file is taken by its name only if its first bytes agree") {
  CHECK(evidence_type("依据.pdf", "%PDF-1.7\n") == "application/pdf");
  CHECK(evidence_type("照片.JPG", "\xFF\xD8\xFF\xE0") == "image/jpeg");
  CHECK(evidence_type("表.xlsx", "PK\x03\x04rest") == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
  CHECK(evidence_type("说明.txt", "达到了") == "text/plain; charset=utf-8");
  CHECK_FALSE(evidence_type("依据.pdf", "<html>"));
  CHECK_FALSE(evidence_type("依据.png", "%PDF-1.7"));
}

TEST_CASE("programs, web pages and files without a name are not evidence") {
  CHECK_FALSE(evidence_type("页面.html", "<html>"));
  CHECK_FALSE(evidence_type("程序.exe", "MZ"));
  CHECK_FALSE(evidence_type("图.svg", "<svg>"));
  CHECK_FALSE(evidence_type(".pdf", "%PDF-1.7"));
  CHECK_FALSE(evidence_type("pdf", "%PDF-1.7"));
}

TEST_CASE("text that is no UTF-8 or holds a nul is no text") {
  CHECK_FALSE(evidence_type("表.csv", "\xC4\xE3\xBA\xC3"));
  CHECK_FALSE(evidence_type("表.csv", std::string_view("a\0b", 3)));
}
