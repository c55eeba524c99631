/*
 * The floor of an AudioSocket server: a framing echo in C, one thread, level-triggered epoll, and for each frame one recv
 * and one send. echo_epoll PORT
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

struct call {
    int fd, n;
    uint8_t b[8192];
};

static int ep;

static void take_calls(int listener) {
    int one = 1, fd = accept(listener, 0, 0);
    if (fd < 0) return;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct call *c = calloc(1, sizeof *c);
    c->fd = fd;
    struct epoll_event e = { .events = EPOLLIN, .data.ptr = c };
    epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e);
}

/* 0: the call goes on */
static int echo(struct call *c) {
    ssize_t k = recv(c->fd, c->b + c->n, sizeof c->b - c->n, 0);
    if (k <= 0) return 1;
    c->n += k;
    int o = 0;
    while (c->n - o >= 3) {
        int len = 3 + (c->b[o + 1] << 8 | c->b[o + 2]);
        if (c->n - o < len) break;
        if (c->b[o] == 0) return 1;
        if (c->b[o] == 0x10 && send(c->fd, c->b + o, len, MSG_NOSIGNAL) < 0) return 1;
        o += len;
    }
    memmove(c->b, c->b + o, c->n - o);
    c->n -= o;
    return 0;
}

int main(int argc, char **argv) {
    if (argc != 2) return 2;
    int listener = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(atoi(argv[1])),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    if (bind(listener, (void *)&a, sizeof a) || listen(listener, 1024)) return 1;
    ep = epoll_create1(0);
    struct epoll_event e = { .events = EPOLLIN, .data.ptr = 0 }, ev[256];
    epoll_ctl(ep, EPOLL_CTL_ADD, listener, &e);
    for (;;) {
        int n = epoll_wait(ep, ev, 256, -1);
        for (int i = 0; i < n; i++) {
            struct call *c = ev[i].data.ptr;
            if (!c) take_calls(listener);
            else if (echo(c)) { close(c->fd); free(c); }
        }
    }
}
