using System.Buffers;
using System.Net.Http.Headers;
using FastRegistry.Load.Scenarios;
using FastRegistry.Load.Targets.Grpc.Framing;

namespace FastRegistry.Load.Targets.Grpc;

/// <summary>Reads the whole answer of a unary call.</summary>
internal static class GrpcReply
{
    private const string StatusHeader = "grpc-status";
    private const string OkStatus = "0";
    private const int BufferBytes = 16 * 1024;

    /// <exception cref="IOException">The connection or the stream ended.</exception>
    /// <exception cref="HttpRequestException">The same, seen earlier.</exception>
    public static async ValueTask<LoadResult> ReadAsync(HttpResponseMessage response)
    {
        using HttpResponseMessage disposed = response;
        if (FailureIn(response) is { } refusal)
        {
            return LoadResult.Fail(refusal);
        }

        Stream stream = response.Content.ReadAsStream();
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            long totalBytes = 0;
            int messageBytes = -1;
            while (true)
            {
                // What has been read is only counted, but for the prefix.
                int offset = totalBytes < GrpcPrefix.Size ? (int)totalBytes : 0;
                int read = await stream.ReadAsync(buffer.AsMemory(offset)).ConfigureAwait(false);
                if (read == 0)
                {
                    break;
                }

                bool prefixIsNew = totalBytes < GrpcPrefix.Size && totalBytes + read >= GrpcPrefix.Size;
                totalBytes += read;
                if (prefixIsNew)
                {
                    messageBytes = GrpcPrefix.Read(buffer);
                }
            }

            string? failure = FailureOf(response.TrailingHeaders);
            return failure is null && totalBytes != messageBytes + (long)GrpcPrefix.Size
                ? LoadResult.Fail("malformed answer")
                : failure is null ? LoadResult.Ok(messageBytes) : LoadResult.Fail(failure);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The failure that a response's headers tell; null = the trailers will tell.</summary>
    public static string? FailureIn(HttpResponseMessage response)
    {
        if (!response.IsSuccessStatusCode)
        {
            return $"HTTP {(int)response.StatusCode}";
        }

        return response.Headers.NonValidated.TryGetValues(StatusHeader, out HeaderStringValues status) ? NameOf(status) : null;
    }

    /// <summary>What trailers tell; null = it worked.</summary>
    public static string? FailureOf(HttpResponseHeaders trailers) =>
        trailers.NonValidated.TryGetValues(StatusHeader, out HeaderStringValues status) ? NameOf(status) : "no grpc-status";

    private static string? NameOf(in HeaderStringValues status)
    {
        string text = status.ToString();
        return text == OkStatus ? null : $"grpc-status {text}";
    }
}
