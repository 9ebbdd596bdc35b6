namespace BpfTrace.Compiler.Clang;

/// <summary>
/// The headers that are a compiler's own (C11, 4 "Conformance": the freestanding ones), as far as declarations of data need them. clang's come with a
/// package of their own, which is not needed for this.
/// </summary>
internal static class BuiltinHeaders
{
    /// <summary>Where they seem to be.</summary>
    public const string Directory = "/bpftrace/include";

    /// <summary>The headers by name.</summary>
    public static readonly (string Name, string Text)[] Files =
    [
        ("stddef.h", """
            #pragma once
            typedef __SIZE_TYPE__ size_t;
            typedef __PTRDIFF_TYPE__ ptrdiff_t;
            typedef __WCHAR_TYPE__ wchar_t;
            typedef struct { long long __max_align_ll; long double __max_align_ld; } max_align_t;
            #undef NULL
            #define NULL ((void *)0)
            #define offsetof(t, d) __builtin_offsetof(t, d)
            """),
        ("stdbool.h", """
            #pragma once
            #define bool _Bool
            #define true 1
            #define false 0
            #define __bool_true_false_are_defined 1
            """),
        ("stdarg.h", """
            #pragma once
            typedef __builtin_va_list va_list;
            typedef __builtin_va_list __gnuc_va_list;
            #define va_start(ap, param) __builtin_va_start(ap, param)
            #define va_end(ap) __builtin_va_end(ap)
            #define va_arg(ap, type) __builtin_va_arg(ap, type)
            #define va_copy(dest, src) __builtin_va_copy(dest, src)
            """),
        ("stdalign.h", "#pragma once\n#define alignas _Alignas\n#define alignof _Alignof\n"),
        ("stdnoreturn.h", "#pragma once\n#define noreturn _Noreturn\n"),
        ("stdatomic.h", "#pragma once\n"),
        ("stdint.h", """
            #pragma once
            typedef __INT8_TYPE__ int8_t;
            typedef __INT16_TYPE__ int16_t;
            typedef __INT32_TYPE__ int32_t;
            typedef __INT64_TYPE__ int64_t;
            typedef __UINT8_TYPE__ uint8_t;
            typedef __UINT16_TYPE__ uint16_t;
            typedef __UINT32_TYPE__ uint32_t;
            typedef __UINT64_TYPE__ uint64_t;
            typedef __INT_LEAST8_TYPE__ int_least8_t;
            typedef __INT_LEAST16_TYPE__ int_least16_t;
            typedef __INT_LEAST32_TYPE__ int_least32_t;
            typedef __INT_LEAST64_TYPE__ int_least64_t;
            typedef __UINT_LEAST8_TYPE__ uint_least8_t;
            typedef __UINT_LEAST16_TYPE__ uint_least16_t;
            typedef __UINT_LEAST32_TYPE__ uint_least32_t;
            typedef __UINT_LEAST64_TYPE__ uint_least64_t;
            typedef __INT_FAST8_TYPE__ int_fast8_t;
            typedef __INT_FAST16_TYPE__ int_fast16_t;
            typedef __INT_FAST32_TYPE__ int_fast32_t;
            typedef __INT_FAST64_TYPE__ int_fast64_t;
            typedef __UINT_FAST8_TYPE__ uint_fast8_t;
            typedef __UINT_FAST16_TYPE__ uint_fast16_t;
            typedef __UINT_FAST32_TYPE__ uint_fast32_t;
            typedef __UINT_FAST64_TYPE__ uint_fast64_t;
            typedef __INTPTR_TYPE__ intptr_t;
            typedef __UINTPTR_TYPE__ uintptr_t;
            typedef __INTMAX_TYPE__ intmax_t;
            typedef __UINTMAX_TYPE__ uintmax_t;
            #define INT8_MAX 127
            #define INT8_MIN (-INT8_MAX - 1)
            #define UINT8_MAX 255
            #define INT16_MAX 32767
            #define INT16_MIN (-INT16_MAX - 1)
            #define UINT16_MAX 65535
            #define INT32_MAX 2147483647
            #define INT32_MIN (-INT32_MAX - 1)
            #define UINT32_MAX 4294967295U
            #define INT64_MAX 9223372036854775807LL
            #define INT64_MIN (-INT64_MAX - 1)
            #define UINT64_MAX 18446744073709551615ULL
            #define SIZE_MAX __SIZE_MAX__
            """),
        ("limits.h", """
            #pragma once
            #define CHAR_BIT 8
            #define SCHAR_MAX 127
            #define SCHAR_MIN (-SCHAR_MAX - 1)
            #define UCHAR_MAX 255
            #define CHAR_MAX 127
            #define CHAR_MIN (-CHAR_MAX - 1)
            #define SHRT_MAX 32767
            #define SHRT_MIN (-SHRT_MAX - 1)
            #define USHRT_MAX 65535
            #define INT_MAX 2147483647
            #define INT_MIN (-INT_MAX - 1)
            #define UINT_MAX 4294967295U
            #define LONG_MAX __LONG_MAX__
            #define LONG_MIN (-LONG_MAX - 1L)
            #define ULONG_MAX (LONG_MAX * 2UL + 1UL)
            #define LLONG_MAX 9223372036854775807LL
            #define LLONG_MIN (-LLONG_MAX - 1)
            #define ULLONG_MAX 18446744073709551615ULL
            #define PATH_MAX 4096
            #define NAME_MAX 255
            """),
        ("float.h", "#pragma once\n#define FLT_RADIX 2\n"),
        ("iso646.h", "#pragma once\n#define and &&\n#define or ||\n#define not !\n"),
    ];
}
