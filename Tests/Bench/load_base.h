// wsload: options, clocks, histograms, the CPU and memory of the server under load, encoders.
#pragma once
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

typedef uint8_t u8;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int64_t i64;

// ---------------------------------------------------------------- options
enum { MODE_RELAY, MODE_YJS, MODE_AWARE, MODE_IDLE };
enum { PROTO_YWS, PROTO_HOCUS };
static int o_port = 1234, o_conns = 100, o_rooms = 1, o_senders = 10, o_mode = MODE_YJS,
           o_proto = PROTO_YWS;
static int o_joins = 0, o_random = 0, o_inflight = 128, o_nopid = 1, o_textpad = 0, o_noise = 0,
           o_idle_relay = 0;
static double o_rate = 10, o_secs = 10, o_drain = 5, o_settle = 0.5, o_hold = 0,
              o_connect_timeout = 60;
static long o_count = 0; // messages per sender; 0 = rate*secs
static u32 o_pid = 0;
static const char *o_prefix = "", *o_room = "room", *o_label = "", *o_dump = NULL;
// Connections take them in turn: a token each for so many people.
static const char *o_queries[256] = {""};
static int o_query_count = 0;
static u64 o_t0 = 0; // CLOCK_MONOTONIC ns of the server's spawn (cold open)

// ---------------------------------------------------------------- helpers
static inline u64 now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (u64)t.tv_sec * 1000000000ull + t.tv_nsec;
}
static u64 rs = 0x9E3779B97F4A7C15ull;
static inline u64 rnd(void) {
  rs ^= rs << 13;
  rs ^= rs >> 7;
  rs ^= rs << 17;
  return rs;
}
static void die(const char *m) {
  fprintf(stderr, "wsload: %s (%s)\n", m, strerror(errno));
  exit(2);
}

static u64 rs2 = 0xD1B54A32D192ED03ull; // content choices: the same document for every peer,
                                        // whatever the frame count
static inline u64 rnd2(void) {
  rs2 ^= rs2 << 13;
  rs2 ^= rs2 >> 7;
  rs2 ^= rs2 << 17;
  return rs2;
}

// histogram: 10 us buckets to 1 s, 1 ms buckets to 100 s
#define H1 100000
#define H2 100000
typedef struct {
  u64 n;
  u32 a[H1];
  u32 b[H2];
  u64 max;
  double sum;
} hist;
static void h_add(hist *h, u64 us) {
  h->n++;
  h->sum += us;
  if (us > h->max) h->max = us;
  if (us < 1000000) h->a[us / 10]++;
  else {
    u64 k = us / 1000;
    if (k >= H2) k = H2 - 1;
    h->b[k]++;
  }
}
static double h_pct(hist *h, double p) { // ms
  if (!h->n) return 0;
  u64 want = (u64)(p * h->n), s = 0;
  if (want >= h->n) want = h->n - 1;
  for (int i = 0; i < H1; i++) {
    s += h->a[i];
    if (s > want) return (i + 0.5) / 100.0;
  }
  for (int i = 0; i < H2; i++) {
    s += h->b[i];
    if (s > want) return i + 0.5;
  }
  return h->max / 1000.0;
}
static hist H, HLAG;

