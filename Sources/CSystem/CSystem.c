#define _GNU_SOURCE  // accept4
#include "CSystem.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <malloc.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static int result(int value) { return value < 0 ? -errno : value; }

static int set_int(int fd, int level, int name, int value) {
  return setsockopt(fd, level, name, &value, sizeof value);
}

static socklen_t parse_address(const char *address, uint16_t port, struct sockaddr_storage *out) {
  memset(out, 0, sizeof *out);
  struct sockaddr_in *v4 = (struct sockaddr_in *)out;
  struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;
  if (inet_pton(AF_INET, address, &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    return sizeof *v4;
  }
  if (inet_pton(AF_INET6, address, &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    return sizeof *v6;
  }
  return 0;
}

// Linux copies TCP options from the listener to what it accepts: set once here, no call per accept.
static int tune(int fd, const struct csys_tcp_options *options) {
  if (set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1) < 0) return -1;
  if (set_int(fd, SOL_SOCKET, SO_REUSEPORT, 1) < 0) return -1;
  if (set_int(fd, IPPROTO_TCP, TCP_NODELAY, 1) < 0) return -1;
  if (set_int(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, (int)options->user_timeout_ms) < 0) return -1;
  return set_int(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, (int)options->notsent_lowat_bytes);
}

int csys_check_free(const char *address, uint16_t port) {
  struct sockaddr_storage storage;
  socklen_t length = parse_address(address, port, &storage);
  if (length == 0) return -EINVAL;
  int fd = socket(storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -errno;
  int v6 = storage.ss_family == AF_INET6;
  int failed = (v6 && set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1) < 0) ||
               set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1) < 0 ||
               bind(fd, (struct sockaddr *)&storage, length) < 0;
  int error = failed ? errno : 0;
  close(fd);
  return -error;
}

int csys_listen(
  const char *address, uint16_t port, int backlog, const struct csys_tcp_options *options) {
  struct sockaddr_storage storage;
  socklen_t length = parse_address(address, port, &storage);
  if (length == 0) return -EINVAL;
  int fd = socket(storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -errno;
  // "::" means IPv6 only, so that the same port can be bound on "0.0.0.0" as well.
  int v6 = storage.ss_family == AF_INET6;
  if ((v6 && set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1) < 0) || tune(fd, options) < 0 ||
      bind(fd, (struct sockaddr *)&storage, length) < 0 || listen(fd, backlog) < 0) {
    int error = errno;
    close(fd);
    return -error;
  }
  return fd;
}

int csys_bound_port(int listener) {
  struct sockaddr_storage storage;
  socklen_t length = sizeof storage;
  if (getsockname(listener, (struct sockaddr *)&storage, &length) < 0) return -errno;
  if (storage.ss_family == AF_INET6) return ntohs(((struct sockaddr_in6 *)&storage)->sin6_port);
  return ntohs(((struct sockaddr_in *)&storage)->sin_port);
}

int csys_accept(int listener, struct csys_peer *peer) {
  struct sockaddr_storage storage;
  socklen_t length = sizeof storage;
  int fd = accept4(listener, (struct sockaddr *)&storage, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) return -errno;
  memset(peer, 0, sizeof *peer);
  if (storage.ss_family == AF_INET6) {
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&storage;
    memcpy(peer->address, &v6->sin6_addr, 16);
  } else {
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)&storage;
    peer->address[10] = peer->address[11] = 0xff;
    memcpy(peer->address + 12, &v4->sin_addr, 4);
  }
  return fd;
}

void csys_peer_text(const struct csys_peer *peer, char *text) {
  static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  int v4 = memcmp(peer->address, mapped, sizeof mapped) == 0;
  text[0] = 0;
  inet_ntop(v4 ? AF_INET : AF_INET6, peer->address + (v4 ? 12 : 0), text, INET6_ADDRSTRLEN);
}

long csys_send(int fd, const void *bytes, size_t count) {
  ssize_t sent = send(fd, bytes, count, MSG_NOSIGNAL);
  return sent < 0 ? -errno : sent;
}

long csys_writev(int fd, const struct iovec *parts, int count) {
  struct msghdr message = {.msg_iov = (struct iovec *)parts, .msg_iovlen = (size_t)count};
  ssize_t sent = sendmsg(fd, &message, MSG_NOSIGNAL);
  return sent < 0 ? -errno : sent;
}

long csys_recv(int fd, void *bytes, size_t capacity) {
  ssize_t received = recv(fd, bytes, capacity, 0);
  return received < 0 ? -errno : received;
}

int csys_shutdown_write(int fd) { return result(shutdown(fd, SHUT_WR)); }

// Linux frees the descriptor even where close is interrupted: never call it twice.
int csys_close(int fd) { return result(close(fd)); }

int csys_reserve_descriptor(void) { return result(open("/dev/null", O_RDONLY | O_CLOEXEC)); }

int csys_epoll_create(void) { return result(epoll_create1(EPOLL_CLOEXEC)); }

static int control(int epoll, int operation, int fd, uint32_t events, uint64_t id) {
  struct epoll_event event = {.events = events, .data.u64 = id};
  return result(epoll_ctl(epoll, operation, fd, &event));
}

int csys_epoll_add(int epoll, int fd, uint32_t events, uint64_t id) {
  return control(epoll, EPOLL_CTL_ADD, fd, events, id);
}

int csys_epoll_modify(int epoll, int fd, uint32_t events, uint64_t id) {
  return control(epoll, EPOLL_CTL_MOD, fd, events, id);
}

int csys_epoll_remove(int epoll, int fd) { return control(epoll, EPOLL_CTL_DEL, fd, 0, 0); }

int csys_epoll_wait(int epoll, struct csys_event *events) {
  struct epoll_event ready[csys_batch];
  int count = epoll_wait(epoll, ready, csys_batch, -1);
  if (count < 0) return -errno;
  for (int i = 0; i < count; i++) {
    events[i].id = ready[i].data.u64;
    events[i].events = ready[i].events;
  }
  return count;
}

uint64_t csys_now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

int csys_timer_create(void) {
  return result(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
}

int csys_timer_arm(int timer, uint64_t deadline_ns) {
  struct itimerspec when = {0};
  when.it_value.tv_sec = (time_t)(deadline_ns / 1000000000u);
  when.it_value.tv_nsec = (long)(deadline_ns % 1000000000u);
  return result(timerfd_settime(timer, TFD_TIMER_ABSTIME, &when, NULL));
}

void csys_timer_clear(int timer) {
  uint64_t expirations;
  ssize_t count = read(timer, &expirations, sizeof expirations);
  (void)count;
}

void csys_keep_heaps(void) {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 8 << 20);
  mallopt(M_TRIM_THRESHOLD, 16 << 20);
#endif
}

void csys_trim_heaps(void) {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}
