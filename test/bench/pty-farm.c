// A farm of modems on ptys for side-by-side measurements: one lean process, the same for every daemon that is measured. Node cannot
// unlock a pty, and our own simulator costs more CPU than the daemons do, on the cores that they share with it.
//
//   pty-farm FOLDER COUNT    makes FOLDER/modem1 ... FOLDER/modemCOUNT and ends with its standard input
//
// Standard input: `flood N` gives every modem's network N messages; `place SLOT` gives one; `unplug SLOT` takes the tty away and
// `plug SLOT` makes a new one under the same link. Standard output, one JSON object a line: `ready`; `served` when every modem was
// asked for its messages once since the start or the last `plug`; `emptied` when all that was given has been deleted again.
// Times are milliseconds of CLOCK_MONOTONIC. Linux alone.

#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum { PLACES = 50, MAX_MODEMS = 64, LINE = 2048, OUT = 1 << 17, PDU_HEX = 512 };

struct modem {
  int master, slave;
  char line[LINE];
  size_t length;
  char out[OUT];
  size_t pending;
  bool echo, indicates, served;
  // The poller tells when more can be written.
  bool stuck;
  // Number of the message in each place, 0 for none, and whether it was read.
  uint32_t place[PLACES];
  bool seen[PLACES];
  uint32_t used, queued;
};

static struct modem modems[MAX_MODEMS];
static int count, poller;
static const char *folder;
static uint32_t made;
static uint64_t given, deleted;
static double first, last;
static bool trace;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static void die(const char *what) {
  perror(what);
  exit(1);
}

static void path_of(const struct modem *m, char *path) {
  snprintf(path, 4096, "%s/modem%d", folder, (int)(m - modems) + 1);
}

// --- The tty -----------------------------------------------------------------------------------------------------------------------

static void watch(struct modem *m, int operation) {
  struct epoll_event event = {.events = EPOLLIN | (m->stuck ? EPOLLOUT : 0), .data.ptr = m};
  if (epoll_ctl(poller, operation, m->master, &event) < 0) die("epoll_ctl");
}

static void plug(struct modem *m) {
  char path[4096];
  m->master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  if (m->master < 0 || grantpt(m->master) < 0 || unlockpt(m->master) < 0) die("openpt");
  // Held open, so that the tty does not hang up when a daemon closes it.
  const char *name = ptsname(m->master);
  m->slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (m->slave < 0) die(name);
  struct termios raw;
  tcgetattr(m->slave, &raw);
  cfmakeraw(&raw);
  cfsetspeed(&raw, B115200);
  tcsetattr(m->slave, TCSANOW, &raw);
  m->length = m->pending = 0;
  m->echo = true;
  m->indicates = m->served = m->stuck = false;
  watch(m, EPOLL_CTL_ADD);
  path_of(m, path);
  unlink(path);
  if (symlink(name, path) < 0) die(path);
}

static void unplug(struct modem *m) {
  char path[4096];
  path_of(m, path);
  unlink(path);
  close(m->master);
  close(m->slave);
  m->master = m->slave = -1;
}

static void flush(struct modem *m) {
  size_t sent = 0;
  while (sent < m->pending) {
    const ssize_t n = write(m->master, m->out + sent, m->pending - sent);
    if (n <= 0) break;
    sent += n;
  }
  memmove(m->out, m->out + sent, m->pending - sent);
  m->pending -= sent;
  if (m->stuck == (m->pending > 0)) return;
  m->stuck = !m->stuck;
  watch(m, EPOLL_CTL_MOD);
}

static void say(struct modem *m, const char *format, ...) {
  if (m->pending > OUT - LINE) return;
  va_list arguments;
  va_start(arguments, format);
  m->pending += vsnprintf(m->out + m->pending, OUT - m->pending, format, arguments);
  va_end(arguments);
}

// --- Messages ----------------------------------------------------------------------------------------------------------------------

