using System.Net;
using System.Net.Sockets;

namespace FastRegistry.Load.Targets.Grpc;

/// <summary>Opens a connection to the baseline and sets it up.</summary>
internal static class GrpcSessionOpener
{
    /// <exception cref="TargetException">It did not work.</exception>
    public static async Task<GrpcConnection> OpenAsync(
        GrpcAddresses addresses, IPEndPoint server, IPAddress? source, TargetStatistics statistics, CancellationToken cancellationToken)
    {
        Http2Connection http = await ConnectAsync(server, source, cancellationToken).ConfigureAwait(false);
        SessionContent content = new(GrpcMessages.Setup());
        GrpcConnection connection = new(http, addresses, content, statistics);

        // The requests themselves take no token: the stream's would stay tied to it for its whole life.
        using CancellationTokenRegistration giveUp = cancellationToken.UnsafeRegister(static state => ((GrpcConnection)state!).Abort(), connection);
        string? failure;
        try
        {
            HttpResponseMessage response = await http.PostAsync(addresses.Open, content).ConfigureAwait(false);
            failure = GrpcReply.FailureIn(response) ?? await connection.StartAsync(response).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // A connection that is reset while the handler takes it over comes as one of many exceptions, bare socket errors among them.
        catch (Exception)
#pragma warning restore CA1031
        {
            failure = TargetStatus.ConnectionLost;
        }

        if (failure is null)
        {
            return connection;
        }

        connection.Abort();
        content.Complete();
        throw new TargetException(cancellationToken.IsCancellationRequested ? TargetStatus.Cancelled : $"set-up: {failure}");
    }

    private static async Task<Http2Connection> ConnectAsync(IPEndPoint server, IPAddress? source, CancellationToken cancellationToken)
    {
        try
        {
            return await Http2Connection.ConnectAsync(server, source, cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException fault)
        {
            throw new TargetException($"connect: {fault.SocketErrorCode}");
        }
        catch (OperationCanceledException)
        {
            throw new TargetException(TargetStatus.Cancelled);
        }
    }
}
