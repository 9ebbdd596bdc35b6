/* What tests of user probes attach to: functions and static probes that are reached a known number of times with known values. With an argument it
   first waits for a line on its input. The notes of the static probes are written out: https://sourceware.org/systemtap/wiki/UserSpaceProbeImplementation */
#include <stdio.h>

/* A static probe with its note; the semaphore is an address or 0. */
#define PROBE(provider, name, semaphore, arguments) \
    "990: nop\n" \
    ".pushsection .note.stapsdt,\"\",\"note\"\n" \
    ".balign 4\n" \
    ".4byte 992f-991f, 994f-993f, 3\n" \
    "991: .asciz \"stapsdt\"\n" \
    "992: .balign 4\n" \
    "993: .8byte 990b, _.stapsdt.base, " semaphore "\n" \
    ".asciz \"" provider "\"\n" \
    ".asciz \"" name "\"\n" \
    ".asciz \"" arguments "\"\n" \
    "994: .balign 4\n" \
    ".popsection\n"

asm(".pushsection .stapsdt.base,\"aG\",\"progbits\",.stapsdt.base,comdat\n"
    ".weak _.stapsdt.base\n.hidden _.stapsdt.base\n_.stapsdt.base: .space 1\n.size _.stapsdt.base, 1\n.popsection\n");

unsigned short sale_semaphore __attribute__((section(".probes"), used));

/* The sum is in rax from the fourth byte on. */
long add(long a, long b);
asm(".globl add\n.type add, @function\nadd: lea (%rdi,%rsi), %rax\nnop\nret\n.size add, .-add\n");

/* Every form an argument takes: register, narrow register, constant, memory, memory by symbol, memory by index. */
void sell(const long *prices, long index, const char *name);
asm(".globl sell\n.type sell, @function\nsell:\n"
    "push %rbx\n"
    "mov $-5, %ebx\n"
    PROBE("shop", "sale", "sale_semaphore", "8@%rsi -4@%ebx -1@%bl -2@$-300 -8@8(%rdi) -8@(%rdi,%rsi,8) 4@stock(%rip) 8@%rdx")
    "pop %rbx\nret\n.size sell, .-sell\n");

void close_shop(void);
asm(".globl close_shop\n.type close_shop, @function\nclose_shop:\n" PROBE("shop", "closed", "0", "") "ret\n.size close_shop, .-close_shop\n");

unsigned int stock = 77;
volatile int watched;

int main(int argc, char **argv)
{
    static const long prices[] = {10, -20, 30};
    char line[16];
    if (argc > 1 && (puts("ready"), fflush(stdout), !fgets(line, sizeof line, stdin)))
        return 1;
    printf("%s\n", sale_semaphore ? "somebody looks" : "nobody looks");
    fflush(stdout);
    add(3, 4);
    add(30, 40);
    for (long i = 0; i < 3; i++)
        sell(prices, i, "shoe");
    close_shop();
    for (int i = 1; i <= 4; i++)
        watched = i * 11;
    return 0;
}
