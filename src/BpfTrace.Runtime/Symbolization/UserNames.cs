using System.Globalization;

namespace BpfTrace;

/// <summary>Users' names by uid, from <c>/etc/passwd</c> as bpftrace reads it: no name service is asked.</summary>
internal sealed class UserNames
{
    private readonly string _path;
    private readonly Dictionary<ulong, string> _names = [];
    private bool _read;

    public UserNames(string path = "/etc/passwd") => _path = path;

    /// <summary>A user's name; empty when there is none.</summary>
    public string Find(ulong uid)
    {
        if (!_read)
            Read();
        return _names.GetValueOrDefault(uid, "");
    }

    private void Read()
    {
        _read = true;
        try
        {
            foreach (string line in File.ReadLines(_path))
            {
                string[] fields = line.Split(':');
                if (fields.Length >= 3 && ulong.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out ulong uid))
                    _names.TryAdd(uid, fields[0]);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // no readable file: users have no names
        }
    }
}
