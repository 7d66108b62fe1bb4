using System.Net;
using FastRegistry.Load.Commands;
using FastRegistry.Load.Targets;
using FastRegistry.Load.Targets.Native;

namespace FastRegistry.Load.Servers;

/// <summary>Finds out with one connection whether a server speaks the protocol as this tool does, before minutes are spent on a run. Stateless.</summary>
internal static class ProtocolCheck
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <param name="server">Where it takes clients.</param>
    /// <param name="what">The server, for people.</param>
    /// <exception cref="CannotRunException">It refuses the set-up, or answers it as another build would.</exception>
    public static async Task RequireAsync(IPEndPoint server, string what, CancellationToken cancellationToken)
    {
        await using NativeTarget target = new();
        using CancellationTokenSource timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(Timeout);
        try
        {
            ITargetConnection connection = await target.ConnectAsync(server, source: null, timeout.Token);
            await connection.LeaveAsync();
        }
        catch (TargetException reason)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new CannotRunException($"{what} cannot be driven by this tool: {reason.Message}");
        }
    }
}
