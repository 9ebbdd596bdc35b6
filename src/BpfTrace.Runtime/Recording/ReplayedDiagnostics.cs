using System.Collections.Immutable;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Text;

namespace BpfTrace.Recording;

/// <summary>Reads the warnings and errors of a recording, with the texts they point into.</summary>
internal sealed class ReplayedDiagnostics
{
    private readonly List<SourceText> _sources = [];

    public Diagnostic Read(ItemReader items)
    {
        string id = items.RequiredString("a diagnostic's id");
        DiagnosticSeverity severity = Member<DiagnosticSeverity>(items, "a severity");
        string message = items.Text();
        DiagnosticDisplay display = Member<DiagnosticDisplay>(items, "a form");
        bool isLack = items.Byte() != 0;
        TextLocation? location = items.Byte() == 0 ? null : ReadLocation(items);
        ImmutableArray<string> hints = ReadTexts(items);
        ImmutableArray<string> details = ReadTexts(items);
        var notes = new DiagnosticNote[items.Count()];
        for (int i = 0; i < notes.Length; i++)
        {
            string text = items.Text();
            DiagnosticNoteKind kind = Member<DiagnosticNoteKind>(items, "a kind of note");
            notes[i] = new DiagnosticNote(text, ReadLocation(items), kind);
        }

        return new Diagnostic(id, severity, message, location) { Display = display, IsLack = isLack, Hints = hints, Details = details, Notes = [.. notes] };
    }

    private static T Member<T>(ItemReader items, string what)
        where T : struct, Enum
    {
        var value = (T)Enum.ToObject(typeof(T), items.Byte());
        return Enum.IsDefined(value) ? value : throw items.Damaged($"{what} is {value}");
    }

    private static ImmutableArray<string> ReadTexts(ItemReader items)
    {
        var texts = new string[items.Count()];
        for (int i = 0; i < texts.Length; i++)
            texts[i] = items.Text();
        return [.. texts];
    }

    private TextLocation ReadLocation(ItemReader items)
    {
        if (items.Known(_sources, "source") is not { } source)
        {
            string name = items.Text();
            bool isFile = items.Byte() != 0;
            source = new SourceText(items.Text(), name) { IsFile = isFile };
            _sources.Add(source);
        }

        int start = items.Int32("a span's start");
        int length = items.Int32("a span's length");
        if ((long)start + length > source.Length + 1L)
            throw items.Damaged("a place lies outside of its text");
        return new TextLocation(source, new TextSpan(start, length));
    }
}
