#include "galen/serve/socket_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "galen/serve/conversation.h"
#include "galen/serve/outbox.h"
#include "galen/serve/socket_address.h"

namespace galen::serve {
namespace {

constexpr std::uint64_t the_listener = 0, the_bell = 1, first_client = 2;
constexpr rlim_t other_descriptors = 64;  // for files, sinks, networks

double seconds_since(Clock::time_point then) {
  return std::chrono::duration<double>(Clock::now() - then).count();
}

std::string name_of_peer(const sockaddr_storage& peer, std::uint64_t id) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (peer.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(peer);
    ::inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
    return fmt::format("{}:{}", text.data(), ntohs(v4.sin_port));
  }
  if (peer.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(peer);
    ::inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
    return fmt::format("[{}]:{}", text.data(), ntohs(v6.sin6_port));
  }
  return fmt::format("client {}", id - first_client + 1);
}

// Allows as many descriptors as the system lets this process have; returns how many may be connections.
std::size_t raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur > other_descriptors ? limit.rlim_cur - other_descriptors : 1;
}

// Leaves the low descriptors to libmosquitto: its loop uses pselect, and ends for good with one of FD_SETSIZE or more.
Descriptor moved_up(Descriptor socket) {
  const int high = ::fcntl(socket.get(), F_DUPFD_CLOEXEC, FD_SETSIZE);
  return high < 0 ? std::move(socket) : Descriptor(high);
}

// A peer that has vanished is noticed within a minute. No effect on a Unix socket.
void set_up(int socket) {
  const auto set = [&](int level, int option, int value) { ::setsockopt(socket, level, option, &value, sizeof value); };
  set(IPPROTO_TCP, TCP_NODELAY, 1);
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, 30);   // seconds
  set(IPPROTO_TCP, TCP_KEEPINTVL, 10);  // seconds
  set(IPPROTO_TCP, TCP_KEEPCNT, 3);
  set(IPPROTO_TCP, TCP_USER_TIMEOUT, 60'000);  // ms until unacknowledged data end the connection
}

struct Client {
  Descriptor socket;
  std::string name;
  std::shared_ptr<Outbox> outbox;
  std::unique_ptr<Conversation> conversation;
  Clock::time_point since;
  bool leaving = false;      // dropped: the last line to it is still sent
  bool input_ended = false;  // it has stopped sending: its patient's notices are still sent for a second
};

}  // namespace

struct SocketServer::Listening {
  std::string address;
  Descriptor socket;
};

