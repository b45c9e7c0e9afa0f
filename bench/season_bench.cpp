// SPDX-License-Identifier: Apache-2.0
// An enrolment season from end to end over HTTP against the real server: applications are opened, filled in, sent, given a seat by themselves or by
// the school and the district, mended, withdrawn, put in line and served from it, and confirmed, which writes the register of students. Prints
// durable changes a second, the season's figures as the server tells them, and for every school the seats that are taken beside its plan.
//   season_bench [applications = 100000] [scale of the city = 0.01] [connections = 48]
// One guardian's account opens them all and one school and one district decide (password hashing of thousands of sign-ins is not what is measured).
// Nineteen of twenty applications agree with the registers (an upload sums what its account has handed in for open cases, and here all is one
// account's); the others rent and hand in a lease, one in ten of them is sent back once, and their school notes that the child has come; one offer in
// fifty is given up; there are seats for 95 of 100. The current directory must be on a real disk.
#include <atomic>
#include <map>
#include <set>

#include "base/text.h"
#include "served.h"

namespace {

using namespace banmo;
using namespace banmo::bench;

constexpr const char* kGuardian = "991100199001010013";  // verified in the demonstration city as the account's own

// One keep-alive connection with the answers' bodies.
class Talk {
 public:
  explicit Talk(uint16_t port) : socket_(connect_to(port)) {
    if (socket_ < 0) give_up("no connection");
  }
  ~Talk() { ::close(socket_); }
  Talk(const Talk&) = delete;

  json::Value ask(const std::string& request, int wanted = 0, int also = 0) {
    const std::string plain = uncompressed(request);
    if (::send(socket_, plain.data(), plain.size(), MSG_NOSIGNAL) < 0) give_up("the server went away");
    Answer answer;
    char buffer[16384];
    while (!answer.whole()) {
      const ssize_t n = ::recv(socket_, buffer, sizeof buffer, 0);
      if (n <= 0) give_up("the server went away");
      answer.add(buffer, static_cast<size_t>(n));
    }
    if ((wanted != 0 ? answer.status() != wanted : answer.status() / 100 != 2) && answer.status() != also)
      give_up(plain.substr(0, 80) + ": " + answer.body());
    return must(json::read(answer.body()), "an answer");
  }

