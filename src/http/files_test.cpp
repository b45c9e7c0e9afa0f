// SPDX-License-Identifier: Apache-2.0
// Static files, uploads, files as answers and streams of events, over real sockets.
#include <doctest/doctest.h>

#include <filesystem>

#include "http/test_client.h"

using namespace banmo;
using namespace banmo::http;
using namespace banmo::http::test;

namespace {

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

Router make_router(const TempDirectory& directory, std::shared_ptr<std::atomic<int>> n_events = nullptr) {
  Router router;
  Route upload = route("POST", "/api/v1/upload", "upload");
  upload.body = BodyKind::upload;
  REQUIRE(router
              .add(upload,
                   [](Request& request) -> Result<Response> {
                     return Response::json(
                         json::Object{{"name", request.upload_name}, {"bytes", read_file(request.body_file)}, {"path", request.body_file}}, 202);
                   })
              .ok());
  Route secret = upload;
  secret.path = "/api/v1/secret";
  secret.operation = "secret";
  secret.permission = "secret";
  REQUIRE(router.add(secret, [](Request&) -> Result<Response> { return Response::no_content(); }).ok());
  router.set_guard([](const Route& asked, Request&) -> Result<> {
    if (asked.permission == "secret") return fail(ErrorCode::denied, "api.denied", {"无权", "no right"});
    return {};
  });
  REQUIRE(router
              .add(route("GET", "/api/v1/export", "export"),
                   [&directory](Request&) -> Result<Response> {
                     directory.write("export.csv", std::string(1'000'000, 'e'));
                     Response response = Response::text("", "text/csv; charset=utf-8");
                     response.body_file = directory.path() + "/export.csv";
                     response.delete_body_file = true;
                     return response;
                   })
              .ok());
  REQUIRE(router
              .add(route("GET", "/api/v1/lost", "lost"),
                   [](Request&) -> Result<Response> {
                     Response response;
                     response.body_file = "/nowhere/at/all";
                     return response;
                   })
              .ok());
  REQUIRE(router
              .add(route("GET", "/api/v1/events", "events"),
                   [n_events](Request&) -> Result<Response> {
                     Response response;
                     response.poll_ms = 5;
                     response.events = [n_events]() -> std::optional<std::vector<Event>> {
                       const int n = n_events->fetch_sub(1);
                       if (n > 1) return std::vector<Event>{{"row", "line " + std::to_string(n)}};
                       if (n == 1) return std::nullopt;
                       return std::vector<Event>{};
                     };
                     return response;
                   })
              .ok());
  return router;
}

std::string multipart(const std::string& content) {
  return "--xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n" + content + "\r\n--xyz--\r\n";
}

const std::string kMultipart = "Content-Type: multipart/form-data; boundary=xyz\r\n";

struct Portal {
  TempDirectory directory;
  ServerOptions options;
  explicit Portal(const std::string& html = "<html><head><title>x</title></head></html>") {
    directory.write("site/index.html", html);
    directory.write("site/assets/index-4f3a91c2.js", "console.log(1)" + std::string(3000, ' '));
    directory.write("site/favicon.svg", "<svg/>");
    directory.write("outside.txt", "secret");
    std::filesystem::create_symlink(directory.path() + "/outside.txt", directory.path() + "/site/link.txt");
    std::filesystem::create_directory_symlink("/etc", directory.path() + "/site/etc");
    options.files.directory = directory.path() + "/site";
    options.temp_directory = directory.path();
  }
};

}  // namespace

