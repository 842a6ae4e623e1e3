#include "galen/serve/socket_server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>

#include "galen/serve/fake_session_test.h"
#include "galen/serve/socket_address.h"

namespace galen::serve {
namespace {

class Sender {
 public:
  // before: called when there is a socket, before it is connected.
  explicit Sender(int port, const std::function<void()>& before = [] {}) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    before();
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(static_cast<std::uint16_t>(port));
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected = ::connect(socket_.get(), reinterpret_cast<sockaddr*>(&where), sizeof where) == 0;
  }
  explicit Sender(const std::string& path) : socket_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un where{};
    where.sun_family = AF_UNIX;
    path.copy(where.sun_path, path.size());
    connected = ::connect(socket_.get(), reinterpret_cast<sockaddr*>(&where), sizeof where) == 0;
  }
  bool send(const std::string& text) const {
    return ::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL) == std::ssize(text);
  }
  // What was received, once it contains the word or the other side has hung up; at most 20 s.
  std::string hear(const std::string& word) {
    timeval patience{20, 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    std::array<char, 4096> bytes{};
    while (heard_.find(word) == std::string::npos) {
      const ssize_t count = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
      if (count <= 0) break;
      heard_.append(bytes.data(), static_cast<std::size_t>(count));
    }
    return heard_;
  }
  bool hung_up() { return hear("\x01never").find("\x01never") == std::string::npos; }
  void hang_up() { socket_ = Descriptor(); }
  bool connected = false;

 private:
  Descriptor socket_;
  std::string heard_;
};

class Server : public ::testing::Test {
 protected:
  void start(const ServerLimits& limits = {}, const HubSettings& settings = {},
             const std::string& at = "tcp:127.0.0.1:0") {
    ward = std::make_unique<FakeWard>(settings);
    server = std::make_unique<SocketServer>(at, limits);
    thread = std::thread([this] { server->run(*ward->hub); });
  }
  void TearDown() override {
    request_stop();
    if (thread.joinable()) thread.join();
    clear_stop();
  }
  bool said(const std::string& word) {
    return soon([&] { return ward->said.has(word); });
  }
  std::unique_ptr<FakeWard> ward;
  std::unique_ptr<SocketServer> server;
  std::thread thread;
};

const std::string opening = "open bed-1 rate=100 channels=II:mV\n";

TEST_F(Server, APatientIsMonitoredAndTheSenderHearsOfIt) {
  start();
  Sender sender(server->port());
  ASSERT_TRUE(sender.send(opening + "s 0 0.1 1 0.2\ns 3 5 0.1 0.2\n"));
  const std::string heard = sender.hear("\"raised\"");
  EXPECT_EQ(heard.substr(0, 16), "ok opened bed-1\n");
  EXPECT_NE(heard.find("event {\"patient\":\"bed-1\",\"event\":\"beat\""), std::string::npos) << heard;
  Sender nurse(server->port());
  ASSERT_TRUE(nurse.send("ack vt bed-1\n"));
  EXPECT_NE(sender.hear("\"acknowledged\"").find("\"acknowledged\""), std::string::npos);
  ASSERT_TRUE(sender.send("off V9\n"));
  EXPECT_NE(sender.hear("V9").find("error line 4: off: names 'V9', which the stream does not have"), std::string::npos);
  ASSERT_TRUE(sender.send("close\n"));
  EXPECT_NE(sender.hear("\"closed\"").find("active alerts: vt"), std::string::npos);
}

TEST_F(Server, AGapOfOver10MinutesIsRefusedAndTheStreamGoesOn) {
  start();
  Sender sender(server->port());
  sender.send(opening + "s 0 0.1 0.2\ngap 601\ngap 600\ns 60002 1 0.1 0.2 0.1\n");
  const std::string heard = sender.hear("\"beat\"");
  EXPECT_NE(heard.find("error line 3: gap: is longer than 10 min; send on: the index or time"), std::string::npos);
  EXPECT_NE(heard.find("\"beat\""), std::string::npos) << heard;
}

