using System.Buffers;
using System.Collections.Immutable;
using BpfTrace.Bpf;
using BpfTrace.Compiler.Layout;
using BpfTrace.Decoding;
using BpfTrace.Formatting;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Symbols;
using BpfTrace.MapReading;

namespace BpfTrace;

/// <summary>Acts on the records of a script: one method for each family of output site.</summary>
internal sealed partial class RecordActions : IRecordActions, IDisposable
{
    private readonly BoundProgram _program;
    private readonly TraceOptions _options;
    private readonly IValueResolver _resolver;
    private readonly Func<string, BpfMap?> _findMap;
    private readonly EventDecoder _decoder;
    private readonly MapReader _maps;
    private readonly Dictionary<string, MapLayout> _layouts = new(StringComparer.Ordinal);
    private readonly ShellCommand _shell = new();
    private readonly Action? _tick;
    private readonly Action<ulong>? _unwatch;
    private readonly PacketFiles? _packetFiles;
    private readonly RepeatedErrors? _repeated;
    private readonly bool _hasExit;

    /// <param name="program">The script, with the output sites the compiler added.</param>
    /// <param name="options">Form, permissions.</param>
    /// <param name="resolver">Symbols, names, times.</param>
    /// <param name="findMap">The kernel's map of a name; null when there is none.</param>
    /// <param name="tick">What is done now and then; null for nothing.</param>
    /// <param name="swapMap">Puts an empty map in the place of the kernel's map of a name and returns the old one; null where that cannot be done.</param>
    /// <param name="unwatch">Takes the watchpoints at an address away; null where there are none.</param>
    /// <exception cref="TraceStartException">A file the script writes packets to cannot be written.</exception>
    public RecordActions(
        BoundProgram program,
        TraceOptions options,
        IValueResolver resolver,
        Func<string, BpfMap?> findMap,
        Action? tick = null,
        Func<string, BpfMap>? swapMap = null,
        Action<ulong>? unwatch = null)
    {
        _unwatch = unwatch;
        _swapMap = swapMap;
        _tick = tick;
        _program = program;
        _options = options;
        _resolver = resolver;
        _findMap = findMap;
        _decoder = new EventDecoder(program, resolver) { EscapeControlCharacters = options.EscapeControlCharacters };
        _maps = new MapReader(_decoder);
        _hasExit = program.Sites.Any(static s => s.Kind == OutputKind.Exit);
        foreach (MapSymbol map in program.Maps)
            _layouts.Add(map.Name, MapLayout.Create(map));
        _repeated = options.SummarizeErrors ? new RepeatedErrors(program) : null;
        _packetFiles = PacketFiles.Create(program, options.WorkingDirectory);
    }

    private bool IsText => _options.Form is EventForm.Text or EventForm.Json;

    private bool IsJson => _options.Form == EventForm.Json;

    /// <inheritdoc/>
    public void Prepare()
    {
        // Of several places most are never reached.
        if (!IsText && _program.Sites.Where(HasOwnType).Take(2).ToArray() is [OutputSite only])
            _decoder.Prepare(only);

        bool HasOwnType(OutputSite site) => CompiledTrace.MakesEvents(site, _options) && CompiledTrace.FixedEventType(site) is null;
    }

    /// <inheritdoc/>
    public void Execute(ReadOnlySpan<byte> record, RecordOutput output)
    {
        if (!_decoder.TryReadHeader(record, out RecordHeader header, out Diagnostic? malformed))
        {
            output.Warn(malformed);
            return;
        }

        OutputSite site = header.Site;
        switch (site.Kind)
        {
            case OutputKind.Printf when site.IsHeading && _options.SeparateHeadings && !IsJson:
                EmitHeading(record, output);
                break;
            case OutputKind.Printf or OutputKind.PrintValue or OutputKind.Time or OutputKind.Join:
                EmitEvent(record, output);
                break;
            case OutputKind.Errorf or OutputKind.Warnf:
                EmitMessage(site, record, output);
                break;
            case OutputKind.PrintMap:
                PrintMap(site.Map!, _decoder.ReadInteger(record, 0), _decoder.ReadInteger(record, 1), output);
                break;
            case OutputKind.ClearMap:
                ClearMap(site.Map!.Name);
                break;
            case OutputKind.ZeroMap:
                ZeroMap(site.Map!.Name);
                break;
            case OutputKind.Unwatch:
                _unwatch?.Invoke((ulong)_decoder.ReadInteger(record, 0));
                break;
            case OutputKind.Cat:
                Cat(site, record, output);
                break;
            case OutputKind.System:
                RunCommand(site, record, output);
                break;
            case OutputKind.Packet:
                WritePacket(site, record, output);
                break;
            case OutputKind.Exit:
                output.RequestExit((byte)_decoder.ReadInteger(record, 0));
                break;
            case OutputKind.RuntimeError:
                ReportRuntimeError(site, (int)_decoder.ReadInteger(record, 0), output);
                break;
            default:
                throw new InvalidOperationException($"an output site of kind {site.Kind} has no action");
        }
    }