// SMS-DELIVER in hex (TS 23.040 9.2.2.1): 90 characters of the GSM alphabet, none like another. Returns the octets of the TPDU.
static int pdu_of(uint32_t number, char *hex) {
  char text[128];
  unsigned char octets[128] = {0};
  const int length = snprintf(text, sizeof text, "%09u your code is 482913 do not share it with anyone, we will never ask you for it.  ", number);
  int at = 0, bits = 0;
  uint32_t held = 0;
  for (int i = 0; i < length; i++) {
    held |= (uint32_t)text[i] << bits;
    for (bits += 7; bits >= 8; bits -= 8, held >>= 8) octets[at++] = held & 0xff;
  }
  if (bits > 0) octets[at++] = held & 0xff;
  const uint32_t s = number % 86400;
  const int stamp[] = {s / 3600, s / 60 % 60, s % 60};
  // SMSC +15550100900, sender +15550100123, 2026-11-23.
  char *to = hex + sprintf(hex, "07915155100009F0040B915155100021F30000621132%d%d%d%d%d%d00%02X", stamp[0] % 10, stamp[0] / 10,
                           stamp[1] % 10, stamp[1] / 10, stamp[2] % 10, stamp[2] / 10, length);
  for (int i = 0; i < at; i++) *to++ = "0123456789ABCDEF"[octets[i] >> 4], *to++ = "0123456789ABCDEF"[octets[i] & 15];
  *to = 0;
  return (int)(to - hex) / 2 - 8;
}

// The network fills every free place at once.
static void refill(struct modem *m) {
  for (int i = 0; i < PLACES && m->queued > 0; i++) {
    if (m->place[i] != 0) continue;
    m->place[i] = ++made;
    m->seen[i] = false;
    m->used++;
    m->queued--;
    if (m->indicates) say(m, "\r\n+CMTI: \"SM\",%d\r\n", i + 1);
  }
}

static void give(struct modem *m, uint32_t messages) {
  m->queued += messages;
  given += messages;
  refill(m);
  if (m->master >= 0) flush(m);
}

static bool remove_message(struct modem *m, int index) {
  if (index < 1 || index > PLACES) return false;
  if (m->place[index - 1] == 0) return true;
  m->place[index - 1] = 0;
  m->used--;
  last = now();
  if (deleted++ == 0) first = last;
  if (deleted == given)
    printf("{\"event\":\"emptied\",\"messages\":%llu,\"first\":%.3f,\"last\":%.3f}\n", (unsigned long long)deleted, first, last);
  return true;
}

static void tell_served(struct modem *m) {
  if (m->served) return;
  m->served = true;
  for (int i = 0; i < count; i++)
    if (!modems[i].served) return;
  printf("{\"event\":\"served\",\"at\":%.3f}\n", now());
}

static void show(struct modem *m, int i, bool listing) {
  char hex[PDU_HEX];
  const int octets = pdu_of(m->place[i], hex);
  const int stat = m->seen[i] ? 1 : 0;
  m->seen[i] = true;
  if (listing) say(m, "\r\n+CMGL: %d,%d,,%d\r\n%s", i + 1, stat, octets, hex);
  else say(m, "\r\n+CMGR: %d,,%d\r\n%s\r\n", stat, octets, hex);
}

static void list(struct modem *m, int stat) {
  bool any = false;
  for (int i = 0; i < PLACES; i++) {
    if (m->place[i] == 0 || (stat < 2 && m->seen[i] != (stat == 1)) || stat == 2 || stat == 3) continue;
    show(m, i, true);
    any = true;
  }
  if (any) say(m, "\r\n");
}

// --- Commands ----------------------------------------------------------------------------------------------------------------------

struct answer {
  const char *command, *reply;
};

