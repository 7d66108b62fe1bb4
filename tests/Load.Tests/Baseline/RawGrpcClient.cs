using FastRegistry.Load.Baseline.Hosting;
using FastRegistry.Load.Targets.Grpc;

namespace FastRegistry.Load.Tests.Baseline;

/// <summary>A connection over which a test sends what it likes.</summary>
internal sealed class RawGrpcClient : IDisposable
{
    private readonly BaselineHost _host;
    private readonly Http2Connection _connection;
    private SessionContent? _stream;

    private RawGrpcClient(BaselineHost host, Http2Connection connection)
    {
        _host = host;
        _connection = connection;
    }

    public static async Task<RawGrpcClient> ConnectAsync(BaselineHost host) =>
        new(host, await Http2Connection.ConnectAsync(host.ClientEndPoint, source: null, TestContext.Current.CancellationToken));

    /// <summary>Opens the stream with a set-up that is valid.</summary>
    public async Task SetUpAsync()
    {
        _stream = new SessionContent(GrpcMessages.Setup());
        HttpResponseMessage response = await _connection.PostAsync(AddressOf("/fastregistry.v1.Session/Open"), _stream);
        byte[] first = new byte[6];
        await (await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken)).ReadExactlyAsync(first, TestContext.Current.CancellationToken);
        Assert.Equal(1, first[5]);
    }

    /// <summary>Makes a call with these bytes as its body.</summary>
    /// <returns>The status and the body.</returns>
    public async Task<(string Status, byte[] Body)> CallAsync(string path, params byte[] body)
    {
        using HttpResponseMessage response = await _connection.PostAsync(AddressOf(path), new FramedContent(body)).WaitAsync(BaselineFixture.Deadline);
        byte[] answer = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        IEnumerable<string>? status = response.Headers.TryGetValues("grpc-status", out IEnumerable<string>? inHeaders) ? inHeaders : response.TrailingHeaders.GetValues("grpc-status");
        return (Assert.Single(status), answer);
    }

    public void Dispose()
    {
        _stream?.Complete();
        _connection.Dispose();
    }

    private Uri AddressOf(string path) => new($"http://{_host.ClientEndPoint}{path}");
}