    /// <inheritdoc/>
    public bool IsEnd(ReadOnlySpan<byte> record) =>
        _hasExit && _decoder.TryReadHeader(record, out RecordHeader header, out _) && header.Site.Kind == OutputKind.Exit;

    /// <inheritdoc/>
    public void Tick(RecordOutput output)
    {
        _tick?.Invoke();
        FlushPackets(output);
    }

    /// <inheritdoc/>
    public void Close(RecordOutput output) => _packetFiles?.Close((site, e) => ReportPacketFile(site, e, output));

    /// <summary>Closes the files of a trace that did not start.</summary>
    public void Dispose() => _packetFiles?.Dispose();

    /// <inheritdoc/>
    public void EndEvents(RecordOutput output)
    {
        // bpftrace's TextOutput::end: two line breaks between the events and the maps, whether there are any or not.
        if (IsText && !IsJson)
            output.Text.Write("\n\n"u8);
        foreach (Diagnostic error in _repeated?.Describe() ?? [])
            output.Warn(error);
    }

    /// <inheritdoc/>
    public void Interrupt() => _shell.Interrupt();

    private void EmitEvent(ReadOnlySpan<byte> record, RecordOutput output)
    {
        Diagnostic? malformed;
        if (IsText)
        {
            if (output.IsRecording && _decoder.TryDecode(record, out TraceEvent? recorded, out _))
                output.Record(new EventRecord(recorded));
            if (IsJson ? _decoder.TryWriteJson(record, output.Text, out malformed) : _decoder.TryWriteText(record, output.Text, out malformed))
            {
                output.EndText();
                return;
            }
        }
        else if (_decoder.TryDecode(record, out TraceEvent? decoded, out malformed))
        {
            output.Emit(decoded);
            return;
        }

        output.Warn(malformed);
    }

    private void EmitHeading(ReadOnlySpan<byte> record, RecordOutput output)
    {
        Diagnostic? malformed;
        if (IsText)
        {
            if (_decoder.TryWriteText(record, output.Text, out malformed))
            {
                if (output.IsRecording && _decoder.TryFormatText(record, out string? recorded, out _))
                    output.Record(new HeadingRecord(recorded));
                output.Flush(); // no event: it does not count as one
                return;
            }
        }
        else if (_decoder.TryFormatText(record, out string? text, out malformed))
        {
            output.Send(new HeadingRecord(text));
            return;
        }

        output.Warn(malformed);
    }

    private void EmitMessage(OutputSite site, ReadOnlySpan<byte> record, RecordOutput output)
    {
        if (site.Kind == OutputKind.Warnf && _options.HelperErrors == HelperErrors.None)
            return; // bpftrace: --no-warnings

        if (!_decoder.TryFormatText(record, out string? text, out Diagnostic? malformed))
            output.Warn(malformed);
        else if (IsJson)
            WriteDiagnostic(site, At(site, SessionDiagnosticIds.ScriptError, DiagnosticSeverity.Error, text), 0, output);
        else if (site.Kind == OutputKind.Errorf)
            output.Error(At(site, SessionDiagnosticIds.ScriptError, DiagnosticSeverity.Error, text) with { Display = DiagnosticDisplay.PlaceOnly });
        else
            output.Warn(At(site, SessionDiagnosticIds.ScriptWarning, DiagnosticSeverity.Warning, text) with { Display = DiagnosticDisplay.PlaceOnly });
    }

    private void ReportRuntimeError(OutputSite site, int code, RecordOutput output)
    {
        if (IsJson)
            WriteDiagnostic(site, RuntimeErrors.Describe(_program.Source, site, code), code, output);
        else if (_repeated is null)
            output.Warn(RuntimeErrors.Describe(_program.Source, site, code));
        else if (_repeated.IsFirst(site, code))
            output.Warn(RuntimeErrors.Describe(_program.Source, site, code) with { Hints = RuntimeErrors.NextStep(site, code) });
    }

    private static void WriteDiagnostic(OutputSite site, Diagnostic diagnostic, int code, RecordOutput output)
    {
        var line = new Utf8Writer();
        JsonMessages.WriteDiagnostic(line, diagnostic, site, code);
        output.Record(diagnostic.IsError ? new ErrorRecord(diagnostic) : new WarningRecord(diagnostic));
        output.Text.Write(line.Written);
        output.EndText();
    }