class SocketServer::Loop {
 public:
  Loop(Hub& hub, const Listening& listening, const ServerLimits& limits)
      : hub_(hub), listening_(listening), limits_(limits), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    limits_.connections = std::min(limits_.connections, raise_descriptor_limit());
    watch(listening_.socket.get(), the_listener, EPOLLIN, EPOLL_CTL_ADD);
    watch(bell_->descriptor(), the_bell, EPOLLIN, EPOLL_CTL_ADD);
  }

  void run() {
    std::array<epoll_event, 256> events{};
    while (!stop_requested()) {
      const int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), 200);
      for (int i = 0; i < count; ++i) {
        const epoll_event& event = events[static_cast<std::size_t>(i)];
        const std::uint64_t id = event.data.u64;
        if (id == the_listener)
          accept_all();
        else if (id == the_bell)
          for (const std::uint64_t client : bell_->answer()) write_to(client);
        else
          serve(id, event.events);
      }
      look_after();
    }
  }

 private:
  void watch(int fd, std::uint64_t id, std::uint32_t events, int operation) {
    epoll_event event{};
    event.events = events;
    event.data.u64 = id;
    ::epoll_ctl(epoll_.get(), operation, fd, &event);
  }

  void accept_all() {
    while (true) {
      sockaddr_storage peer{};
      socklen_t size = sizeof peer;
      Descriptor socket(
          ::accept4(listening_.socket.get(), reinterpret_cast<sockaddr*>(&peer), &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
      if (socket.get() < 0) {
        if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED) {  // those who call wait; tried again later
          not_accepted_ = errno;
          watch(listening_.socket.get(), the_listener, 0, EPOLL_CTL_MOD);
        }
        return;
      }
      if (clients_.size() >= limits_.connections) {
        const std::string line = fmt::format("error refused: {} connections are open already\n", clients_.size());
        (void)::send(socket.get(), line.data(), line.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        ++refused_;
        continue;
      }
      admit(std::move(socket), peer);
    }
  }

  void admit(Descriptor accepted, const sockaddr_storage& peer) {
    Descriptor socket = moved_up(std::move(accepted));
    set_up(socket.get());
    const std::uint64_t id = next_id_++;
    Client client;
    client.name = name_of_peer(peer, id);
    client.outbox = std::make_shared<Outbox>(bell_, id, limits_.unread_bytes);
    client.conversation =
        std::make_unique<Conversation>(hub_, client.name, ConversationSettings{},
                                       [outbox = client.outbox](const std::string& line) { outbox->put(line); });
    client.since = Clock::now();
    watch(socket.get(), id, EPOLLIN | EPOLLRDHUP, EPOLL_CTL_ADD);
    client.socket = std::move(socket);
    clients_.emplace(id, std::move(client));
  }

  void serve(std::uint64_t id, std::uint32_t events) {
    const auto found = clients_.find(id);
    if (found == clients_.end()) return;
    if (found->second.input_ended && (events & (EPOLLHUP | EPOLLERR)) != 0) {
      clients_.erase(found);
      return;
    }
    if ((events & EPOLLOUT) != 0) write_to(id);
    if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) read_from(id);
  }

  // One read per round, so that no client takes the others' time.
  void read_from(std::uint64_t id) {
    const auto found = clients_.find(id);
    if (found == clients_.end()) return;
    Client& client = found->second;
    const ssize_t count = ::recv(client.socket.get(), bytes_.data(), bytes_.size(), MSG_DONTWAIT);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count < 0) {
      clients_.erase(found);
      return;
    }
    if (count == 0) {
      client.conversation.reset();
      client.input_ended = true;
      client.since = Clock::now();
      return write_to(id);
    }
    if (client.leaving) return;
    if (!client.conversation->feed({bytes_.data(), static_cast<std::size_t>(count)}, Clock::now())) let_go(id, client);
  }

  // Sends the last line, then ends the connection.
  void let_go(std::uint64_t id, Client& client) {
    client.conversation.reset();
    client.leaving = true;
    client.since = Clock::now();
    write_to(id);
  }

  void write_to(std::uint64_t id) {
    const auto found = clients_.find(id);
    if (found == clients_.end()) return;
    Client& client = found->second;
    const bool sound = client.outbox->send(client.socket.get());
    if (client.outbox->full()) {
      hub_.say(fmt::format("{}: dropped: it does not read, {} bytes wait", client.name, limits_.unread_bytes));
      clients_.erase(found);
    } else if (!sound || (client.leaving && !client.input_ended && client.outbox->empty())) {
      if (sound) ::shutdown(client.socket.get(), SHUT_WR);
      clients_.erase(found);
    } else {
      const std::uint32_t in = client.input_ended ? 0u : EPOLLIN | EPOLLRDHUP;
      const std::uint32_t out = client.outbox->empty() ? 0u : static_cast<std::uint32_t>(EPOLLOUT);
      watch(client.socket.get(), id, in | out, EPOLL_CTL_MOD);
    }
  }

  // Once a second: reports connections that were refused or must wait, drops clients that opened no patient, and ends
  // connections that were dropped or stopped sending.
  void look_after() {
    if (seconds_since(looked_) < 1) return;
    looked_ = Clock::now();
    if (refused_ > 0) {
      hub_.say(fmt::format("{}: refused {} connections: {} are open already", listening_.address, refused_,
                           clients_.size()));
      refused_ = 0;
    }
    if (not_accepted_ != 0) {
      const bool no_descriptors = not_accepted_ == EMFILE || not_accepted_ == ENFILE;
      hub_.say(fmt::format("{}: connections wait: {}", listening_.address,
                           no_descriptors ? "no file descriptors are left; raise the limit of open files"
                                          : std::strerror(not_accepted_)));
      not_accepted_ = 0;
      watch(listening_.socket.get(), the_listener, EPOLLIN, EPOLL_CTL_MOD);
    }
    std::vector<std::uint64_t> late;
    for (auto client = clients_.begin(); client != clients_.end();) {
      const double seconds = seconds_since(client->second.since);
      if ((client->second.leaving || client->second.input_ended) && seconds > 1) {
        client = clients_.erase(client);
        continue;
      }
      if (client->second.conversation && !client->second.conversation->spoke() && seconds > limits_.opening_seconds) {
        late.push_back(client->first);
      }
      ++client;
    }
    for (const std::uint64_t id : late) {
      Client& client = clients_.at(id);
      hub_.say(fmt::format("{}: dropped: it opened no patient in {:.0f} s", client.name, limits_.opening_seconds));
      client.outbox->put(fmt::format("error dropped: no patient was opened in {:.0f} s\n", limits_.opening_seconds));
      let_go(id, client);
    }
  }

  Hub& hub_;
  const Listening& listening_;
  ServerLimits limits_;
  Descriptor epoll_;
  std::shared_ptr<Bell> bell_ = std::make_shared<Bell>();
  std::map<std::uint64_t, Client> clients_;
  std::uint64_t next_id_ = first_client, refused_ = 0;
  int not_accepted_ = 0;  // why accept4 failed (errno); the listener is not watched until look_after()
  Clock::time_point looked_ = Clock::now();
  std::array<char, 64 << 10> bytes_{};
};

SocketServer::SocketServer(const std::string& address, const ServerLimits& limits)
    : listening_(std::make_unique<Listening>(Listening{address, listen_at(address)})), limits_(limits) {}

SocketServer::~SocketServer() {
  if (listening_->address.starts_with("unix:")) ::unlink(listening_->address.c_str() + 5);
}

void SocketServer::run(Hub& hub) {
  Loop(hub, *listening_, limits_).run();
}

int SocketServer::port() const {
  return port_of(listening_->socket);
}

}  // namespace galen::serve