TEST_CASE("a raw upload becomes a file with its name, and is gone afterwards") {
  TempDirectory directory;
  ServerOptions options;
  options.temp_directory = directory.path();
  const auto server = started(options, make_router(directory));
  Client client(server->addresses().front());
  const std::string content(700'000, 'r');
  const Answer answer =
      client.ask("POST", "/api/v1/upload", "Content-Type: text/csv\r\nContent-Disposition: attachment; filename*=UTF-8''%E4%BD%93.csv\r\n", content);
  CHECK(answer.status == 202);
  CHECK(*answer.json().find("name")->as_string() == "体.csv");
  CHECK(*answer.json().find("bytes")->as_string() == content);
  CHECK(answer.json().find("path")->as_string()->starts_with(directory.path()));
  CHECK(becomes_true([&] { return directory.n_files() == 0; }));
  CHECK(*client.ask("POST", "/api/v1/upload").json().find("bytes")->as_string() == "");
}

TEST_CASE("a form upload gives the part file only") {
  TempDirectory directory;
  ServerOptions options;
  options.temp_directory = directory.path();
  const auto server = started(options, make_router(directory));
  Client client(server->addresses().front());
  const std::string content = std::string(600'000, 'm') + "\r\n--xy";
  const Answer answer = client.ask("POST", "/api/v1/upload", kMultipart, multipart(content));
  CHECK(answer.status == 202);
  CHECK(*answer.json().find("name")->as_string() == "a.csv");
  CHECK(*answer.json().find("bytes")->as_string() == content);
  const Answer cut = client.ask("POST", "/api/v1/upload", kMultipart, multipart("x").substr(0, 80));
  CHECK(cut.status == 422);
  CHECK(cut.code() == "http.bad_multipart");
  CHECK(client.ask("POST", "/api/v1/upload", kMultipart, multipart("x")).status == 202);
  CHECK(becomes_true([&] { return directory.n_files() == 0; }));
}

TEST_CASE("an upload over the limit is refused and leaves no file") {
  TempDirectory directory;
  ServerOptions options;
  options.temp_directory = directory.path();
  options.max_upload_bytes = 400'000;
  const auto server = started(options, make_router(directory));
  Client by_length(server->addresses().front());
  by_length.say("POST /api/v1/upload HTTP/1.1\r\nHost: a\r\nContent-Length: 400001\r\n\r\n");
  CHECK(by_length.read().status == 413);
  Client by_chunks(server->addresses().front());
  by_chunks.say("POST /api/v1/upload HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  const std::string chunk = "c350\r\n" + std::string(50'000, 'x') + "\r\n";
  for (int i = 0; i < 9; ++i) by_chunks.say(chunk);
  const Answer answer = by_chunks.read();
  CHECK(answer.status == 413);
  CHECK(answer.code() == "http.body_too_large");
  by_chunks.close();
  CHECK(becomes_true([&] { return directory.n_files() == 0; }));
}

TEST_CASE("an upload of someone without the right is refused before its body is read") {
  TempDirectory directory;
  const auto server = started({}, make_router(directory));
  Client client(server->addresses().front());
  client.say("POST /api/v1/secret HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\nExpect: 100-continue\r\n\r\n");
  const Answer answer = client.read();
  CHECK(answer.status == 403);
  CHECK(answer.code() == "api.denied");
}

TEST_CASE("an upload into a directory that is not there fails with 500, without its cause") {
  TempDirectory directory;
  ServerOptions options;
  options.temp_directory = directory.path() + "/nowhere";
  const auto server = started(options, make_router(directory));
  Client client(server->addresses().front());
  const Answer answer = client.ask("POST", "/api/v1/upload", "", "abc");
  CHECK(answer.status == 500);
  CHECK(answer.code() == "http.temp_file");
}

TEST_CASE("an upload that breaks off leaves no file") {
  TempDirectory directory;
  ServerOptions options;
  options.temp_directory = directory.path();
  const auto server = started(options, make_router(directory));
  {
    Client client(server->addresses().front());
    client.say("POST /api/v1/upload HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n" + std::string(500'000, 'x'));
    CHECK(becomes_true([&] { return directory.n_files() == 1; }));
  }
  CHECK(becomes_true([&] { return directory.n_files() == 0; }));
}

TEST_CASE("a file is sent as an answer and deleted") {
  TempDirectory directory;
  const auto server = started({}, make_router(directory));
  Client client(server->addresses().front());
  const Answer answer = client.get("/api/v1/export");
  CHECK(answer.status == 200);
  CHECK(answer.body == std::string(1'000'000, 'e'));
  CHECK(client.ask("HEAD", "/api/v1/export").header("content-length") == "1000000");
  CHECK(client.get("/api/v1/lost").code() == "http.answer_file");
  CHECK(becomes_true([&] { return directory.n_files() == 0; }));
}

TEST_CASE("events stream until the source ends, and the connection lives on") {
  TempDirectory directory;
  const auto n_events = std::make_shared<std::atomic<int>>(3);
  const auto server = started({}, make_router(directory, n_events));
  Client client(server->addresses().front());
  const Answer answer = client.get("/api/v1/events");
  CHECK(answer.header("content-type") == "text/event-stream; charset=utf-8");
  CHECK(answer.body == "event: row\ndata: line 3\n\nevent: row\ndata: line 2\n\n");
  CHECK(client.get("/api/v1/export").status == 200);
}

TEST_CASE("a silent stream has heartbeats, and ends with a drain") {
  TempDirectory directory;
  const auto n_events = std::make_shared<std::atomic<int>>(0);
  ServerOptions options;
  options.heartbeat_ms = 20;
  const auto server = started(options, make_router(directory, n_events));
  Client client(server->addresses().front());
  client.say("GET /api/v1/events HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(client.head().status == 200);
  CHECK(client.chunk() == ": still here\n\n");
  std::thread drainer([&] { server->drain(); });
  for (std::string piece = client.chunk(); !piece.empty(); piece = client.chunk()) {
  }
  CHECK(client.is_closed());
  drainer.join();
}

TEST_CASE("a stream whose reader has gone is ended") {
  TempDirectory directory;
  const auto n_events = std::make_shared<std::atomic<int>>(0);
  const auto server = started({}, make_router(directory, n_events));
  {
    Client client(server->addresses().front());
    client.say("GET /api/v1/events HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(client.head().status == 200);
  }
  CHECK(becomes_true([&] { return server->figures().n_connections == 0; }));
}

TEST_CASE("the portal's files are served with their types, tags and times of life") {
  const Portal portal;
  const auto server = started(portal.options, make_router(portal.directory));
  Client client(server->addresses().front());
  const Answer script = client.get("/assets/index-4f3a91c2.js");
  CHECK(script.header("content-type") == "text/javascript; charset=utf-8");
  CHECK(script.header("cache-control") == "public, max-age=31536000, immutable");
  CHECK(client.get("/assets/index-4f3a91c2.js", "Accept-Encoding: gzip\r\n").header("content-encoding") == "gzip");
  const Answer again = client.get("/assets/index-4f3a91c2.js", "If-None-Match: " + script.header("etag") + "\r\n");
  CHECK(again.status == 304);
  CHECK(again.body == "");
  const Answer page = client.get("/");
  CHECK(page.header("cache-control") == "no-cache");
  CHECK(page.header("content-security-policy").find("frame-ancestors 'none'") != std::string::npos);
  CHECK(client.get("/plan/2026").body == page.body);
  CHECK(client.ask("HEAD", "/favicon.svg").header("content-length") == "6");
  CHECK(client.get("/missing.png").status == 404);
  CHECK(client.get("/api/v1/missing").status == 404);
  CHECK(client.ask("POST", "/plan").status == 404);
}

TEST_CASE("nothing outside the directory can be reached") {
  const Portal portal;
  const auto server = started(portal.options, make_router(portal.directory));
  Client client(server->addresses().front());
  for (const char* target : {"/../outside.txt", "/%2e%2e/outside.txt", "/..%2foutside.txt", "/assets/../../outside.txt", "/link.txt",
                             "/etc/passwd.txt", "//etc/passwd.txt", "/./../outside.txt", "/..%5coutside.txt"}) {
    CAPTURE(target);
    const Answer answer = client.get(target);
    CHECK(answer.status == 404);
    CHECK(answer.body.find("secret") == std::string::npos);
  }
  CHECK(client.get("/index.html%00.js").status == 400);
}

TEST_CASE("the page is told its base, with and without a prefix") {
  const Portal plain;
  const auto server = started(plain.options, make_router(plain.directory));
  Client client(server->addresses().front());
  CHECK(client.get("/").body == "<html><head><base href=\"/\"><title>x</title></head></html>");
  Portal prefixed("<html><head><base href=\"/\"></head></html>");
  prefixed.options.path_prefix = "/banmo";
  const auto other = started(prefixed.options, make_router(prefixed.directory));
  Client behind(other->addresses().front());
  CHECK(behind.get("/banmo/").body == "<html><head><base href=\"/banmo/\"></head></html>");
  CHECK(behind.get("/banmo/favicon.svg").status == 200);
}

TEST_CASE("a directory without a page is told at the start") {
  TempDirectory directory;
  ServerOptions options;
  options.listen = {"127.0.0.1:0"};
  options.files.directory = directory.path();
  const auto server = Server::create(options, Router());
  REQUIRE_FALSE(server.ok());
  CHECK(server.error().id == "http.no_static_files");
}
