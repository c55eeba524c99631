/*
 * Plays Asterisk's part in many AudioSocket calls: opens them, sends a UUID on each, then a 20 ms frame of audio every
 * 20 ms on an absolute schedule, and reads what comes back. One thread, epoll, no allocation after the start. A process
 * of its own, so that its CPU time is never in the server's figure; it always ends.
 *
 * Echo (the default): the server is to return each frame. Magic, call, sequence number and its complement are in the
 * first 16 bytes of a frame, so that what is lost, doubled, out of order, foreign or of another call is told apart.
 * Listen (-l): the server sends paced audio of its own.
 *
 *   rtt_*            echo: arrival minus when this frame was really sent, ms
 *   late_*           echo: arrival minus when it was due. listen: how far behind the best 20 ms grid of its call a frame
 *                    came, which is the jitter buffer that a listener needs
 *   jit_*            | gap between two arrivals - 20 ms |
 *   expected, lost   frames due in the window; of those, not sent or never back. listen: calls * seconds * 50, so that
 *                    a few at the window's edges are missing without being lost
 *   stalled          not sent, since the server had stopped reading
 *   cpu_s            of the processes given by -P, all threads, within the window
 *   rss_per_call_kb  (RSS at the end of the window - RSS before the first connect) / calls
 *   own_frames       frames that came to be sent in the window
 *   own_late_*       the generator's own lateness in sending: where it is not small against the figure that is judged
 *                    the machine was busy, and the run says nothing
 *
 * Exit status: 0; 1 when a call failed or frames were lost or of another call; 2 for bad use. IPv4, Linux 5.11 or newer
 * (epoll_pwait2). One thread serves some 1,000 calls.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
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

#define HDR 3
#define MAGIC 0xA5D10C0Au
#define MAXPAYLOAD 7680           /* 192 kHz, 20 ms */
#define RXBUF (64 * 1024)
#define NS 1000000000LL
#define PERIOD 20000000LL         /* 20 ms in ns */

enum { K_HANGUP = 0x00, K_UUID = 0x01, K_DTMF = 0x03, K_SLIN8 = 0x10, K_ERROR = 0xff };
enum state { ST_WAIT, ST_CONNECTING, ST_UP, ST_CLOSED };

struct call {
    int fd;
    enum state st;
    int64_t first;                /* when frame 0 was due */
    uint32_t seq;                 /* next sequence number */
    int64_t connect_at, up_at, first_audio;
    /* unsent rest of the last frame, when the socket buffer was full */
    uint8_t tx[HDR + MAXPAYLOAD];
    int txoff, txlen;
    uint8_t *rx;
    int rxlen;
    int64_t last_arrival;
    uint32_t rx_frames, highest;
    int64_t *arr;                 /* listen: arrival time of each frame */
    uint8_t *seen;                /* echo: how often each frame came back */
    int64_t *sent;                /* echo: when each frame was really sent */
};

static struct {
    const char *host; int port; int calls; double seconds, warm, drain, ramp;
    int kind, payload, listen_only, burst, nodelay, json; int connect_timeout_ms;
    const char *label; int split;
    pid_t pids[64]; int npids;
} o = { "127.0.0.1", 9092, 10, 10, 2, 1, 100, K_SLIN8, 320, 0, 0, 1, 0, 5000, "", 0, {0}, 0 };

static struct call *C;
static int64_t *due;              /* when each call's next frame is due; INT64_MAX: none */
static int ep;
static uint32_t maxframes;

/* growing arrays of samples, in ns; sorted at the end */
struct vec { int64_t *v; size_t n, cap; };
static struct vec v_rtt, v_late, v_gap, v_own, v_connect, v_ttfa;

static uint64_t n_sent, n_stalled, n_recv, n_foreign, n_dup, n_reorder, n_badframe, n_errframes;
static uint64_t n_connect_fail, n_early_close, n_hangup, n_bytes_rx, n_wrongcall;
static int64_t t_from, t_to;      /* the measured window */

