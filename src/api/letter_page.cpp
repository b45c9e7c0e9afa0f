// SPDX-License-Identifier: Apache-2.0
#include "api/letter_page.h"

#include "base/city_time.h"

namespace banmo::api {
namespace {

constexpr std::string_view kStyle =
    "body{font:16px/1.9 'Noto Serif CJK SC','Songti SC',SimSun,serif;color:#111;background:#fff;max-width:42rem;margin:3rem auto;padding:0 1.5rem}"
    "h1{font-size:1.5rem;text-align:center;margin:0 0 .5rem}p{margin:0 0 .6rem;text-indent:2em}.plain{text-indent:0}"
    ".end{text-align:right;text-indent:0;margin-top:2.5rem}.code{margin-top:3rem;border-top:1px solid #767676;padding-top:.8rem;font-size:.85rem;"
    "text-indent:0}.code p{text-indent:0}.void{border:2px solid #a40000;color:#a40000;padding:.4rem .8rem;text-indent:0}"
    "dt{color:#595959;font-size:.9rem}dd{margin:0 0 .6rem}input{font:inherit;padding:.3rem .5rem;width:16rem;max-width:100%}"
    "button{font:inherit;padding:.3rem 1rem}@page{size:A4;margin:2.5cm}@media print{body{margin:0;max-width:none;padding:0}}";

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string page(const std::string& title, const std::string& body) {
  return "<!doctype html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
         "<title>" +
         escaped(title) + "</title><style>" + std::string(kStyle) + "</style></head><body><main>" + body + "</main></body></html>\n";
}

// A line of the text is a paragraph.
std::string paragraphs(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    if (!line.empty()) out += "<p>" + escaped(line) + "</p>";
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::string day_of(Instant at) { return city_date(at).to_iso(); }

std::string term(std::string_view name, const std::string& value) { return "<dt>" + std::string(name) + "</dt><dd>" + escaped(value) + "</dd>"; }

std::string found_text(const flows::LetterCheck& found) {
  std::string out = found.revoked_at ? "<p class=\"void\">这份文书已于 " + day_of(*found.revoked_at) + " 撤销，不再有效。 It has been revoked.</p>"
                                     : "<p class=\"plain\"><strong>属实：这份文书由本平台出具，现行有效。</strong> Genuine and standing.</p>";
  out += "<dl>" + term("文书", found.title.zh) + term("事项", found.flow_title.zh) + term("文号", found.number) + term("出具单位", found.office) +
         term("出具日期", day_of(found.issued_at));
  if (!found.masked.empty()) out += term("收件人", found.masked);
  return out + "</dl>";
}

}  // namespace

std::string letter_page(const flows::Letter& letter, const std::string& verify_url) {
  const flows::IssuedLetter& content = letter.content;
  std::string body;
  if (letter.head.revoked_at) body += "<p class=\"void\">本文书已于 " + day_of(*letter.head.revoked_at) + " 撤销</p>";
  body += "<h1>" + escaped(content.title.zh) + "</h1><p class=\"plain\" style=\"text-align:center\">" + escaped(letter.number) + "</p>";
  if (!content.to.empty()) body += "<p class=\"plain\">" + escaped(content.to) + "：</p>";
  body += paragraphs(content.body) + "<p class=\"end\">" + escaped(content.office) + "<br>" + day_of(content.at) + "</p>";
  body += "<div class=\"code\"><p>核验码 Code: <strong>" + escaped(letter.code) + "</strong></p><p>核验地址 Check at: " + escaped(verify_url) +
          "</p></div>";
  return page(content.title.zh, body);
}

std::string verify_page(const std::string& code, const std::optional<flows::LetterCheck>& found, const std::string& refused) {
  std::string body =
      "<h1>文书核验</h1><form method=\"get\"><p class=\"plain\"><label for=\"code\">核验码（印在文书下方） Code</label><br>"
      "<input id=\"code\" name=\"code\" maxlength=\"40\" autocomplete=\"off\" required value=\"" +
      escaped(code) + "\"> <button>核验</button></p></form><div role=\"status\">";
  if (!refused.empty())
    body += "<p class=\"void\">" + escaped(refused) + "</p>";
  else if (found)
    body += found_text(*found);
  else if (!code.empty())
    body += "<p class=\"void\">没有这个核验码的文书；请核对后再输入。 There is no letter with this code.</p>";
  return page("文书核验", body + "</div>");
}

}  // namespace banmo::api
