using System.Net.Sockets;
using System.Text;

namespace FastRegistry.Server.Tests.Harness;

/// <summary>A request in bytes that no client library would send, and everything that comes back until the server closes.</summary>
internal static class RawRequest
{
    public static Task<string> SendAsync(Uri server, string text) => SendAsync(server, Encoding.Latin1.GetBytes(text));

    public static async Task<string> SendAsync(Uri server, byte[] bytes)
    {
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(30));
        using TcpClient socket = new();
        await socket.ConnectAsync(server.Host, server.Port, deadline.Token);
        NetworkStream stream = socket.GetStream();
        await stream.WriteAsync(bytes, deadline.Token);
        using MemoryStream answer = new();
        await stream.CopyToAsync(answer, deadline.Token);
        return Encoding.UTF8.GetString(answer.ToArray());
    }
}
