// Source of sample.bpf.o:
//   clang -target bpf -mcpu=v3 -O2 -g -ffile-prefix-map=$PWD=. -c sample.bpf.c -o sample.bpf.o && llvm-strip -g sample.bpf.o
// Two programs in one section, subprograms in .text (one uses another), a callback, data of all three kinds, two maps.
typedef unsigned int u32;
typedef unsigned long long u64;
#define SEC(n) __attribute__((section(n), used))

static long (*const bpf_loop)(u32 n, void *callback, void *context, u64 flags) = (void *)181;
static void *(*const bpf_map_lookup_elem)(void *map, const void *key) = (void *)1;

struct map { int unused; };
struct map counters SEC(".maps");
struct map events SEC(".maps");

const volatile u64 step = 3;
u64 start = 100;
u64 total;
u64 calls;

static __attribute__((noinline)) u64 twice(u64 x)
{
    calls++;
    return x * 2;
}

static __attribute__((noinline)) u64 add(u64 x)
{
    return twice(x) + step;
}

static long each(u32 index, u64 *sum)
{
    *sum += add(index);
    return 0;
}

SEC("raw_tracepoint/first") int first(void *ctx)
{
    u64 sum = start;
    bpf_loop(4, each, &sum, 0);
    total = sum;
    return (int)sum;
}

SEC("raw_tracepoint/first") int second(void *ctx)
{
    u32 key = 0;
    u64 *value = bpf_map_lookup_elem(&counters, &key);
    if (!value)
        return 0;
    *value += twice(21);
    return (int)*value;
}

SEC("kprobe/vfs_read") int third(void *ctx)
{
    u32 key = 1;
    return bpf_map_lookup_elem(&events, &key) != 0;
}

char _license[] SEC("license") = "GPL";