// The server's ends, in this process, of connections to its port.
std::vector<int> accepted_at(int port) {
  std::vector<int> out;
  for (int fd = 0; fd < FD_SETSIZE + 64; ++fd) {
    sockaddr_in own{}, peer{};
    socklen_t size = sizeof own, peer_size = sizeof peer;
    if (::getsockname(fd, reinterpret_cast<sockaddr*>(&own), &size) != 0 || own.sin_family != AF_INET) continue;
    if (::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &peer_size) != 0) continue;
    if (ntohs(own.sin_port) == port) out.push_back(fd);
  }
  return out;
}

TEST_F(Server, ConnectionsLeaveTheLowDescriptorsAndAreWatched) {
  start();
  Sender sender(server->port());
  sender.send(opening);
  sender.hear("ok");
  const std::vector<int> accepted = accepted_at(server->port());
  ASSERT_EQ(accepted.size(), 1u);
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur > FD_SETSIZE) {
    EXPECT_GE(accepted[0], FD_SETSIZE);
  }
  int idle = 0, patience = 0;
  socklen_t size = sizeof idle;
  ::getsockopt(accepted[0], IPPROTO_TCP, TCP_KEEPIDLE, &idle, &size);
  ::getsockopt(accepted[0], IPPROTO_TCP, TCP_USER_TIMEOUT, &patience, &size);
  EXPECT_EQ(idle, 30);
  EXPECT_EQ(patience, 60'000);
}