// What the modem answers without thought; NULL is a plain OK.
static const struct answer ANSWERS[] = {
    {"", NULL}, {"Z", NULL}, {"&F", NULL}, {"I", "Farm\r\nM1\r\nRevision: 1.0"}, {"Q0", NULL}, {"V1", NULL}, {"X4", NULL}, {"H", NULL}, {"&D0", NULL}, {"&D2", NULL}, {"&C1", NULL}, {"S0=0", NULL}, {"+IPR=115200", NULL},
    {"+CMEE=1", NULL}, {"+CMEE=2", NULL}, {"+CGMI", "Farm"}, {"+CGMM", "M1"}, {"+CGMR", "1.0"}, {"+CPIN?", "+CPIN: READY"}, {"+CLCK=\"SC\",2", "+CLCK: 0"},
    {"+CFUN?", "+CFUN: 1"}, {"+CFUN=1", NULL}, {"+CSQ", "+CSQ: 20,99"}, {"+CREG=0", NULL}, {"+CREG=1", NULL}, {"+CREG=2", NULL}, {"+CREG?", "+CREG: 0,1"},
    {"+CGREG?", "+CGREG: 0,1"}, {"+CEREG?", "+CEREG: 0,1"}, {"+COPS=3,0", NULL}, {"+COPS=3,2", NULL}, {"+COPS?", "+COPS: 0,2,\"00101\",7"}, {"+CNUM", "+CNUM: \"\",\"+12025550101\",145"},
    {"+CMGF=0", NULL}, {"+CMGF?", "+CMGF: 0"}, {"+CMGF=?", "+CMGF: (0)"}, {"+CSMS?", "+CSMS: 0,1,1,1"}, {"+CSMS=0", "+CSMS: 1,1,1"}, {"+CSCA?", "+CSCA: \"+15550100900\",145"},
    {"+CNMI=?", "+CNMI: (0-2),(0,1),(0),(0),(0)"}, {"+CPMS=?", "+CPMS: (\"SM\"),(\"SM\"),(\"SM\")"}, {"+CSCS=?", "+CSCS: (\"GSM\",\"UCS2\",\"HEX\")"}, {"+CSCS?", "+CSCS: \"GSM\""}, {"+CSCS=\"GSM\"", NULL}, {"+CSCS=\"UCS2\"", NULL}, {"+CSCS=\"HEX\"", NULL},
    {"+CMGL=?", "+CMGL: (0-4)"}, {"+CMGD=?", "+CMGD: (1-50)"}, {"+CBC", "+CBC: 0,100"}, {"+GCAP", "+GCAP: +CGSM"}, {"+CUSD=1", NULL}, {"+CUSD=0", NULL}, {"+CMMS=0", NULL},
};

static bool begins(const char *text, const char *start, const char **rest) {
  const size_t length = strlen(start);
  if (strncasecmp(text, start, length) != 0) return false;
  *rest = text + length;
  return true;
}

// One command without its AT; false for ERROR.
static bool run(struct modem *m, const char *command) {
  const char *rest;
  const int slot = (int)(m - modems) + 1;
  if (begins(command, "+CMGD=", &rest)) return remove_message(m, atoi(rest));
  if (begins(command, "+CMGR=", &rest)) {
    const int index = atoi(rest);
    tell_served(m);
    if (index >= 1 && index <= PLACES && m->place[index - 1] != 0) return show(m, index - 1, false), true;
    say(m, "\r\n+CMS ERROR: 321\r\n");
    return false;
  }
  if (begins(command, "+CMGL=", &rest) && isdigit(*rest)) return tell_served(m), list(m, atoi(rest)), true;
  if (begins(command, "+CPMS?", &rest)) {
    tell_served(m);
    say(m, "\r\n+CPMS: \"SM\",%u,%d,\"SM\",%u,%d,\"SM\",%u,%d\r\n", m->used, PLACES, m->used, PLACES, m->used, PLACES);
    return true;
  }
  if (begins(command, "+CPMS=\"SM\"", &rest)) {
    tell_served(m);
    say(m, "\r\n+CPMS: %u,%d,%u,%d,%u,%d\r\n", m->used, PLACES, m->used, PLACES, m->used, PLACES);
    return true;
  }
  if (begins(command, "+CNMI=", &rest) && isdigit(*rest)) return m->indicates = strncmp(rest + 1, ",1", 2) == 0, true;
  if (begins(command, "+CNMI?", &rest)) return say(m, "\r\n+CNMI: 2,%d,0,0,0\r\n", m->indicates), true;
  if (begins(command, "E", &rest) && (*rest == '0' || *rest == '1')) return m->echo = *rest == '1', *++rest == 0 || run(m, rest);
  if (begins(command, "+CGSN", &rest)) return say(m, "\r\n35600000000%04d\r\n", slot), true;
  if (begins(command, "+CIMI", &rest)) return say(m, "\r\n00101000000%04d\r\n", slot), true;
  if (begins(command, "+CCID", &rest)) return say(m, "\r\n+CCID: 8900100000000%06d\r\n", slot), true;
  for (size_t i = 0; i < sizeof ANSWERS / sizeof *ANSWERS; i++) {
    if (strcasecmp(command, ANSWERS[i].command) != 0) continue;
    if (ANSWERS[i].reply != NULL) say(m, "\r\n%s\r\n", ANSWERS[i].reply);
    return true;
  }
  if (trace) fprintf(stderr, "modem%d: AT%s: unknown\n", slot, command);
  return false;
}