// ---------------------------------------------------------------- server process accounting
typedef struct {
  double cpu, sys;
  long rss_kib;
  int nproc, nthr;
} pstat;
static double g_sys;
static int read_stat(u32 pid, u32 *ppid, double *cpu, int *thr) {
  char p[64], b[1024];
  snprintf(p, sizeof p, "/proc/%u/stat", pid);
  int fd = open(p, O_RDONLY);
  if (fd < 0) return -1;
  ssize_t n = read(fd, b, sizeof b - 1);
  close(fd);
  if (n <= 0) return -1;
  b[n] = 0;
  char *q = strrchr(b, ')');
  if (!q) return -1;
  char st;
  unsigned pp;
  unsigned long ut, stt;
  long cut, cst, prio, nice, nth;
  if (sscanf(q + 2, "%c %u %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %ld %ld %ld %ld %ld", &st,
             &pp, &ut, &stt, &cut, &cst, &prio, &nice, &nth) != 9)
    return -1;
  g_sys = (double)stt / sysconf(_SC_CLK_TCK);
  *ppid = pp;
  *cpu = (double)(ut + stt) / sysconf(_SC_CLK_TCK);
  if (thr) *thr = nth;
  return 0;
}
static long read_rss(u32 pid) {
  char p[64], b[256];
  snprintf(p, sizeof p, "/proc/%u/statm", pid);
  int fd = open(p, O_RDONLY);
  if (fd < 0) return 0;
  ssize_t n = read(fd, b, sizeof b - 1);
  close(fd);
  if (n <= 0) return 0;
  b[n] = 0;
  long a, r;
  if (sscanf(b, "%ld %ld", &a, &r) != 2) return 0;
  return r * (sysconf(_SC_PAGESIZE) / 1024);
}
static pstat server_stat(void) {
  pstat s = {0};
  if (!o_pid) return s;
  u32 set[256];
  int n = 1;
  set[0] = o_pid; // closure over descendants
  u32 all[8192], par[8192];
  int m = 0;
  DIR *d = opendir("/proc");
  struct dirent *e;
  double c;
  int th;
  while (d && (e = readdir(d))) {
    u32 p = atoi(e->d_name);
    if (!p) continue;
    u32 pp;
    if (!read_stat(p, &pp, &c, &th) && m < 8192) {
      all[m] = p;
      par[m++] = pp;
    }
  }
  if (d) closedir(d);
  for (int i = 0; i < n; i++)
    for (int j = 0; j < m; j++)
      if (par[j] == set[i] && n < 256) set[n++] = all[j];
  for (int i = 0; i < n; i++) {
    u32 pp;
    if (!read_stat(set[i], &pp, &c, &th)) {
      s.cpu += c;
      s.sys += g_sys;
      s.nproc++;
      s.nthr += th;
      s.rss_kib += read_rss(set[i]);
    }
  }
  return s;
}
static double self_cpu(void) {
  struct rusage r;
  getrusage(RUSAGE_SELF, &r);
  return r.ru_utime.tv_sec + r.ru_stime.tv_sec + (r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}

// ---------------------------------------------------------------- encoders
static inline int put_var(u8 *p, u64 v) {
  int n = 0;
  while (v > 127) {
    p[n++] = 0x80 | (v & 127);
    v >>= 7;
  }
  p[n++] = v;
  return n;
}
static int get_var(const u8 *p, size_t len, u64 *v) {
  u64 r = 0;
  int s = 0;
  for (size_t i = 0; i < len && i < 10; i++) {
    r |= (u64)(p[i] & 127) << s;
    s += 7;
    if (!(p[i] & 128)) {
      *v = r;
      return i + 1;
    }
  }
  return -1;
}
static const char B64[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-";
static int8_t D64[256];
static inline void enc64(u8 *p, u64 v, int n) {
  for (int i = n - 1; i >= 0; i--) {
    p[i] = B64[v & 63];
    v >>= 6;
  }
}
static inline i64 dec64(const u8 *p, int n) {
  u64 v = 0;
  for (int i = 0; i < n; i++) {
    int8_t d = D64[p[i]];
    if (d < 0) return -1;
    v = v << 6 | d;
  }
  return v;
}
// token: '~' '#' sender(3) seq(5) time_us(8) '$'  = 19 ASCII bytes
#define TOK 19
static inline void put_tok(u8 *p, u32 sender, u32 seq, u64 us) {
  p[0] = '~';
  p[1] = '#';
  enc64(p + 2, sender, 3);
  enc64(p + 5, seq, 5);
  enc64(p + 10, us & ((1ull << 48) - 1), 8);
  p[18] = '$';
}