    private void PrintMap(MapSymbol map, long top, long divisor, RecordOutput output)
    {
        MapSnapshot snapshot = Snapshot(map.Name);
        if (IsText)
        {
            if (IsJson)
                snapshot.WriteJson(output.Text, top, divisor, showEmptyScalar: true);
            else
                snapshot.WriteText(output.Text, top, divisor, showEmptyScalar: true, _options.EscapeControlCharacters);
            if (IsJson || snapshot.IsPrinted)
                output.EndText();
            RecordMap(output, output.IsRecording ? snapshot.GetEntries(top, divisor, showEmptyScalar: true) : [], isPrinted: true);
            return;
        }

        ImmutableArray<MapEntry> entries = snapshot.GetEntries(top, divisor, showEmptyScalar: true);
        if (entries.Length > 0)
            output.Emit(new MapRecord(entries) { IsPrinted = true });
    }

    private static void RecordMap(RecordOutput output, ImmutableArray<MapEntry> entries, bool isPrinted)
    {
        if (entries.Length > 0)
            output.Record(new MapRecord(entries) { IsPrinted = isPrinted });
    }

    /// <inheritdoc/>
    public void ReportLoss(long count, RecordOutput output)
    {
        if (!IsJson)
        {
            output.Warn(SessionDiagnostics.Lost(count));
            return;
        }

        var line = new Utf8Writer();
        JsonMessages.WriteLost(line, count);
        output.Record(new WarningRecord(SessionDiagnostics.Lost(count)));
        output.Text.Write(line.Written);
        output.Flush();
    }

    private void RunCommand(OutputSite site, ReadOnlySpan<byte> record, RecordOutput output)
    {
        if (!_options.AllowUnsafe)
        {
            // The binder refuses such a script; this is the last door.
            output.Error(Failed(site, "system() not allowed in safe mode. Use '--unsafe'."));
            return;
        }

        if (!_decoder.TryCreateCommand(record, out ShellText? command, out Diagnostic? malformed))
        {
            output.Warn(malformed);
            return;
        }

        if (command.Problem is { } problem)
        {
            output.Error(Failed(site, $"the command is not run: {problem}"));
            return;
        }

        output.Flush(); // what was printed before appears before the command's own effects
        FlushPackets(output);
        if (_shell.Run(command, out byte[] text, out int exitCode, out string? failure))
        {
            if (Makes(output) && _decoder.TryFormatText(record, out string? shown, out _))
                Emit(record, new CommandEvent(shown, exitCode, KernelText.Decode([.. text, (byte)'\n'])), output);
            if (IsText)
                WriteBytes(site, IsJson ? text : [.. text, (byte)'\n'], output);
        }

        if (failure is not null)
            output.Error(Failed(site, failure));
    }

    /// <summary>Whether events are made of what is put out: for the consumer, or for a recording beside its text.</summary>
    private bool Makes(RecordOutput output) => !IsText || output.IsRecording;

    private void Emit(ReadOnlySpan<byte> record, TraceEvent made, RecordOutput output)
    {
        TraceEvent whole = _decoder.WithHeader(record, made);
        if (IsText)
            output.Record(new EventRecord(whole));
        else
            output.Emit(whole);
    }

    /// <summary>Bytes that are printed as they are.</summary>
    private void WriteBytes(OutputSite site, ReadOnlySpan<byte> bytes, RecordOutput output)
    {
        if (IsJson)
        {
            var line = new Utf8Writer();
            JsonMessages.WriteText(line, JsonMessages.TypeOf(site.Kind), bytes);
            output.Text.Write(line.Written);
        }
        else if (_options.EscapeControlCharacters)
        {
            ConsoleEscape.Write(output.Text, bytes);
        }
        else
        {
            output.Text.Write(bytes);
        }

        output.EndText();
    }

    /// <summary>What this side failed to do for a program. bpftrace's text of it does not name the place (src/async_action.cpp).</summary>
    private Diagnostic Failed(OutputSite site, string message) =>
        At(site, SessionDiagnosticIds.ActionFailed, DiagnosticSeverity.Error, message) with { Display = DiagnosticDisplay.MessageOnly };

    /// <summary>A text at its place. It has values from the traced system in it. bpftrace's text form leaves one line end at its end out, its JSON none (src/log.cpp).</summary>
    private Diagnostic At(OutputSite site, string id, DiagnosticSeverity severity, string message)
    {
        if (!IsJson && message.EndsWith('\n'))
            message = message[..^1];
        return RuntimeErrors.At(_program.Source, site, id, severity, _options.EscapeControlCharacters ? ConsoleEscape.Escape(message) : message);
    }
}
