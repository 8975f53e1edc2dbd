// wsload: connections, frames and the Yjs messages that a client sends.
#pragma once
#include "load_base.h"
// ---------------------------------------------------------------- connections
enum { C_NEW, C_CONNECTING, C_UPGRADE, C_OPEN, C_DEAD };
typedef struct conn {
  int fd, id, room, sender, state, synced, authed, join;
  u8 *in;
  u32 inlen, incap; // partial input
  u8 *out;
  u32 outpos, outlen, outcap;
  int want_out, dirty;
  u32 client; // yjs client id
  u64 clock;
  u32 seq, aclock; // next clock, next message
  u32 *last;       // last seq seen per sender slot in the room
  u64 t_start, t_step1, t_sync, sync_bytes;
  u8 name[64];
  int namelen; // varstring(doc) prefix for hocuspocus
} conn;
static conn *C;
static int ep;
static int n_open, n_synced, n_dead;
static u64 st_sent, st_deliv, st_echo, st_dup, st_frames, st_bytes, st_foreign, st_pings,
    st_upd_frames, st_multi, st_status;
static u64 st_maxout;
static int measuring;
static u64 t_base; // token times are us since t_base
static conn **dirty;
static int ndirty;
static u8 shared[1 << 18];

static void c_flush(conn *c) {
  while (c->outpos < c->outlen) {
    ssize_t n = send(c->fd, c->out + c->outpos, c->outlen - c->outpos, MSG_NOSIGNAL);
    if (n < 0) {
      if (errno == EAGAIN) break;
      if (errno == EINTR) continue;
      if (c->state != C_DEAD) {
        c->state = C_DEAD;
        n_dead++;
        epoll_ctl(ep, EPOLL_CTL_DEL, c->fd, NULL);
      }
      return;
    }
    c->outpos += n;
  }
  int want = c->outpos < c->outlen;
  if (!want) c->outpos = c->outlen = 0;
  if (want != c->want_out) {
    struct epoll_event e = {.events = EPOLLIN | (want ? EPOLLOUT : 0), .data.ptr = c};
    epoll_ctl(ep, EPOLL_CTL_MOD, c->fd, &e);
    c->want_out = want;
  }
}
static u8 *c_reserve(conn *c, u32 n) {
  if (c->outpos && c->outpos == c->outlen) c->outpos = c->outlen = 0;
  if (c->outlen + n > c->outcap) {
    if (c->outpos) {
      memmove(c->out, c->out + c->outpos, c->outlen - c->outpos);
      c->outlen -= c->outpos;
      c->outpos = 0;
    }
    if (c->outlen + n > c->outcap) {
      u32 k = c->outcap ? c->outcap * 2 : 512;
      while (k < c->outlen + n) k *= 2;
      c->out = realloc(c->out, k);
      if (!c->out) die("oom");
      c->outcap = k;
    }
  }
  return c->out + c->outlen;
}
// append one masked frame (opcode) with payload; flushes later via the dirty list
static void c_frame(conn *c, int op, const u8 *pl, u32 n) {
  u8 *p = c_reserve(c, n + 14);
  int h = 2;
  p[0] = 0x80 | op;
  if (n < 126) p[1] = 0x80 | n;
  else if (n < 65536) {
    p[1] = 0x80 | 126;
    p[2] = n >> 8;
    p[3] = n;
    h = 4;
  } else {
    p[1] = 0x80 | 127;
    for (int i = 0; i < 8; i++) p[2 + i] = (u64)n >> (56 - 8 * i);
    h = 10;
  }
  u32 k = (u32)(rnd() >> 16) | 1;
  memcpy(p + h, &k, 4);
  h += 4;
  u8 *q = p + h;
  u32 i = 0;
  u64 kk = (u64)k << 32 | k;
  for (; i + 8 <= n; i += 8) {
    u64 v;
    memcpy(&v, pl + i, 8);
    v ^= kk;
    memcpy(q + i, &v, 8);
  }
  for (; i < n; i++) q[i] = pl[i] ^ ((u8 *)&k)[i & 3];
  c->outlen += h + n;
  if (c->outlen - c->outpos > st_maxout) st_maxout = c->outlen - c->outpos;
  if (!c->dirty) {
    c->dirty = 1;
    dirty[ndirty++] = c;
  }
}
static void flush_dirty(void) {
  for (int i = 0; i < ndirty; i++) {
    conn *c = dirty[i];
    c->dirty = 0;
    if (c->state == C_OPEN || c->state == C_UPGRADE) c_flush(c);
  }
  ndirty = 0;
}