static int64_t now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec * NS + t.tv_nsec; }
static void push(struct vec *a, int64_t x) { if (a->n < a->cap) a->v[a->n++] = x; }
static void vinit(struct vec *a, size_t cap) {
    a->v = malloc(cap * sizeof *a->v); a->cap = cap; a->n = 0;
    if (!a->v) { perror("malloc"); exit(2); }
    memset(a->v, 1, cap * sizeof *a->v);    /* touch it now, not while measuring */
}
static int cmp(const void *a, const void *b) { int64_t x = *(const int64_t *)a, y = *(const int64_t *)b; return (x > y) - (x < y); }
static double pct(struct vec *a, double p) {   /* ms */
    if (!a->n) return -1;
    size_t i = (size_t)(p * (double)(a->n - 1) + 0.5);
    return (double)a->v[i] / 1e6;
}
static void put32(uint8_t *p, uint32_t x) { memcpy(p, &x, 4); }
static uint32_t get32(const uint8_t *p) { uint32_t x; memcpy(&x, p, 4); return x; }

/* CPU time of a whole process, all threads, in ns */
static int64_t cpu_of(pid_t p) {
    clockid_t id; struct timespec t;
    if (clock_getcpuclockid(p, &id) || clock_gettime(id, &t)) return -1;
    return t.tv_sec * NS + t.tv_nsec;
}
static long status_of(pid_t p, const char *key) {
    char path[64], line[256]; long kb = -1; size_t k = strlen(key);
    snprintf(path, sizeof path, "/proc/%d/status", p);
    FILE *f = fopen(path, "r"); if (!f) return -1;
    while (fgets(line, sizeof line, f)) if (!strncmp(line, key, k)) { kb = strtol(line + k, NULL, 10); break; }
    fclose(f); return kb;
}
static int64_t cpu_all(void) { int64_t s = 0; for (int i = 0; i < o.npids; i++) { int64_t c = cpu_of(o.pids[i]); if (c > 0) s += c; } return s; }
static long kb_all(const char *key) { long s = 0; for (int i = 0; i < o.npids; i++) { long k = status_of(o.pids[i], key); if (k > 0) s += k; } return s; }

static void close_call(struct call *c) {
    if (c->fd >= 0) { close(c->fd); c->fd = -1; }
    c->st = ST_CLOSED; due[c - C] = INT64_MAX;
}

static void start_connect(struct call *c) {
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(o.port) };
    inet_pton(AF_INET, o.host, &a.sin_addr);
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (c->fd < 0) { n_connect_fail++; c->st = ST_CLOSED; return; }
    int one = 1;
    if (o.nodelay) setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    c->connect_at = now();
    c->st = ST_CONNECTING;
    if (connect(c->fd, (void *)&a, sizeof a) && errno != EINPROGRESS) { n_connect_fail++; close_call(c); return; }
    struct epoll_event e = { .events = EPOLLOUT, .data.ptr = c };
    epoll_ctl(ep, EPOLL_CTL_ADD, c->fd, &e);
}

/* write all, or keep the rest for later; 0 = fine, -1 = the call is gone */
static int flush_tx(struct call *c) {
    while (c->txoff < c->txlen) {
        int len = c->txlen - c->txoff;
        if (o.split && c->txoff == 0 && len > o.split) len = o.split;
        ssize_t n = send(c->fd, c->tx + c->txoff, len, MSG_NOSIGNAL);
        if (n < 0) {
            if (errno == EAGAIN) return 0;
            if (errno == EINTR) continue;
            return -1;
        }
        c->txoff += n;
    }
    c->txoff = c->txlen = 0;
    return 0;
}

static void up(struct call *c, int64_t t, int idx) {
    int err = 0; socklen_t l = sizeof err;
    getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &err, &l);
    if (err) { n_connect_fail++; close_call(c); return; }
    push(&v_connect, t - c->connect_at);
    c->st = ST_UP; c->up_at = t;
    struct epoll_event e = { .events = EPOLLIN, .data.ptr = c };
    epoll_ctl(ep, EPOLL_CTL_MOD, c->fd, &e);
    /* UUID frame: a v4 UUID that carries the call number */
    c->tx[0] = K_UUID; c->tx[1] = 0; c->tx[2] = 16;
    uint8_t *u = c->tx + HDR; memset(u, 0x5a, 16); put32(u, idx); u[6] = 0x40 | (u[6] & 15); u[8] = 0x80 | (u[8] & 63);
    c->txoff = 0; c->txlen = HDR + 16;
    if (flush_tx(c)) { n_early_close++; close_call(c); return; }
    /* phase of this call inside the 20 ms: spread evenly, or all together */
    int64_t ph = o.burst ? 0 : PERIOD * idx / o.calls;
    int64_t base = (t / PERIOD + 1) * PERIOD + ph;
    c->first = due[idx] = base;
}

