using System.Buffers;
using System.Diagnostics;
using FastRegistry.Load.Targets.Grpc.Framing;

namespace FastRegistry.Load.Targets.Grpc;

/// <summary>Cuts messages out of the response side of a client's stream.</summary>
/// <remarks>One loop per stream. While it waits it holds a buffer that is just large enough for heartbeats; for a list it rents one.</remarks>
internal sealed class StreamReceiver(Stream stream, IStreamMessages messages)
{
    private const int SmallBufferBytes = 128;
    private const int MaximumMessageBytes = 257 * 1024 * 1024;

    private readonly byte[] _small = new byte[SmallBufferBytes];

    /// <summary>Runs until the stream ends.</summary>
    /// <returns>False = it ended with something that is not a message.</returns>
    /// <exception cref="IOException">The connection or the stream was broken.</exception>
    public async Task<bool> RunAsync()
    {
        int filled = 0;
        while (true)
        {
            int read = await stream.ReadAsync(_small.AsMemory(filled)).ConfigureAwait(false);
            if (read == 0)
            {
                return filled == 0;
            }

            long receivedAt = Stopwatch.GetTimestamp();
            filled += read;
            int start = 0;
            while (filled - start >= GrpcPrefix.Size)
            {
                int messageBytes = GrpcPrefix.Read(_small.AsSpan(start));
                if (messageBytes is < 1 or > MaximumMessageBytes)
                {
                    return false;
                }

                int have = filled - start - GrpcPrefix.Size;
                if (have < messageBytes)
                {
                    if (GrpcPrefix.Size + messageBytes <= SmallBufferBytes)
                    {
                        break;
                    }

                    if (!await TakeLargeAsync(start + GrpcPrefix.Size, have, messageBytes).ConfigureAwait(false))
                    {
                        return false;
                    }

                    start = filled;
                    break;
                }

                if (!messages.Take(_small.AsMemory(start + GrpcPrefix.Size, messageBytes), receivedAt))
                {
                    return false;
                }

                start += GrpcPrefix.Size + messageBytes;
            }

            filled -= start;
            _small.AsSpan(start, filled).CopyTo(_small);
        }
    }

    /// <summary>Reads the rest of a message that does not fit the small buffer, and nothing behind it.</summary>
    private async ValueTask<bool> TakeLargeAsync(int start, int have, int messageBytes)
    {
        byte[] message = ArrayPool<byte>.Shared.Rent(messageBytes);
        try
        {
            _small.AsSpan(start, have).CopyTo(message);
            await stream.ReadExactlyAsync(message.AsMemory(have, messageBytes - have)).ConfigureAwait(false);
            return messages.Take(message.AsMemory(0, messageBytes), Stopwatch.GetTimestamp());
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(message);
        }
    }
}