// A command line may hold several extended commands (V.250 5.4); the first that fails ends it.
static void obey(struct modem *m, char *line) {
  if (trace) fprintf(stderr, "modem%d < %s\n", (int)(m - modems) + 1, line);
  if (m->echo) say(m, "%s\r", line);
  if (strncasecmp(line, "AT", 2) != 0) return;
  const size_t before = m->pending;
  bool quoted = false, ok = true;
  char *start = line + 2;
  for (char *at = start; ok; at++) {
    if (*at == '"') quoted = !quoted;
    const bool end = *at == 0;
    if (!end && (*at != ';' || quoted)) continue;
    *at = 0;
    ok = run(m, start);
    start = at + 1;
    if (end) break;
  }
  if (ok) say(m, "\r\nOK\r\n");
  else if (m->pending == before || memcmp(m->out + before, "\r\n+CMS ERROR", 12) != 0) say(m, "\r\nERROR\r\n");
  // What is announced comes after the answer.
  refill(m);
}

static void receive(struct modem *m) {
  char chunk[4096];
  const ssize_t n = read(m->master, chunk, sizeof chunk);
  for (ssize_t i = 0; i < n; i++) {
    const char c = chunk[i];
    if (c == '\r' || c == 26 || c == 27) {
      m->line[m->length] = 0;
      if (m->length > 0) obey(m, m->line);
      m->length = 0;
    } else if (c != '\n' && m->length < LINE - 1) {
      m->line[m->length++] = c;
    }
  }
}

// --- The order of the bench --------------------------------------------------------------------------------------------------------

static struct modem *slot_of(int slot) { return &modems[slot >= 1 && slot <= count ? slot - 1 : 0]; }

static void order(const char *text) {
  int n;
  if (sscanf(text, "flood %d", &n) == 1) {
    given = deleted = 0;
    for (int i = 0; i < count; i++) give(&modems[i], n);
  } else if (sscanf(text, "place %d", &n) == 1) {
    given = deleted = 0;
    give(slot_of(n), 1);
  } else if (sscanf(text, "unplug %d", &n) == 1) {
    unplug(slot_of(n));
  } else if (sscanf(text, "plug %d", &n) == 1) {
    plug(slot_of(n));
    printf("{\"event\":\"plugged\",\"at\":%.3f}\n", now());
  }
}

static void take_orders(void) {
  static char text[256];
  static size_t length;
  char c[256];
  const ssize_t n = read(0, c, sizeof c);
  if (n <= 0) exit(0);
  for (ssize_t i = 0; i < n; i++) {
    if (c[i] != '\n' && length < sizeof text - 1) {
      text[length++] = c[i];
    } else {
      text[length] = 0;
      length = 0;
      order(text);
    }
  }
}

int main(int argc, char **argv) {
  if (argc != 3 || (count = atoi(argv[2])) < 1 || count > MAX_MODEMS) {
    fprintf(stderr, "usage: pty-farm FOLDER COUNT\n");
    return 2;
  }
  folder = argv[1];
  trace = getenv("PTY_FARM_TRACE") != NULL;
  setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
  poller = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event orders = {.events = EPOLLIN, .data.ptr = NULL};
  if (poller < 0 || epoll_ctl(poller, EPOLL_CTL_ADD, 0, &orders) < 0) die("epoll");
  for (int i = 0; i < count; i++) plug(&modems[i]);
  printf("{\"event\":\"ready\"}\n");
  for (;;) {
    struct epoll_event events[MAX_MODEMS];
    const int n = epoll_wait(poller, events, MAX_MODEMS, -1);
    for (int i = 0; i < n; i++) {
      struct modem *m = events[i].data.ptr;
      if (m == NULL) {
        take_orders();
        // An order may have closed what the other events are about.
        break;
      }
      if (events[i].events & EPOLLIN) receive(m);
      if (m->pending > 0) flush(m);
    }
  }
}