static void send_frame(struct call *c, int64_t t, int idx) {
    if (t >= t_from && t < t_to) push(&v_own, t - due[idx]);
    uint32_t s = c->seq++;
    due[idx] += PERIOD;
    if (s >= maxframes) return;
    if (c->txlen) {                              /* the server is not reading */
        if (flush_tx(c)) { n_early_close++; close_call(c); return; }
        if (c->txlen) { n_stalled++; return; }
    }
    uint8_t *p = c->tx + HDR;
    c->tx[0] = o.kind; c->tx[1] = o.payload >> 8; c->tx[2] = o.payload & 255;
    put32(p, MAGIC); put32(p + 4, idx); put32(p + 8, s); put32(p + 12, ~s);
    c->txoff = 0; c->txlen = HDR + o.payload;
    c->sent[s] = t;
    n_sent++;
    if (flush_tx(c)) { n_early_close++; close_call(c); }
}

static void got_audio(struct call *c, const uint8_t *p, int len, int64_t t, int idx) {
    int in = t >= t_from && t < t_to;
    n_recv++;
    if (!c->first_audio) { c->first_audio = t; push(&v_ttfa, t - c->up_at); }
    if (c->last_arrival && in) { int64_t d = t - c->last_arrival - PERIOD; push(&v_gap, d < 0 ? -d : d); }
    c->last_arrival = t;
    uint32_t k = c->rx_frames++;
    if (o.listen_only) { if (k < maxframes) c->arr[k] = t; return; }
    if (len < 16 || get32(p) != MAGIC || get32(p + 8) != ~get32(p + 12)) { n_foreign++; return; }
    if (get32(p + 4) != (uint32_t)idx) { n_wrongcall++; return; }
    uint32_t s = get32(p + 8);
    if (s >= maxframes || s >= c->seq) { n_foreign++; return; }
    if (c->seen[s]) { n_dup++; return; }
    c->seen[s] = 1;
    if (s < c->highest) n_reorder++; else c->highest = s;
    if (in) { push(&v_rtt, t - c->sent[s]); push(&v_late, t - (c->first + (int64_t)s * PERIOD)); }
}

static void readable(struct call *c, int idx) {
    ssize_t n = recv(c->fd, c->rx + c->rxlen, RXBUF - c->rxlen, 0);
    if (n < 0) { if (errno == EAGAIN || errno == EINTR) return; n_early_close++; close_call(c); return; }
    if (n == 0) { n_early_close++; close_call(c); return; }
    int64_t t = now();
    n_bytes_rx += n;
    c->rxlen += n;
    int off = 0;
    while (c->rxlen - off >= HDR) {
        uint8_t *f = c->rx + off; int len = f[1] << 8 | f[2];
        if (c->rxlen - off < HDR + len) break;
        if (f[0] >= 0x10 && f[0] <= 0x18) got_audio(c, f + HDR, len, t, idx);
        else if (f[0] == K_HANGUP) { n_hangup++; close_call(c); return; }
        else if (f[0] == K_ERROR) n_errframes++;
        else n_badframe++;
        off += HDR + len;
        if (HDR + len > RXBUF) { n_badframe++; close_call(c); return; }
    }
    if (off) { memmove(c->rx, c->rx + off, c->rxlen - off); c->rxlen -= off; }
}

static void usage(void) {
    fputs("asload [options]\n"
          "  -H host -p port      server (127.0.0.1 9092)\n"
          "  -c calls             concurrent calls (10)\n"
          "  -s seconds           measured time (10)   -w warm-up after the last connect (2)   -d drain (1)\n"
          "  -r per-second        connections opened each second (100)\n"
          "  -l                   listen: judge the server's own paced audio, not an echo\n"
          "  -b                   burst: all calls in the same phase of the 20 ms (default: spread)\n"
          "  -k kind -n bytes     audio kind (0x10) and payload bytes (320)\n"
          "  -x bytes             write each frame in two pieces, the first of this many bytes\n"
          "  -P pid               server process to measure (repeat for more)\n"
          "  -N                   leave Nagle's algorithm on     -t ms  connect time-out (5000)\n"
          "  -j                   one line of JSON   -L label\n", stderr);
    exit(2);
}

