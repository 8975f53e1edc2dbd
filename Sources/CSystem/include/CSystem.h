// What Swift's Glibc module lacks: Linux calls with no Swift spelling, and macros it cannot import.
#ifndef CSYSTEM_H
#define CSYSTEM_H
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <stdint.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#endif