static void c_msg(conn *c, const u8 *pl, u32 n) { // with the hocuspocus document prefix when needed
  if (o_proto == PROTO_HOCUS) {
    u8 b[1024];
    memcpy(b, c->name, c->namelen);
    memcpy(b + c->namelen, pl, n);
    c_frame(c, 2, b, n + c->namelen);
  } else c_frame(c, 2, pl, n);
}
static void send_step1(conn *c) {
  u8 b[] = {0, 0, 1, 0};
  c_msg(c, b, 4);
}
static void send_step2_empty(conn *c) {
  u8 b[] = {0, 1, 2, 0, 0};
  c_msg(c, b, 5);
}
static void send_auth(conn *c) {
  u8 b[64];
  int n = 0;
  b[n++] = 2;
  b[n++] = 0;
  n += put_var(b + n, 5);
  memcpy(b + n, "token", 5);
  n += 5;
  n += put_var(b + n, 5);
  memcpy(b + n, "4.5.0", 5);
  n += 5;
  c_msg(c, b, n);
}

static void send_update(conn *c, u64 us) {
  u8 u[256], m[300];
  int n = 0;
  n += put_var(u + n, 1);
  n += put_var(u + n, 1);
  n += put_var(u + n, c->client);
  n += put_var(u + n, c->clock);
  int len = TOK + o_textpad;
  if (!c->clock) {
    u[n++] = 4;
    u[n++] = 1;
    u[n++] = 1;
    u[n++] = 't';
  } else if (o_random &&
             (rnd2() & 1)) { // between two once adjacent characters of one of our earlier items
    u64 j = rnd2() % (c->clock / len), off = rnd2() % (len - 1), a = j * len + off;
    u[n++] = 4 | 0x80 | 0x40;
    n += put_var(u + n, c->client);
    n += put_var(u + n, a);
    n += put_var(u + n, c->client);
    n += put_var(u + n, a + 1);
  } else {
    u[n++] = 4 | 0x80;
    n += put_var(u + n, c->client);
    n += put_var(u + n, c->clock - 1);
  }
  n += put_var(u + n, len);
  put_tok(u + n, c->id, c->seq, us);
  n += TOK;
  memset(u + n, 'x', o_textpad);
  n += o_textpad;
  u[n++] = 0;
  c->clock += len;
  c->seq++;
  int k = 0;
  m[k++] = 0;
  m[k++] = 2;
  k += put_var(m + k, n);
  memcpy(m + k, u, n);
  k += n;
  c_msg(c, m, k);
  st_sent++;
}
static void send_aware(conn *c, u64 us) {
  u8 js[256], u[320], m[400];
  char t[TOK + 1];
  put_tok((u8 *)t, c->id, c->seq, us);
  t[TOK] = 0;
  int jl = snprintf((char *)js, sizeof js,
                    "{\"user\":{\"name\":\"user "
                    "%d\",\"color\":\"#30bced\"},\"cursor\":{\"anchor\":\"%s\",\"head\":%u}}",
                    c->id, t, c->seq);
  int n = 0;
  n += put_var(u + n, 1);
  n += put_var(u + n, c->client);
  n += put_var(u + n, ++c->aclock);
  n += put_var(u + n, jl);
  memcpy(u + n, js, jl);
  n += jl;
  int k = 0;
  m[k++] = 1;
  k += put_var(m + k, n);
  memcpy(m + k, u, n);
  k += n;
  c_msg(c, m, k);
  c->seq++;
  st_sent++;
}