TEST_F(Server, GarbageIsDroppedWithALine) {
  start();
  Sender http(server->port()), binary(server->port()), endless(server->port()), sloppy(server->port());
  http.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(http.hung_up());
  EXPECT_NE(http.hear("").find("error line 1: line: is no message"), std::string::npos) << http.hear("");
  binary.send(std::string("\x00\x01\xff\xfe\n", 5));
  EXPECT_TRUE(binary.hung_up());
  endless.send(std::string(100'000, 'x'));
  EXPECT_TRUE(endless.hung_up());
  EXPECT_TRUE(said("a line is longer than 65536 bytes"));
  sloppy.send(opening);
  for (int i = 0; i < 9; ++i) sloppy.send("s x\n");
  sloppy.send("s 0 1 0.2 0.1 0.2\n");
  EXPECT_NE(sloppy.hear("beat").find("\"beat\""), std::string::npos);  // a few wrong lines are forgiven
  sloppy.send("s x\n");
  EXPECT_TRUE(sloppy.hung_up());
  EXPECT_TRUE(said("dropped: line 12: samples: lack the index"));
}

TEST_F(Server, AClientThatDoesNotReadIsDroppedAndNobodyWaitsForIt) {
  ServerLimits limits;
  limits.unread_bytes = 10'000;
  start(limits);
  Sender lazy(server->port());
  lazy.send(opening);
  std::int64_t at = 0;
  for (bool open = true; open && !ward->said.has("does not read") && at < 30'000'000;) {
    std::string line = "s " + std::to_string(at);
    for (int i = 0; i < 500; ++i) line += " 1 0", at += 2;
    open = lazy.send(line + "\n");
  }
  EXPECT_TRUE(said("dropped: it does not read, 10000 bytes wait"));
  Sender other(server->port());
  other.send("open bed-2 rate=100 channels=II\n");
  EXPECT_NE(other.hear("ok").find("ok opened bed-2"), std::string::npos);
}

TEST_F(Server, MoreConnectionsThanTheLimitAreRefusedWithALine) {
  ServerLimits limits;
  limits.connections = 20;
  start(limits);
  std::vector<std::unique_ptr<Sender>> senders;
  for (int i = 0; i < 200; ++i) senders.push_back(std::make_unique<Sender>(server->port()));
  EXPECT_TRUE(senders.back()->connected);
  EXPECT_EQ(senders.back()->hear("open already"), "error refused: 20 connections are open already\n");
  EXPECT_TRUE(said("connections: 20 are open already"));
  senders[0]->send(opening);
  EXPECT_NE(senders[0]->hear("ok").find("ok opened"), std::string::npos);
}

TEST_F(Server, WithoutADescriptorLeftConnectionsWaitAndTheOperatorIsToldWhy) {
  start();
  Sender first(server->port());
  first.send(opening);
  first.hear("ok");
  rlimit usual{};
  ::getrlimit(RLIMIT_NOFILE, &usual);
  Sender second(server->port(), [&] {
    const rlimit none{.rlim_cur = 1, .rlim_max = usual.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &none);
  });
  EXPECT_TRUE(said("connections wait: no file descriptors are left; raise the limit"));
  ::setrlimit(RLIMIT_NOFILE, &usual);
  second.send("open bed-2 rate=100 channels=II\n");
  EXPECT_NE(second.hear("ok").find("ok opened bed-2"), std::string::npos);
  EXPECT_FALSE(ward->said.has("refused"));
}

TEST_F(Server, WhoOpensNoPatientIsDropped) {
  ServerLimits limits;
  limits.opening_seconds = 0.5;
  start(limits);
  Sender mute(server->port());
  EXPECT_TRUE(mute.hung_up());
  EXPECT_TRUE(said("dropped: it opened no patient"));
}

TEST_F(Server, ALostConnectionAlarmsAndANewOneGoesOn) {
  HubSettings settings;
  settings.silence_seconds = 0.2;
  start({}, settings);
  Sender first(server->port());
  first.send(opening + "s 0 0.1 0.2 0.3\n");
  first.hear("ok");
  Sender twin(server->port());
  twin.send(opening);
  EXPECT_NE(twin.hear("error").find("streams from elsewhere"), std::string::npos);
  first.hang_up();
  EXPECT_TRUE(soon([&] { return ward->heard->count("silence raised") == 1; }));
  Sender second(server->port());
  second.send(opening + "s 13 1 0.2 0.3\n");
  EXPECT_NE(second.hear("\"gap\"").find("ok resumed bed-1"), std::string::npos);
}

TEST_F(Server, ServesAUnixSocketAndReplacesADeadOne) {
  TemporaryFolder folder;
  const std::string path = (folder.path() / "galen.sock").string();
  start({}, {}, "unix:" + path);
  Sender sender(path);
  sender.send(opening);
  EXPECT_NE(sender.hear("ok").find("ok opened"), std::string::npos);
  EXPECT_THROW(listen_at("unix:" + path), Error);  // in use
  write_file(folder.path() / "file", "x");
  EXPECT_THROW(listen_at("unix:" + (folder.path() / "file").string()), Error);
  const std::string dead = (folder.path() / "dead.sock").string();
  {
    listen_at("unix:" + dead);
  }
  EXPECT_GE(listen_at("unix:" + dead).get(), 0);
}

TEST(SocketAddress, TellsAHostFromItsPort) {
  const auto words = [](const std::string& text) {
    const HostAndPort where = host_and_port(text);
    return where.host + " " + where.port.value_or("none");
  };
  EXPECT_EQ(words("localhost:7654"), "localhost 7654");
  EXPECT_EQ(words("localhost"), "localhost none");
  EXPECT_EQ(words("[::1]:7654"), "::1 7654");
  EXPECT_EQ(words("[fe80::2]"), "fe80::2 none");
  EXPECT_EQ(words("a:"), "a ");
}

TEST(SocketAddress, RefusesWhatIsNone) {
  for (const char* wrong : {"", "tcp:", "tcp:7654", "tcp::7654", "tcp:[::1]", "tcp:[]:1", "udp:localhost:1",
                            "tcp:localhost:http", "tcp:203.0.113.1:1", "unix:"}) {
    EXPECT_THROW(listen_at(wrong), Error) << wrong;
  }
}

}  // namespace
}  // namespace galen::serve