int main(int argc, char **argv) {
    int ch;
    while ((ch = getopt(argc, argv, "H:p:c:s:w:d:r:lbk:n:x:P:Nt:jL:h")) != -1) switch (ch) {
        case 'H': o.host = optarg; break;          case 'p': o.port = atoi(optarg); break;
        case 'c': o.calls = atoi(optarg); break;   case 's': o.seconds = atof(optarg); break;
        case 'w': o.warm = atof(optarg); break;    case 'd': o.drain = atof(optarg); break;
        case 'r': o.ramp = atof(optarg); break;    case 'l': o.listen_only = 1; break;
        case 'b': o.burst = 1; break;              case 'k': o.kind = strtol(optarg, 0, 0); break;
        case 'n': o.payload = atoi(optarg); break; case 'x': o.split = atoi(optarg); break;
        case 'P': if (o.npids < 64) o.pids[o.npids++] = atoi(optarg); break;
        case 'N': o.nodelay = 0; break;            case 't': o.connect_timeout_ms = atoi(optarg); break;
        case 'j': o.json = 1; break;               case 'L': o.label = optarg; break;
        default: usage();
    }
    if (o.calls < 1 || o.calls > 20000 || o.payload < 16 || o.payload > MAXPAYLOAD || o.seconds <= 0 ||
        o.seconds > 3600 || o.ramp <= 0) usage();
    signal(SIGPIPE, SIG_IGN);
    prctl(PR_SET_TIMERSLACK, 1UL);
    struct rlimit rl; getrlimit(RLIMIT_NOFILE, &rl); rl.rlim_cur = rl.rlim_max; setrlimit(RLIMIT_NOFILE, &rl);

    double ramp_s = o.calls / o.ramp;
    maxframes = (uint32_t)((ramp_s + o.warm + o.seconds + o.drain + 12) * 50);
    size_t cap = (size_t)(o.seconds * 50 * 1.5 + 100) * o.calls;
    if (!o.listen_only) { vinit(&v_rtt, cap); }
    vinit(&v_late, cap); vinit(&v_gap, cap); vinit(&v_own, cap); vinit(&v_connect, o.calls); vinit(&v_ttfa, o.calls);
    C = calloc(o.calls, sizeof *C); due = malloc(o.calls * sizeof *due);
    for (int i = 0; i < o.calls; i++) {
        C[i].fd = -1; due[i] = INT64_MAX;
        C[i].rx = malloc(RXBUF); memset(C[i].rx, 0, RXBUF);
        C[i].sent = calloc(maxframes, sizeof(int64_t)); memset(C[i].sent, 0, maxframes * sizeof(int64_t));
        if (o.listen_only) { C[i].arr = malloc(maxframes * sizeof(int64_t)); memset(C[i].arr, 0, maxframes * sizeof(int64_t)); }
        else { C[i].seen = malloc(maxframes); memset(C[i].seen, 0, maxframes); }
    }
    long rss0 = kb_all("VmRSS:");
    ep = epoll_create1(EPOLL_CLOEXEC);

    /* Phases: ramp (open the calls), warm-up, measured, drain (no sending), end. */
    int64_t t0 = now(), ramp_end = -1, stop = -1, end = -1;
    t_from = t_to = INT64_MAX;
    int64_t cpu_a = 0, cpu_b = 0, own_a = 0, own_b = 0; long rss1 = 0, thr = 0;
    int opened = 0, measured = 0, alive_from = 0, alive_to = 0;
    int64_t self_cpu;
    struct epoll_event ev[256];
    for (;;) {
        int64_t t = now(), wake = t + 5000000;
        while (opened < o.calls && t >= t0 + (int64_t)(opened / o.ramp * 1e9)) start_connect(&C[opened++]);
        if (opened < o.calls) { int64_t n = t0 + (int64_t)(opened / o.ramp * 1e9); if (n < wake) wake = n; }
        if (ramp_end < 0 && opened == o.calls) {
            int pending = 0;
            for (int i = 0; i < o.calls; i++) if (C[i].st == ST_CONNECTING) {
                if (t - C[i].connect_at > o.connect_timeout_ms * 1000000LL) { n_connect_fail++; close_call(&C[i]); }
                else pending++;
            }
            if (!pending) { ramp_end = t; t_from = t + (int64_t)(o.warm * 1e9); t_to = t_from + (int64_t)(o.seconds * 1e9); stop = t_to; end = stop + (int64_t)(o.drain * 1e9); }
        }
        if (!measured && t >= t_from) {
            measured = 1; cpu_a = cpu_all(); own_a = cpu_of(getpid());
            for (int i = 0; i < o.calls; i++) alive_from += C[i].st == ST_UP;
        }
        if (measured == 1 && t >= t_to) {
            measured = 2; cpu_b = cpu_all(); own_b = cpu_of(getpid()); rss1 = kb_all("VmRSS:"); thr = kb_all("Threads:");
            for (int i = 0; i < o.calls; i++) alive_to += C[i].st == ST_UP;
        }
        if (end > 0 && t >= end) break;
        if (stop < 0 || t < stop) for (int i = 0; i < opened; i++) {
            if (due[i] <= t) send_frame(&C[i], now(), i);
            if (due[i] < wake) wake = due[i];
        }
        if (t_from > t && t_from < wake) wake = t_from;
        if (t_to > t && t_to < wake) wake = t_to;
        int64_t d = wake - now(); if (d < 0) d = 0;
        struct timespec ts = { d / NS, d % NS };
        int n = epoll_pwait2(ep, ev, 256, &ts, NULL);
        if (n < 0 && errno != EINTR) { perror("epoll_pwait2"); return 2; }
        t = now();
        for (int i = 0; i < n; i++) {
            struct call *c = ev[i].data.ptr; int idx = c - C;
            if (c->st == ST_CONNECTING) up(c, t, idx);
            else if (c->st == ST_UP) readable(c, idx);
        }
    }
    self_cpu = own_b - own_a;

    /* orderly hang-up */
    for (int i = 0; i < o.calls; i++) if (C[i].st == ST_UP) {
        uint8_t h[3] = {0, 0, 0}; (void)!send(C[i].fd, h, 3, MSG_NOSIGNAL); close_call(&C[i]);
    }

    /* frames of the measured window that never came back */
    uint64_t expected = 0, lost = 0, gaps40 = 0, gaps60 = 0;
    if (!o.listen_only) {
        for (int i = 0; i < o.calls; i++) for (uint32_t s = 0; s < C[i].seq && s < maxframes; s++) {
            int64_t w = C[i].first + (int64_t)s * PERIOD;
            if (w < t_from || w >= t_to) continue;
            expected++;
            if (!C[i].sent[s] || !C[i].seen[s]) lost++;
        }
    } else {
        /* lateness of frame k against the earliest-possible 20 ms grid of its call */
        for (int i = 0; i < o.calls; i++) {
            struct call *c = &C[i]; int64_t best = INT64_MAX; uint32_t nf = c->rx_frames < maxframes ? c->rx_frames : maxframes;
            uint32_t k0 = 0; while (k0 < nf && c->arr[k0] < t_from) k0++;
            for (uint32_t k = k0; k < nf && c->arr[k] < t_to; k++) { int64_t b = c->arr[k] - (int64_t)k * PERIOD; if (b < best) best = b; }
            for (uint32_t k = k0; k < nf && c->arr[k] < t_to; k++) push(&v_late, c->arr[k] - (int64_t)k * PERIOD - best);
        }
        expected = (uint64_t)(o.seconds * 50) * o.calls;
        lost = v_late.n < expected ? expected - v_late.n : 0;
    }
    struct vec *all[] = { &v_rtt, &v_late, &v_gap, &v_own, &v_connect, &v_ttfa };
    for (int i = 0; i < 6; i++) if (all[i]->n) qsort(all[i]->v, all[i]->n, sizeof(int64_t), cmp);
    for (size_t i = v_gap.n; i-- > 0 && v_gap.v[i] > 20000000;) { gaps40++; if (v_gap.v[i] > 40000000) gaps60++; }

    double callmin = o.calls * o.seconds / 60, cpu_s = (cpu_b - cpu_a) / 1e9;
    if (o.json) {
        printf("{\"label\":\"%s\",\"calls\":%d,\"seconds\":%g,\"mode\":\"%s\",\"burst\":%d,"
               "\"connect_fail\":%lu,\"early_close\":%lu,\"alive_from\":%d,\"alive_to\":%d,"
               "\"expected\":%lu,\"lost\":%lu,\"dup\":%lu,\"reorder\":%lu,\"foreign\":%lu,\"wrong_call\":%lu,\"bad_frames\":%lu,\"stalled\":%lu,"
               "\"rtt_p50\":%.3f,\"rtt_p99\":%.3f,\"rtt_max\":%.3f,\"late_p50\":%.3f,\"late_p99\":%.3f,\"late_p999\":%.3f,\"late_max\":%.3f,"
               "\"jit_p50\":%.3f,\"jit_p99\":%.3f,\"jit_p999\":%.3f,\"jit_max\":%.3f,\"gaps_over_40ms\":%lu,\"gaps_over_60ms\":%lu,"
               "\"own_frames\":%zu,\"own_late_p99\":%.3f,\"own_late_max\":%.3f,\"own_cpu\":%.3f,\"connect_p99\":%.3f,\"first_audio_p50\":%.3f,\"first_audio_p99\":%.3f,"
               "\"cpu_s\":%.4f,\"cores\":%.4f,\"cpu_per_call_min\":%.5f,\"rss0_kb\":%ld,\"rss1_kb\":%ld,\"rss_per_call_kb\":%.1f,\"threads\":%ld}\n",
               o.label, o.calls, o.seconds, o.listen_only ? "listen" : "echo", o.burst,
               n_connect_fail, n_early_close, alive_from, alive_to, expected, lost, n_dup, n_reorder, n_foreign, n_wrongcall, n_badframe, n_stalled,
               pct(&v_rtt, .5), pct(&v_rtt, .99), pct(&v_rtt, 1), pct(&v_late, .5), pct(&v_late, .99), pct(&v_late, .999), pct(&v_late, 1),
               pct(&v_gap, .5), pct(&v_gap, .99), pct(&v_gap, .999), pct(&v_gap, 1), gaps40, gaps60,
               v_own.n, pct(&v_own, .99), pct(&v_own, 1), self_cpu / 1e9 / o.seconds, pct(&v_connect, .99), pct(&v_ttfa, .5), pct(&v_ttfa, .99),
               cpu_s, cpu_s / o.seconds, cpu_s / callmin, rss0, rss1, (double)(rss1 - rss0) / o.calls, thr);
    } else {
        printf("%s %d calls, %g s, %s, %s\n", o.label, o.calls, o.seconds, o.listen_only ? "listen" : "echo", o.burst ? "burst" : "spread");
        printf("  calls: %lu connect failures, %lu closed early, %d alive at the start and %d at the end of the window\n", n_connect_fail, n_early_close, alive_from, alive_to);
        printf("  frames: %lu expected, %lu lost, %lu duplicate, %lu out of order, %lu foreign, %lu of another call, %lu not audio, %lu not sent (server not reading)\n", expected, lost, n_dup, n_reorder, n_foreign, n_wrongcall, n_badframe, n_stalled);
        if (!o.listen_only) printf("  rtt ms: p50 %.3f  p99 %.3f  max %.3f\n", pct(&v_rtt, .5), pct(&v_rtt, .99), pct(&v_rtt, 1));
        printf("  lateness ms: p50 %.3f  p99 %.3f  p99.9 %.3f  max %.3f\n", pct(&v_late, .5), pct(&v_late, .99), pct(&v_late, .999), pct(&v_late, 1));
        printf("  jitter |gap-20| ms: p50 %.3f  p99 %.3f  p99.9 %.3f  max %.3f; gaps over 40 ms %lu, over 60 ms %lu\n", pct(&v_gap, .5), pct(&v_gap, .99), pct(&v_gap, .999), pct(&v_gap, 1), gaps40, gaps60);
        printf("  generator itself: send lateness p99 %.3f max %.3f ms, %.2f cores\n", pct(&v_own, .99), pct(&v_own, 1), self_cpu / 1e9 / o.seconds);
        printf("  connect p99 %.3f ms; first audio after connect p50 %.3f p99 %.3f ms\n", pct(&v_connect, .99), pct(&v_ttfa, .5), pct(&v_ttfa, .99));
        if (o.npids) printf("  server: %.3f cores, %.4f CPU s per call-minute, RSS %ld -> %ld kB (%.1f per call), %ld threads\n",
                            cpu_s / o.seconds, cpu_s / callmin, rss0, rss1, (double)(rss1 - rss0) / o.calls, thr);
    }
    return n_connect_fail || n_early_close || n_wrongcall || lost ? 1 : 0;
}
