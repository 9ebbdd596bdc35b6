/* What a debugger meets in C: compiled by the tests, with debug information of every form. Each function is called once. */
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#define NOINLINE __attribute__((noinline, noclone, noipa))

enum color { RED = 1, GREEN = -2, BLUE = 7 };
typedef unsigned long word_t;
struct point { int x; int y; };
struct span { const char *text; unsigned length; _Bool ok; };
struct wide { long a; long b; long c; };
struct mixed { double d; long n; };
struct flags {
  unsigned lo : 3;
  unsigned mid : 7;
  uint8_t bytes[4];
  unsigned char raw[5];
  char name[12];
  int grid[2][3];
  union { int i; float f; } u;
  struct { short inner; };
  enum color hue;
  struct flags *next;
  int (*fn)(int);
  word_t w;
};

NOINLINE long scalars(char c, unsigned char u, short s, _Bool b, enum color hue, word_t w) { return c + u + s + b + hue + (long)w; }
NOINLINE long by_value(struct point p, struct span s, struct wide big, int last) { return p.x + p.y + s.length + big.c + last; }
NOINLINE long pointers(const struct flags *f, char **list, int (*fn)(int), void *any) { return f->lo + (list != 0) + fn(1) + (any != 0); }
NOINLINE double floats(int a, double d, int b) { return a + d + b; }
NOINLINE long mixes(struct mixed m, int after) { return m.n + after; }
NOINLINE struct wide returns_wide(int a) { struct wide w = { a, a, a }; return w; }
NOINLINE long seven(int a, int b, int c, int d, int e, int f, int g) { return a + b + c + d + e + f + g; }
static int twice(int x) { return 2 * x; }
static inline __attribute__((always_inline)) int inlined(int x)
{
  for (volatile int i = 0; i < 3; i++)
    x += i; /* line of inlined() */
  return x;
}
NOINLINE int outer(int x)
{
  int y = inlined(x); /* first call */
  y += inlined(x + 1); /* second call */
  return y;
}

int main(int argc, char **argv)
{
  /* On the stack: BPF cannot read a page that was not touched yet. */
  char first[] = "first", second[] = "second", spanned[] = "spanned";
  char *list[] = { first, second, NULL };
  struct span text = { spanned, 7, 1 };
  struct flags last = { .lo = 5 };
  struct flags f = {
    .lo = 6, .mid = 100, .bytes = { 1, 2, 3, 4 }, .raw = "raw", .name = "hello", .grid = { { 1, 2, 3 }, { 4, 5, 6 } }, .u = { .i = 42 },
    .inner = -7, .hue = BLUE, .next = &last, .fn = twice, .w = 9,
  };
  long sum = scalars('x', 200, -3, 1, GREEN, 1ul << 40);
  sum += by_value((struct point){ 11, 12 }, text, (struct wide){ 21, 22, 23 }, 31);
  sum += pointers(&f, list, twice, &sum);
  sum += (long)floats(1, 2.5, 3);
  sum += mixes((struct mixed){ 1.5, 77 }, 78);
  sum += returns_wide(55).b;
  sum += seven(1, 2, 3, 4, 5, 6, 7);
  sum += outer(3); /* call of outer() */
  if (argc > 1)
    usleep(300000); /* for who wants to look at the process */
  return sum == 0;
}
