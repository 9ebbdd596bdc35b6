namespace BpfTrace.Bpf.Symbols;

/// <summary>Expands paths with <c>*</c> and <c>?</c> as glob(3) does: a leading dot is only matched by a dot, results are sorted.</summary>
internal static class Glob
{
    /// <summary>The existing paths that match; the pattern itself if none does (<c>GLOB_NOCHECK</c>).</summary>
    public static IReadOnlyList<string> Expand(string pattern)
    {
        string[] parts = pattern.Split('/');
        List<string> found = [pattern.StartsWith('/') ? "/" : ""];
        for (int i = 0; i < parts.Length; i++)
        {
            if (parts[i].Length == 0)
                continue;
            bool last = i == parts.Length - 1;
            List<string> next = [];
            foreach (string directory in found)
                Step(directory, parts[i], last, next);
            found = next;
        }

        found.Sort(StringComparer.Ordinal);
        return found.Count > 0 ? found : [pattern];
    }

    private static void Step(string directory, string part, bool last, List<string> found)
    {
        if (part.AsSpan().IndexOfAny('*', '?') < 0)
        {
            string path = directory + part;
            if (last ? File.Exists(path) || Directory.Exists(path) : Directory.Exists(path))
                found.Add(last ? path : path + "/");
            return;
        }

        try
        {
            foreach (string entry in Directory.EnumerateFileSystemEntries(directory.Length == 0 ? "." : directory))
            {
                string name = Path.GetFileName(entry);
                if (!Matches(name, part) || (name[0] == '.' && part[0] != '.'))
                    continue;
                if (last)
                    found.Add(directory + name);
                else if (Directory.Exists(directory + name))
                    found.Add(directory + name + "/");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // As glob(3): a directory that cannot be read matches nothing.
        }
    }

    private static bool Matches(ReadOnlySpan<char> name, ReadOnlySpan<char> pattern)
    {
        // Goes on greedily and comes back to the last star when it gets stuck.
        int n = 0, p = 0, star = -1, starName = 0;
        while (n < name.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = p++;
                starName = n;
            }
            else if (p < pattern.Length && (pattern[p] == '?' || pattern[p] == name[n]))
            {
                p++;
                n++;
            }
            else if (star >= 0)
            {
                p = star + 1;
                n = ++starName;
            }
            else
            {
                return false;
            }
        }

        return pattern[p..].Trim('*').IsEmpty;
    }
}
