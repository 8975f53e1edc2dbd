// What Swift's Glibc module lacks: Linux calls with no Swift spelling, and macros it cannot import.
//
// One convention: a call that fails returns -errno, so that no caller has to read a thread-local
// variable afterwards. Every descriptor is made non-blocking and close-on-exec.
//
// No feature macro here: _GNU_SOURCE renames members of libc's structs, and then a module that
// imports this header disagrees with Swift's Glibc about them.
#ifndef CSYSTEM_H
#define CSYSTEM_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>

// The other end of a TCP connection. IPv4 is kept as an IPv4-mapped IPv6 address
// (RFC 4291 2.5.5.2).
struct csys_peer {
  uint8_t address[16];
};

// One ready descriptor: what epoll_event holds, without its packed layout.
struct csys_event {
  uint64_t id;
  uint32_t events;
};

// What every accepted socket inherits from its listener.
struct csys_tcp_options {
  uint32_t user_timeout_ms;
  uint32_t notsent_lowat_bytes;
};

enum {
  csys_readable = EPOLLIN, csys_writable = EPOLLOUT, csys_failed = EPOLLERR | EPOLLHUP
};
enum { csys_batch = 256, csys_iovecs = 64 };

// -EADDRINUSE where somebody listens on `port` already. With SO_REUSEPORT alone a second program of
// the same user would get a share of the connections, and neither would notice.
int csys_check_free(const char *address, uint16_t port);
// `address` is numeric, IPv4 or IPv6. SO_REUSEPORT, so that every shard has its own accept queue.
int csys_listen(
  const char *address, uint16_t port, int backlog, const struct csys_tcp_options *options);
// The port that the kernel chose for a listener on port 0.
int csys_bound_port(int listener);
int csys_accept(int listener, struct csys_peer *peer);
// Writes at most 46 bytes with the zero at the end.
void csys_peer_text(const struct csys_peer *peer, char *text);

// Never raise SIGPIPE.
long csys_send(int fd, const void *bytes, size_t count);
long csys_writev(int fd, const struct iovec *parts, int count);
long csys_recv(int fd, void *bytes, size_t capacity);
int csys_shutdown_write(int fd);
int csys_close(int fd);
// Any descriptor at all: held back so that one is left when the process has run out of them.
int csys_reserve_descriptor(void);

int csys_epoll_create(void);
int csys_epoll_add(int epoll, int fd, uint32_t events, uint64_t id);
int csys_epoll_modify(int epoll, int fd, uint32_t events, uint64_t id);
int csys_epoll_remove(int epoll, int fd);
// Waits for at least one event. `events` has room for csys_batch of them.
int csys_epoll_wait(int epoll, struct csys_event *events);

// Gives memory that nobody uses back to the system. Free memory within the heaps of all threads, too.
void csys_trim_heaps(void);
// Has freed memory stay at hand: blocks of up to 8 MiB come from the heap, and up to 16 MiB at the
// end of each heap stay there. Otherwise every array of over 128 KiB may be pages that the system
// has to clear first, which takes longer than what most of them are for. To be called once, first.
void csys_keep_heaps(void);

// CLOCK_MONOTONIC.
uint64_t csys_now_ns(void);
int csys_timer_create(void);
// Fires once at `deadline_ns` of csys_now_ns; 0 disarms.
int csys_timer_arm(int timer, uint64_t deadline_ns);
void csys_timer_clear(int timer);

#endif