 private:
  int socket_;
};

std::string patch_request(const std::string& target, const std::string& token, const std::string& body) {
  return head_of_request("PATCH", target, token) + "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         body;
}
std::string upload_request(const std::string& target, const std::string& token, const std::string& type, const std::string& body) {
  return head_of_request("POST", target, token) + "Content-Type: " + type + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

double number_at(const json::Value& value, std::string_view name) {
  const json::Value* found = value.as_object() == nullptr ? nullptr : value.as_object()->find(name);
  if (found == nullptr) return 0;
  if (const double* real = found->as_double()) return *real;
  return found->as_int() == nullptr ? 0 : static_cast<double>(*found->as_int());
}
int64_t whole_at(const json::Value& value, std::string_view name) { return static_cast<int64_t>(number_at(value, name)); }

std::vector<json::Value> items_of(const json::Value& page) {
  const json::Value* items = page.as_object() == nullptr ? nullptr : page.as_object()->find("items");
  std::vector<json::Value> out;
  if (items != nullptr && items->as_array() != nullptr)
    for (const json::Value& one : *items->as_array()) out.push_back(one);
  return out;
}

// All rows of a dataset, page by page.
std::vector<json::Value> rows_of(uint16_t port, const std::string& token, const std::string& dataset, const std::string& filter) {
  Talk talk(port);
  std::vector<json::Value> out;
  std::string after;
  do {
    const json::Value page =
        talk.ask(get_request("/api/v1/datasets/" + dataset + "/rows?limit=500" + filter + (after.empty() ? "" : "&after=" + after), token));
    for (json::Value& one : items_of(page)) out.push_back(std::move(one));
    after = text_at(page, "next");
  } while (!after.empty());
  return out;
}

std::string three(int64_t n) { return std::to_string(1000 + n).substr(1); }

// A number that nobody has (GB 11643: area 98xxxx is no place); births are spread over a year.
std::string citizen(int64_t n, const char* year) {
  const int64_t day = n % 336;
  const std::string area = std::to_string(10'000 + n / 336 / 900).substr(1);
  const std::string digits =
      "98" + area + year + std::to_string(101 + day / 28).substr(1) + std::to_string(101 + day % 28).substr(1) + three(n / 336 % 900);
  return digits + text::citizen_id_check_digit(digits);
}

struct Catchment {
  std::string street, school, district;
  int64_t house = 0;
};

class Season {
 public:
  Season(const std::string& folder, int64_t n, size_t n_connections, const Server& server)
      : folder_(folder), n_(n), n_connections_(n_connections), server_(server), port_(server.port()) {
    city_ = sign_in(port_, "city");
    guardian_ = sign_in(port_, "guardian");
    principal_ = sign_in(port_, "principal");
    district_ = sign_in(port_, "district");
  }

  void prepare() {
    year_ = year_of_entry();
    const std::string own = own_school();
    std::set<std::string> seen;
    for (const json::Value& row : rows_of(port_, city_, "enrol_catchment", "&filter=stage:eq:p1&filter=year:eq:" + year_)) {
      const std::string street = text_at(row, "street");
      Catchment one{street, text_at(row, "school_id"), street.substr(0, 6), whole_at(row, "no_from")};
      if (!seen.insert(one.school).second) continue;
      (one.school == own ? own_ : others_).push_back(one);
    }
    if (own_.empty() || others_.empty()) give_up("the demonstration city has no catchments");
    registers();
    plan();
  }

  // All applications, by as many connections at once; a share by hand.
  void run() {
    const double start = now_s(), cpu = server_.cpu_s();
    std::vector<std::thread> threads;
    for (size_t i = 0; i < n_connections_; ++i) threads.emplace_back([this] { work(); });
    for (std::thread& thread : threads) thread.join();
    const double seconds = now_s() - start;
    const double rate = static_cast<double>(n_changes_) / seconds;
    std::printf("season of %lld applications      %8.0f s   %lld durable changes over HTTP\n", static_cast<long long>(n_), seconds,
                static_cast<long long>(n_changes_.load()));
    std::printf("durable changes                  %8.0f /s  cpu of the server %.0f us each  beside 2,000/s of the engine alone (flows_bench)\n", rate,
                (server_.cpu_s() - cpu) * 1e6 / static_cast<double>(n_changes_));
    std::fflush(stdout);
  }

  void tell() {
    Talk talk(port_);
    const json::Value figures = talk.ask(get_request("/api/v1/flows/enrol/figures", city_));
    std::printf("opened %lld  ended %lld  sent back %lld  mean days from sending to the end %.2f (24 h)\n",
                static_cast<long long>(whole_at(figures, "n_opened")), static_cast<long long>(whole_at(figures, "n_closed")),
                static_cast<long long>(whole_at(figures, "n_returned")), number_at(figures, "mean_days"));
    tell_service(figures);
    std::map<std::string, int64_t> states;
    std::map<std::string, int64_t> taken;
    int64_t n_auto = 0;
    for (const json::Value& row : settled_rows()) {
      const std::string state = text_at(row, "enrol_state");
      ++states[state];
      const bool holds = state == "offered" || state == "done" || state == "entered";
      if (holds) ++taken[text_at(row, "offer_school")];
      const json::Value* automatic = row.as_object()->find("is_automatic");
      if (holds && automatic != nullptr && automatic->as_bool() != nullptr && *automatic->as_bool()) ++n_auto;
    }
    for (const auto& [state, n] : states) std::printf("  %-12s %8lld\n", state.c_str(), static_cast<long long>(n));
    int64_t n_taken = 0, n_seats = 0, n_over = 0;
    for (const auto& [school, seats] : seats_) {
      n_seats += seats;
      n_taken += taken[school];
      if (taken[school] > seats) ++n_over;
    }
    std::printf("given without an officer         %8.1f %%\n", n_taken == 0 ? 0 : 100.0 * static_cast<double>(n_auto) / static_cast<double>(n_taken));
    std::printf("seats taken                      %8lld of %lld in %zu schools; schools above their plan: %lld: %s\n",
                static_cast<long long>(n_taken), static_cast<long long>(n_seats), seats_.size(), static_cast<long long>(n_over),
                verdict(n_over == 0 && n_taken > 0));
    const auto registered = rows_of(port_, city_, "student_register", "&filter=register_state:eq:entry");
    const int64_t n_confirmed = states["done"] + states["entered"];
    std::set<std::string> from;
    int64_t n_from = 0;
    for (const json::Value& row : registered)
      if (const std::string no = text_at(row, "from_case"); !no.empty()) ++n_from, from.insert(no);
    std::printf("entries of the register          %8lld for %lld confirmed, each once: %s\n", static_cast<long long>(n_from),
                static_cast<long long>(n_confirmed), verdict(n_from == n_confirmed && static_cast<int64_t>(from.size()) == n_from));
  }

 private:
  // What was promised and used, and what people said of it.
  static void tell_service(const json::Value& figures) {
    std::printf("promises kept                    %8lld of %lld  working days of a case promised %.2f  used %.2f\n",
                static_cast<long long>(whole_at(figures, "n_within")), static_cast<long long>(whole_at(figures, "n_promised")),
                number_at(figures, "promised_days"), number_at(figures, "used_days"));
    std::printf("fields of a case                 %8.1f typed  %.1f there already\n", number_at(figures, "mean_typed"),
                number_at(figures, "mean_filled"));
    const json::Value* stars = figures.as_object()->find("n_by_stars");
    std::printf("ratings, one star to five       ");
    if (stars != nullptr && stars->as_array() != nullptr)
      for (const json::Value& n : *stars->as_array()) std::printf(" %lld", static_cast<long long>(n.as_int() == nullptr ? 0 : *n.as_int()));
    std::printf("\n");
  }

  bool by_hand(int64_t n) const { return n % 20 == 0; }
  const Catchment& home(int64_t n) const { return by_hand(n) ? own_.front() : others_[static_cast<size_t>(n) % others_.size()]; }
  int64_t house(int64_t n) const { return home(n).house + n % 90; }

  std::string own_school() {
    Talk talk(port_);
    const json::Value me = talk.ask(get_request("/api/v1/me", principal_));
    return text_at(*me.as_object()->find("org"), "id");
  }

  // As the pack computes it: from May on for the coming autumn.
  std::string year_of_entry() {
    Talk talk(port_);
    const json::Value opened = talk.ask(post_request("/api/v1/flows/enrol/cases", guardian_, "{}"), 201);
    return std::to_string(whole_at(*opened.as_object()->find("row"), "year"));
  }

  void upload(const std::string& dataset, const std::string& text) {
    Talk talk(port_);
    const json::Value job =
        talk.ask(upload_request("/api/v1/datasets/" + dataset + "/import?name=" + dataset + ".csv", city_, "text/csv", text), 202);
    for (;;) {
      const json::Value now = talk.ask(get_request("/api/v1/jobs/" + text_at(job, "id"), city_));
      const std::string state = text_at(now, "state");
      if (state == "failed") give_up(dataset + " was not imported");
      if (state == "done") return;
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
  }

  // One account for all children: the city has so many on record.
  void verified(int64_t n_children) {
    Talk talk(port_);
    for (const json::Value& row : rows_of(port_, city_, "guardian_identity", ""))
      talk.ask(patch_request("/api/v1/datasets/guardian_identity/rows/" + text_at(row, "_key"), city_,
                             R"({"n_children":)" + std::to_string(n_children) + "}"));
  }

  void registers() {
    std::set<std::string> owned;
    std::string households = "儿童证件号,监护人证件号,街道代码,门牌,区市\n", properties = "权利人证件号,街道代码,门牌,区市\n";
    for (int64_t n = 0; n < n_; ++n) {
      const std::string place = home(n).street + "," + std::to_string(house(n)) + "," + home(n).district + "\n";
      households += citizen(n, "2019") + "," + kGuardian + "," + place;
      if (owned.insert(place).second) properties += std::string(kGuardian) + "," + place;
    }
    verified(n_);
    const double start = now_s();
    upload("household_register", households);
    upload("property_register", properties);
    std::printf("registers imported               %8.0f rows/s\n", 2 * static_cast<double>(n_) / (now_s() - start));
  }

  // Seats for 95 of a hundred, school by school; as rows are changed by hand.
  void plan() {
    std::map<std::string, int64_t> wanted;
    for (int64_t n = 0; n < n_; ++n) ++wanted[home(n).school];
    Talk talk(port_);
    for (const json::Value& row : rows_of(port_, city_, "enrol_seats", "&filter=stage:eq:p1&filter=year:eq:" + year_)) {
      const std::string school = text_at(row, "school_id");
      if (!wanted.contains(school)) continue;
      seats_[school] = std::max<int64_t>(20, wanted[school] * 95 / 100);
      talk.ask(
          patch_request("/api/v1/datasets/enrol_seats/rows/" + text_at(row, "_key"), city_, R"({"seats":)" + std::to_string(seats_[school]) + "}"));
    }
  }

  json::Value move(Talk& talk, const json::Value& one, const std::string& token, const std::string& move, const std::string& more = "",
                   int also = 0) {
    json::Value done = talk.ask(post_request("/api/v1/cases/" + text_at(one, "id") + "/moves", token,
                                             R"({"seq":)" + std::to_string(whole_at(one, "seq")) + R"(,"move":")" + move + "\"" + more + "}"),
                                0, also);
    if (text_at(done, "code").empty()) ++n_changes_;
    return done;
  }

  void work() {
    Talk talk(port_);
    for (int64_t n = next_++; n < n_; n = next_++) apply(talk, n);
  }

  void apply(Talk& talk, int64_t n) {
    const Catchment& at = home(n);
    n_changes_ += 2;
    const std::string name = utf8(0x4e00 + static_cast<char32_t>(n % 4001)) + utf8(0x5000 + static_cast<char32_t>(n / 4001 * 7 + n % 4001 % 13));
    const std::string known = R"({"values":{"stage":"p1","kind":")" + std::string(by_hand(n) ? "B" : "A") + R"(","child_name":")" + name +
                              R"(","district":")" + at.district + "\"}}";
    json::Value one = talk.ask(post_request("/api/v1/flows/enrol/cases", guardian_, known), 201);
    const std::string rest = R"({"seq":1,"values":{"child_no":")" + citizen(n, "2019") + R"(","guardian_no":")" + kGuardian + R"(","phone":"1)" +
                             std::to_string(3'000'000'000 + n * 997) + R"(","street":")" + at.street + R"(","house_no":)" + std::to_string(house(n)) +
                             "}}";
    one = talk.ask(patch_request("/api/v1/cases/" + text_at(one, "id"), guardian_, rest));
    if (by_hand(n)) one = with_lease(talk, one);
    one = move(talk, one, guardian_, "send");
    if (text_at(one, "state") == "school") one = decide(talk, one, n);
    if (text_at(one, "state") != "offered") return;
    one = move(talk, one, guardian_, n / 10 % 50 == 7 ? "withdrawn" : "confirm");
    if (by_hand(n)) one = move(talk, one, principal_, "entered");
    if (text_at(one, "state") == "done" || n % 4 != 0) return;  // of those who are done with it one in four says how it was
    talk.ask(post_request("/api/v1/cases/" + text_at(one, "id") + "/rating", guardian_, R"({"stars":)" + std::to_string(3 + n / 4 % 3) + "}"));
    ++n_changes_;
  }

  // Who rents hands in the lease; the case has moved on by it.
  json::Value with_lease(Talk& talk, const json::Value& one) {
    const std::string place = "/api/v1/cases/" + text_at(one, "id");
    talk.ask(upload_request(place + "/files?file=lease&name=lease.pdf", guardian_, "application/octet-stream", "%PDF-1.4\n% lease of a season\n"),
             201);
    ++n_changes_;
    return talk.ask(get_request(place, guardian_));
  }

  json::Value decide(Talk& talk, json::Value one, int64_t n) {
    if (n % 200 == 0) {
      one = move(talk, one, principal_, "fix", R"(,"note":"请补充租赁合同编号")");
      ++n_changes_;
      one = talk.ask(patch_request("/api/v1/cases/" + text_at(one, "id"), guardian_,
                                   R"({"seq":)" + std::to_string(whole_at(one, "seq")) + R"(,"values":{"phone":"13900000000"}})"));
      one = move(talk, one, guardian_, "resend");
    }
    one = move(talk, one, principal_, "district", R"(,"values":{"opinion":"材料齐全"})");
    // The district offers a seat; where there is none it puts the child in line.
    const json::Value now = talk.ask(get_request("/api/v1/cases/" + text_at(one, "id"), district_));
    json::Value offered = move(talk, now, district_, "offered", "", 409);
    if (text_at(offered, "code").empty()) return offered;
    if (text_at(offered, "code") != "flows.no_place") give_up("no offer: " + text_at(offered, "code"));
    return move(talk, now, district_, "pooled");
  }

  // The rows in the warehouse, when all changes have reached it.
  std::vector<json::Value> settled_rows() {
    Talk talk(port_);
    for (size_t before = 0;;) {
      auto rows = rows_of(port_, city_, "enrol_app", "&filter=year:eq:" + year_);
      if (rows.size() == before) return rows;
      before = rows.size();
    }
  }

  static std::string utf8(char32_t c) {
    return {static_cast<char>(0xE0 | (c >> 12)), static_cast<char>(0x80 | (c >> 6 & 63)), static_cast<char>(0x80 | (c & 63))};
  }

  const std::string folder_;
  const int64_t n_;
  const size_t n_connections_;
  const Server& server_;
  const uint16_t port_;
  std::string city_, guardian_, principal_, district_, year_;
  std::vector<Catchment> own_, others_;
  std::map<std::string, int64_t> seats_;
  std::atomic<int64_t> next_ = 0, n_changes_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  const int64_t n = argc > 1 ? std::atoll(argv[1]) : 100'000;
  const std::string scale = argc > 2 ? argv[2] : "0.01";
  const auto n_connections = static_cast<size_t>(argc > 3 ? std::atoll(argv[3]) : 48);
  const std::string folder = (std::filesystem::current_path() / ("season_bench_" + std::to_string(::getpid()))).string();
  std::filesystem::create_directories(folder);
  {
    const std::string program = program_beside_me();
    make_city(program, folder, scale);
    const Server server(program, folder + "/data", folder + "/serve.log");
    Season season(folder, n, n_connections, server);
    season.prepare();
    season.run();
    season.tell();
  }
  std::filesystem::remove_all(folder);
  return 0;
}
