namespace BpfTrace.Language.Completion;

public static partial class Documentation
{
    private const string Functions = """
        bswap | uintN bswap(uintN n) | the bytes in the other order
        buf | buffer buf(void * data [, uint64 length]) | bytes from memory; printed with %r or %rh
        debugf | void debugf(const string fmt, args...) | printf into the kernel's trace_pipe
        getopt | value getopt(string name [, default [, description]]) | a named parameter of the script
        memcmp | int memcmp(left, right, uint64 count) | 0 where the first bytes are equal
        override | void override(uint64 rc) | makes the traced function return at once (unsafe)
        path | string path(struct path * path [, int32 size]) | a file's full path
        signal | void signal(const string name or uint32 number) | sends the current process a signal (unsafe)
        signal_name | string signal_name(uint32 number) | a signal's name
        signal_thread | void signal_thread(const string name or uint32 number) | sends the current thread a signal (unsafe)
        skboutput | uint32 skboutput(const string path, struct sk_buff * skb, uint64 length, const uint64 offset) | writes a packet to a pcap file
        socket_cookie | uint64 socket_cookie(struct sock * sk) | a socket's unique number
        str | string str(char * data [, uint32 length]) | a text from memory, up to its NUL; length counts the NUL
        str_concat | string str_concat(string left, string right) | both texts, one after the other
        strcap | uint64 strcap(string text) | how many bytes the text has room for
        strcontains | bool strcontains(string haystack, string needle) | whether the first has the second
        strerror | string strerror(int errno) | an error number's text
        strftime | timestamp strftime(const string fmt, timestamp ns) | a time as text
        strlen | uint64 strlen(string text) | length without the NUL
        strncmp | uint64 strncmp(string a, string b, const uint64 n) | 0 where the first n bytes are equal
        strstr | int64 strstr(string haystack, string needle) | position of the second in the first, or -1
        syscall_name | string syscall_name(int number) | a system call's name
        write_user | bool write_user(void * to, void * from, uint32 length) | writes memory of the user program (unsafe)
        """;

    private const string Addresses = """
        cgroup_path | cgroup_path_t cgroup_path(uint64 id [, const string filter]) | a control group's path
        cgroupid | uint64 cgroupid(const string path) | id of a control group; evaluated when the script is compiled
        container_of | T * container_of(member *, type, member) | the structure around a member
        is_err | bool is_err(void * ptr) | whether a pointer is an error number
        kaddr | uint64 kaddr(const string name) | address of a kernel symbol
        kptr | T * kptr(T * ptr) | the pointer, as one into the kernel's memory
        ksym | ksym_t ksym(uint64 address) | the kernel function at an address
        macaddr | macaddr_t macaddr(char[6] mac) | a hardware address
        ntop | inet ntop([int64 af, ] address) | an IPv4 or IPv6 address
        percpu_kaddr | uint64 * percpu_kaddr(const string name [, uint64 cpu]) | address of a per-CPU variable
        pton | char[] pton(const string address) | the bytes of an IP address
        reg | uint64 reg(const string name) | a processor register: reg("ip")
        uaddr | T * uaddr(const string name) | address of a symbol of the traced program
        unwatch | void unwatch(void * addr) | takes the watchpoints at an address away, a moment later
        uptr | T * uptr(T * ptr) | the pointer, as one into the user program's memory
        usdt_arg | uint64 usdt_arg(const int n) | an argument of a usdt probe
        usym | usym_t usym(uint64 address) | the user function at an address
        """;

    private const string Outputs = """
        cat | void cat(const string namefmt, args...) | prints a file
        clear | void clear(map m) | empties a map
        errorf | void errorf(const string fmt, args...) | prints an error with the script's position
        exit | void exit([int code]) | ends the trace
        join | void join(char *arr[] [, char * separator]) | prints a list of texts such as argv
        print | void print(value or map [, int top [, int divisor]]) | prints a value or a map
        printf | void printf(const string fmt, args...) | prints as C's printf; one typed event for each call
        system | void system(const string namefmt, args...) | runs a shell command (unsafe)
        time | void time([const string fmt]) | prints the time, as strftime(3)
        warnf | void warnf(const string fmt, args...) | prints a warning with the script's position
        zero | void zero(map m) | sets all values of a map to zero
        """;

    private const string MapFunctions = """
        avg | @m = avg(int64 n) | the mean of all values
        count | @m = count() | how often it was called
        delete | bool delete(map m [, key]) | removes an entry
        find | bool find(map m, key, $variable) | reads an entry if there is one
        has_key | bool has_key(map m, key) | whether there is such an entry
        hist | @m = hist(int64 n [, int k [, int weight]]) | a histogram with power-of-two buckets, 2^k to a power
        is_scalar | bool is_scalar(map m) | whether the map has no key
        len | int64 len(map or stack) | how many entries or frames
        lhist | @m = lhist(int64 n, int64 min, int64 max, int64 step [, int weight]) | a histogram with buckets of one size
        max | @m = max(int64 n) | the largest value
        min | @m = min(int64 n) | the smallest value
        stack_len | int64 stack_len(stack) | how many frames
        stats | @m = stats(int64 n) | count, mean and sum
        sum | @m = sum(int64 n) | the sum of all values
        tseries | @m = tseries(int64 n, interval, int buckets [, aggregation]) | values over time
        """;

    private const string Checks = """
        assert | void assert(bool condition, string message) | ends the trace where the condition does not hold
        assert_str | void assert_str(value) | refuses what is no text, when the script is compiled
        fail | void fail(const string fmt, args...) | refuses the script where it is visited, when it is compiled
        is_array | bool is_array(value) | whether it is an array
        is_integer | bool is_integer(value) | whether it is an integer
        is_literal | bool is_literal(value) | whether it is a literal
        is_ptr | bool is_ptr(value) | whether it is a pointer
        is_str | bool is_str(value) | whether it is a text
        is_unsigned_integer | bool is_unsigned_integer(value) | whether it is an unsigned integer
        kfunc_allowed | bool kfunc_allowed(const string name) | whether a kernel function may be called from this kind of probe
        kfunc_exist | bool kfunc_exist(const string name) | whether the kernel has such a function for programs
        offsetof | uint64 offsetof(type, member) | a member's distance from the structure's start
        sizeof | uint64 sizeof(type or value) | size in bytes
        static_assert | void static_assert(bool condition, string message) | refuses the script where the condition does not hold
        typeof | type typeof(value) | the type of a value, for casts and declarations
        typeinfo | record typeinfo(value) | name, kind and size of a type
        unroll | unroll (n) { ... } | the block n times over
        """;
}
