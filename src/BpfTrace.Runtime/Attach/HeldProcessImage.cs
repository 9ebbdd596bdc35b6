using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace BpfTrace;

/// <summary>
/// The program a held process starts as: it waits for one byte on a pipe and then becomes the command, so that the command's
/// very first instruction is already traced. A complete static ELF file of some 300 bytes, made in memory.
/// </summary>
/// <remarks>
/// A shell that stops itself would do too, but its own system calls and library calls, with the child's pid, would be
/// traced along with the command's. Everything here that depends on the processor is in this file.
/// </remarks>
internal static class HeldProcessImage
{
    private const int HeaderSize = 64 + 56; // ELF header and one program header
    private const int LoadAddress = 0x400000;
    private const int NameSize = 16;

    // Where the code has the name's address and the descriptors.
    private const int NameAddress = 0x09;
    private static ReadOnlySpan<byte> CommandDescriptors => [0x2b, 0x54];
    private static ReadOnlySpan<byte> ResultDescriptors => [0x41, 0x8f];

    private static ReadOnlySpan<byte> Code =>
    [
        0x48, 0x89, 0xe3,                   // mov rbx, rsp
        0xbf, 0x0f, 0, 0, 0,                // prctl(PR_SET_NAME, name)
        0xbe, 0, 0, 0, 0,
        0xb8, 0x9d, 0, 0, 0, 0x0f, 0x05,
        0xbf, 0x01, 0, 0, 0,                // prctl(PR_SET_PDEATHSIG, SIGTERM): also of the command, which execve leaves it to
        0xbe, 0x0f, 0, 0, 0,
        0xb8, 0x9d, 0, 0, 0, 0x0f, 0x05,
        0xb8, 0x48, 0, 0, 0,                // fcntl(command, F_SETFD, FD_CLOEXEC)
        0xbf, 0, 0, 0, 0,
        0xbe, 0x02, 0, 0, 0, 0xba, 0x01, 0, 0, 0, 0x0f, 0x05,
        0xb8, 0x48, 0, 0, 0,                // fcntl(result, F_SETFD, FD_CLOEXEC): closed by a successful execve
        0xbf, 0, 0, 0, 0,
        0xbe, 0x02, 0, 0, 0, 0xba, 0x01, 0, 0, 0, 0x0f, 0x05,
        0x31, 0xc0,                         // again: read(command, rsp - 16, 1)
        0xbf, 0, 0, 0, 0,
        0x48, 0x8d, 0x74, 0x24, 0xf0, 0xba, 0x01, 0, 0, 0, 0x0f, 0x05,
        0x83, 0xf8, 0xfc, 0x74, 0xe8,       // -EINTR: again
        0x83, 0xf8, 0x01, 0x75, 0x31,       // the tracer is gone: exit
        0x48, 0x8b, 0x7b, 0x10,             // execve(argv[1], argv + 2, envp)
        0x48, 0x8d, 0x73, 0x18,
        0x48, 0x8b, 0x03, 0x48, 0x8d, 0x54, 0xc3, 0x10,
        0xb8, 0x3b, 0, 0, 0, 0x0f, 0x05,
        0x89, 0x44, 0x24, 0xf0,             // it failed: write(result, &errno, 4)
        0xb8, 0x01, 0, 0, 0, 0xbf, 0, 0, 0, 0,
        0x48, 0x8d, 0x74, 0x24, 0xf0, 0xba, 0x04, 0, 0, 0, 0x0f, 0x05,
        0xb8, 0xe7, 0, 0, 0, 0xbf, 0x7f, 0, 0, 0, 0x0f, 0x05, // exit_group(127)
    ];

    /// <summary>Whether there is code for this processor.</summary>
    public static bool IsSupported => RuntimeInformation.ProcessArchitecture == Architecture.X64;

    /// <summary>The file.</summary>
    /// <param name="name">The process's name until it becomes the command; at most 15 ASCII characters.</param>
    /// <param name="commandFd">The descriptor, in the child, that the start byte is read from.</param>
    /// <param name="resultFd">The descriptor, in the child, that a failed execve's negative error number is written to.</param>
    public static byte[] Create(string name, int commandFd, int resultFd)
    {
        ReadOnlySpan<byte> code = Code;
        var image = new byte[HeaderSize + code.Length + NameSize];
        WriteHeaders(image);
        Span<byte> text = image.AsSpan(HeaderSize, code.Length);
        code.CopyTo(text);
        BinaryPrimitives.WriteInt32LittleEndian(text[NameAddress..], LoadAddress + HeaderSize + code.Length);
        foreach (byte offset in CommandDescriptors)
            BinaryPrimitives.WriteInt32LittleEndian(text[offset..], commandFd);
        foreach (byte offset in ResultDescriptors)
            BinaryPrimitives.WriteInt32LittleEndian(text[offset..], resultFd);
        for (int i = 0; i < Math.Min(name.Length, NameSize - 1); i++)
            image[HeaderSize + code.Length + i] = (byte)name[i];
        return image;
    }

    // struct Elf64_Ehdr and Elf64_Phdr, elf(5).
    private static void WriteHeaders(Span<byte> image)
    {
        ReadOnlySpan<byte> ident = [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1];
        ident.CopyTo(image);
        BinaryPrimitives.WriteUInt16LittleEndian(image[16..], 2);                        // e_type: ET_EXEC
        BinaryPrimitives.WriteUInt16LittleEndian(image[18..], 62);                       // e_machine: EM_X86_64
        BinaryPrimitives.WriteUInt32LittleEndian(image[20..], 1);                        // e_version
        BinaryPrimitives.WriteUInt64LittleEndian(image[24..], LoadAddress + HeaderSize); // e_entry
        BinaryPrimitives.WriteUInt64LittleEndian(image[32..], 64);                       // e_phoff
        BinaryPrimitives.WriteUInt16LittleEndian(image[52..], 64);                       // e_ehsize
        BinaryPrimitives.WriteUInt16LittleEndian(image[54..], 56);                       // e_phentsize
        BinaryPrimitives.WriteUInt16LittleEndian(image[56..], 1);                        // e_phnum
        Span<byte> program = image[64..];
        BinaryPrimitives.WriteUInt32LittleEndian(program, 1);                            // p_type: PT_LOAD
        BinaryPrimitives.WriteUInt32LittleEndian(program[4..], 5);                       // p_flags: PF_R | PF_X
        BinaryPrimitives.WriteUInt64LittleEndian(program[16..], LoadAddress);            // p_vaddr
        BinaryPrimitives.WriteUInt64LittleEndian(program[24..], LoadAddress);            // p_paddr
        BinaryPrimitives.WriteUInt64LittleEndian(program[32..], (ulong)image.Length);    // p_filesz
        BinaryPrimitives.WriteUInt64LittleEndian(program[40..], (ulong)image.Length);    // p_memsz
        BinaryPrimitives.WriteUInt64LittleEndian(program[48..], 0x1000);                 // p_align
    }
}
