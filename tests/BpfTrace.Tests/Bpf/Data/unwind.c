// Compiled without frame pointers: only call frame information leads from one function to its caller.
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

volatile int sink;

__attribute__((noinline)) void leaf(void) { sink = 42; }

// Room on the stack, so that the distance to the caller is another one in each.
__attribute__((noinline)) void third(void)
{
    volatile char room[200];
    room[0] = 1;
    leaf();
    sink += room[0];
}

__attribute__((noinline)) void second(void)
{
    third();
    sink++;
}

__attribute__((noinline)) int first(void)
{
    second();
    return sink;
}

static int compare(const void *a, const void *b)
{
    leaf();
    return 0;
}

static void handler(int number)
{
    int numbers[2] = {2, 1};
    qsort(numbers, 2, sizeof(int), compare);
    sink++;
}

__attribute__((noinline)) int interrupted(void)
{
    raise(SIGUSR1);
    return sink;
}

static void *in_thread(void *unused)
{
    first();
    sink++;
    return 0;
}

// sub rsp, 8; call rdi; add rsp, 8; ret: code that is in no file.
static const unsigned char code[] = {0x48, 0x83, 0xec, 8, 0xff, 0xd7, 0x48, 0x83, 0xc4, 8, 0xc3};

int main(int count, char **arguments)
{
    const char *what = count > 1 ? arguments[1] : "";
    if (!strcmp(what, "wait"))
    {
        puts("ready");
        fflush(stdout);
        getchar();
        first();
        puts("done");
        fflush(stdout);
        getchar();
    }
    else if (!strcmp(what, "signal"))
    {
        signal(SIGUSR1, handler);
        interrupted();
    }
    else if (!strcmp(what, "thread"))
    {
        pthread_t thread;
        pthread_create(&thread, 0, in_thread, 0);
        pthread_join(thread, 0);
    }
    else if (!strcmp(what, "made"))
    {
        void *made = mmap(0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        memcpy(made, code, sizeof(code));
        ((void (*)(void (*)(void)))made)(leaf);
    }
    else
    {
        first();
        getppid();
    }

    return 0;
}
