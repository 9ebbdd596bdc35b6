using System.Net.Sockets;
using System.Text;

namespace BpfTrace.Cli;

/// <summary>Tells systemd how far a service is (sd_notify(3)): a unit of <c>Type=notify</c> is up once the probes are attached.</summary>
internal static class ServiceNotification
{
    private const string Variable = "NOTIFY_SOCKET";

    /// <summary>Whether somebody wants to know.</summary>
    public static bool IsWanted => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 };

    /// <summary>Sends a state.</summary>
    /// <returns>Null, or what went wrong.</returns>
    public static string? Send(string state)
    {
        // A path, or after @ a name in the abstract name space; other kinds of socket are not used for services.
        string address = Environment.GetEnvironmentVariable(Variable)!;
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            socket.SendTo(Encoding.UTF8.GetBytes(state), new UnixDomainSocketEndPoint(address[0] == '@' ? '\0' + address[1..] : address));
            return null;
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            return e.Message;
        }
    }
}
