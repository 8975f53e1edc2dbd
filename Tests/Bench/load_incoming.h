// wsload: what comes in: frames, messages, the tokens that measure latency; the event loop.
#pragma once
#include "load_connection.h"
static int synced_target;
static void on_synced(conn *c) {
  if (!c->synced) {
    c->synced = 1;
    n_synced++;
  }
}

static void scan_tokens(conn *c, const u8 *p, size_t n, u64 now_us) {
  const u8 *e = p + n;
  int k = 0;
  while ((size_t)(e - p) >= TOK && (p = memchr(p, '~', e - p - (TOK - 1)))) {
    if (p[1] != '#' || p[18] != '$') {
      p++;
      continue;
    }
    i64 s = dec64(p + 2, 3), q = dec64(p + 5, 5), t = dec64(p + 10, 8);
    if (s < 0 || q < 0 || t < 0 || s >= o_conns) {
      p++;
      continue;
    }
    p += TOK;
    if (C[s].room != c->room) {
      st_foreign++;
      continue;
    }
    if (s == c->id) {
      st_echo++;
      continue;
    }
    u32 slot = s / o_rooms;
    if ((int)slot >= o_senders || !c->last) continue;
    if ((u32)q + 1 <= c->last[slot]) {
      st_dup++;
      continue;
    }
    c->last[slot] = q + 1;
    st_deliv++;
    k++;
    h_add(&H, now_us > (u64)t ? now_us - t : 0);
  }
  if (k) {
    st_upd_frames++;
    if (k > 1) st_multi++;
  }
}
static void on_message(conn *c, u8 *p, size_t n, u64 now) {
  const u8 *frame = p;
  size_t flen = n;
  if (o_mode == MODE_RELAY) {
    if (measuring) scan_tokens(c, p, n, (now - t_base) / 1000);
    return;
  }
  if (o_proto == PROTO_HOCUS) {
    u64 l;
    int k = get_var(p, n, &l);
    if (k < 0 || k + l > n) return;
    p += k + l;
    n -= k + l;
  }
  if (n < 1) return;
  int type = p[0];
  if (type == 0 || (o_proto == PROTO_HOCUS && type == 4)) {
    if (n < 2) return;
    if (p[1] == 0) send_step2_empty(c);
    else if (p[1] == 1) {
      if (!c->synced) {
        c->t_sync = now;
        c->sync_bytes = flen;
        if (c->join && o_dump) {
          FILE *f = fopen(o_dump, "wb");
          u64 l;
          int k = get_var(p + 2, n - 2, &l);
          if (f) {
            if (k > 0) fwrite(p + 2 + k, 1, n - 2 - k, f);
            fclose(f);
          }
        }
      }
      on_synced(c);
      if (measuring) scan_tokens(c, p, n, (now - t_base) / 1000);
    } else if (p[1] == 2 && measuring) scan_tokens(c, p, n, (now - t_base) / 1000);
  } else if (type == 1) {
    if (measuring && o_mode == MODE_AWARE) scan_tokens(c, p, n, (now - t_base) / 1000);
  } else if (type == 2 && o_proto == PROTO_HOCUS) {
    if (n > 1 && p[1] == 2 && !c->authed) {
      c->authed = 1;
      c->t_step1 = now;
      send_step1(c);
    } else if (n > 1 && p[1] == 1) fprintf(stderr, "auth denied\n");
  } else if (type == 8) st_status++;
  (void)frame;
}
static void c_dead(conn *c) {
  if (c->state == C_DEAD) return;
  c->state = C_DEAD;
  n_dead++;
  epoll_ctl(ep, EPOLL_CTL_DEL, c->fd, NULL);
  close(c->fd);
}
static void after_open(conn *c) {
  c->state = C_OPEN;
  n_open++;
  if (o_mode == MODE_RELAY || o_idle_relay) {
    on_synced(c);
    return;
  }
  if (o_proto == PROTO_HOCUS) send_auth(c);
  else {
    c->t_step1 = now_ns();
    send_step1(c);
  }
}
// parse what is in [p,p+n); returns consumed
static size_t parse(conn *c, u8 *p, size_t n, u64 now) {
  size_t pos = 0;
  if (c->state == C_UPGRADE) {
    u8 *e = memmem(p, n, "\r\n\r\n", 4);
    if (!e) return 0;
    if (n < 12 || memcmp(p + 9, "101", 3)) {
      fprintf(stderr, "upgrade refused: %.*s\n", (int)(n < 80 ? n : 80), p);
      c_dead(c);
      return n;
    }
    pos = e + 4 - p;
    after_open(c);
  }
  while (n - pos >= 2 && c->state == C_OPEN) {
    u8 *f = p + pos;
    u64 l = f[1] & 127;
    int h = 2, op = f[0] & 15;
    if (l == 126) {
      if (n - pos < 4) break;
      l = (u64)f[2] << 8 | f[3];
      h = 4;
    } else if (l == 127) {
      if (n - pos < 10) break;
      l = 0;
      for (int i = 0; i < 8; i++) l = l << 8 | f[2 + i];
      h = 10;
    }
    if (n - pos - h < l) { // tell the caller how much is needed
      c->incap = c->incap;
      break;
    }
    u8 *pl = f + h;
    if (op == 2 || op == 1 || op == 0) {
      st_frames++;
      on_message(c, pl, l, now);
    } else if (op == 9) {
      st_pings++;
      c_frame(c, 10, pl, l);
    } else if (op == 8) {
      if (measuring || n_dead < 5)
        fprintf(stderr, "close from server, conn %d code %d\n", c->id,
                l >= 2 ? pl[0] << 8 | pl[1] : 0);
      c_dead(c);
      return n;
    }
    pos += h + l;
  }
  return pos;
}
static void on_read(conn *c) {
  for (int iter = 0; iter < 8; iter++) {
    u8 *buf;
    size_t have, room;
    if (!c->inlen) {
      buf = shared;
      have = 0;
      room = sizeof shared;
    } else {
      u64 need = c->inlen + 65536; // a known large frame: make room for all of it
      if (c->state == C_OPEN && c->inlen >= 10) {
        u64 l = c->in[1] & 127;
        if (l == 127) {
          l = 0;
          for (int i = 0; i < 8; i++) l = l << 8 | c->in[2 + i];
          if (l + 14 > need) need = l + 14;
        }
      }
      if (need > c->incap) {
        c->in = realloc(c->in, need);
        if (!c->in) die("oom");
        c->incap = need;
      }
      buf = c->in;
      have = c->inlen;
      room = c->incap - have;
    }
    ssize_t n = recv(c->fd, buf + have, room, 0);
    if (n == 0) {
      c_dead(c);
      return;
    }
    if (n < 0) {
      if (errno == EAGAIN || errno == EINTR) return;
      c_dead(c);
      return;
    }
    st_bytes += n;
    u64 now = now_ns();
    size_t tot = have + n, used = parse(c, buf, tot, now), left = tot - used;
    if (c->state == C_DEAD) return;
    if (buf == shared) {
      if (left) {
        if (left > c->incap) {
          c->in = realloc(c->in, left + 256);
          c->incap = left + 256;
        }
        memcpy(c->in, buf + used, left);
      }
      c->inlen = left;
    } else {
      if (used && left) memmove(c->in, c->in + used, left);
      c->inlen = left;
      if (!left && c->incap > 4096) {
        free(c->in);
        c->in = NULL;
        c->incap = 0;
      }
    }
    if ((size_t)n < room) return; // level triggered: the rest comes later
  }
}
static void start_connect(conn *c) {
  c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (c->fd < 0) die("socket");
  int one = 1;
  setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  struct sockaddr_in a = {
      .sin_family = AF_INET, .sin_port = htons(o_port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  c->t_start = now_ns();
  c->state = C_CONNECTING;
  int r = connect(c->fd, (struct sockaddr *)&a, sizeof a);
  if (r < 0 && errno != EINPROGRESS) die("connect");
  struct epoll_event e = {.events = EPOLLOUT, .data.ptr = c};
  epoll_ctl(ep, EPOLL_CTL_ADD, c->fd, &e);
}
static int retry_ok;
static void on_connected(conn *c) {
  int err = 0;
  socklen_t l = sizeof err;
  getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &err, &l);
  if (err) {
    if (retry_ok) {
      epoll_ctl(ep, EPOLL_CTL_DEL, c->fd, NULL);
      close(c->fd);
      c->state = C_NEW;
      return;
    }
    fprintf(stderr, "connect: %s\n", strerror(err));
    c_dead(c);
    return;
  }
  struct epoll_event e = {.events = EPOLLIN, .data.ptr = c};
  epoll_ctl(ep, EPOLL_CTL_MOD, c->fd, &e);
  static int turn;
  const char *query = o_queries[o_query_count ? turn++ % o_query_count : 0];
  char b[1024];
  int n = snprintf(
      b, sizeof b,
      "GET %s/%s%d%s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: "
      "Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
      o_prefix, o_room, c->room, query, o_port);
  memcpy(c_reserve(c, n), b, n);
  c->outlen += n;
  c->state = C_UPGRADE;
  c_flush(c);
}
static void handle(struct epoll_event *ev) {
  conn *c = ev->data.ptr;
  if (c->state == C_DEAD || c->state == C_NEW) return;
  if (c->state == C_CONNECTING) {
    on_connected(c);
    return;
  }
  if (ev->events & EPOLLOUT) c_flush(c);
  if (c->state != C_DEAD && (ev->events & (EPOLLIN | EPOLLHUP | EPOLLERR))) on_read(c);
}
static struct epoll_event EV[512];
static int poll_until(u64 t) { // t: absolute ns
  u64 n = now_ns();
  struct timespec ts = {0, 0};
  if (t > n) {
    u64 d = t - n;
    ts.tv_sec = d / 1000000000ull;
    ts.tv_nsec = d % 1000000000ull;
  }
  int k = epoll_pwait2(ep, EV, 512, &ts, NULL);
  for (int i = 0; i < k; i++) handle(&EV[i]);
  flush_dirty();
  return k;
}
static void init_conn(conn *c, int id, int room, int sender) {
  memset(c, 0, sizeof *c);
  c->id = id;
  c->room = room;
  c->sender = sender;
  c->fd = -1;
  c->client = 0x10000000u + (u32)(rnd2() >> 40) % 0x60000000u;
  char nm[48];
  int l = snprintf(nm, sizeof nm, "%s%d", o_room, room);
  c->namelen = put_var(c->name, l);
  memcpy(c->name + c->namelen, nm, l);
  c->namelen += l;
}
static int cmpd(const void *a, const void *b) {
  double x = *(double *)a, y = *(double *)b;
  return x < y ? -1 : x > y;
}
static double med(double *a, int n) {
  if (!n) return 0;
  qsort(a, n, sizeof *a, cmpd);
  return n & 1 ? a[n / 2] : (a[n / 2 - 1] + a[n / 2]) / 2;
}

