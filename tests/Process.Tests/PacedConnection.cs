using System.Diagnostics;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Threading.Channels;

namespace FastRegistry.ProcessTests;

/// <summary>One connection of a <see cref="PacingProxy"/>: two sockets and a line in each direction.</summary>
internal sealed class PacedConnection(Socket client, Socket server, PacedLine toServer, PacedLine toClient, Action<int> countToClient)
{
    /// <summary>Size of the kernel's buffers, so that what waits waits at the sender.</summary>
    public const int SocketBufferBytes = 64 * 1024;

    private readonly Lock _gateLock = new();
    private TaskCompletionSource _gate = Opened();

    /// <summary>Ends when both directions have ended.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    public Task RunAsync()
    {
        client.SendBufferSize = server.SendBufferSize = SocketBufferBytes;
        client.NoDelay = server.NoDelay = true;
        return Completion = Task.WhenAll(new Line(this, client, server, toServer, null).RunAsync(), new Line(this, server, client, toClient, countToClient).RunAsync())
            .ContinueWith(
                static (_, state) => ((PacedConnection)state!).Close(),
                this,
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
    }

    public void Freeze()
    {
        lock (_gateLock)
        {
            if (_gate.Task.IsCompleted)
            {
                _gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }

    public void GoOn()
    {
        lock (_gateLock)
        {
            _gate.TrySetResult();
        }
    }

    /// <summary>Resets both sockets.</summary>
    public void Reset()
    {
        client.Close(0);
        server.Close(0);
        GoOn();
    }

    private static TaskCompletionSource Opened()
    {
        TaskCompletionSource opened = new();
        opened.SetResult();
        return opened;
    }

    private Task WhenThawedAsync()
    {
        lock (_gateLock)
        {
            return _gate.Task;
        }
    }

    private void Close()
    {
        client.Dispose();
        server.Dispose();
    }

    /// <summary>One direction: received bytes get the time at which they are due at the other end, and wait for it in a pipe with a bound.</summary>
    private sealed class Line(PacedConnection connection, Socket from, Socket to, PacedLine line, Action<int>? count)
    {
        private const int PieceBytes = 16 * 1024;
        private const double BitsPerMegabit = 1_000_000;

        private readonly Channel<(int Bytes, long Due)> _due = Channel.CreateUnbounded<(int, long)>();

        // What is on the way is the rate times the delay.
        private readonly Pipe _waiting = new(new PipeOptions(
            pauseWriterThreshold: line.BufferBytes + OnTheWay(line), resumeWriterThreshold: (line.BufferBytes / 2) + OnTheWay(line), useSynchronizationContext: false));

        private long _lineFreeAt;

        public async Task RunAsync()
        {
            Task receiving = ReceiveAsync();
            try
            {
                await SendAsync();
                to.Shutdown(SocketShutdown.Send);
            }
            catch (Exception fault) when (IsEndOfSocket(fault))
            {
                connection.Reset();
            }

            await _waiting.Reader.CompleteAsync();
            await receiving;
        }

        private async Task ReceiveAsync()
        {
            try
            {
                while (true)
                {
                    await connection.WhenThawedAsync();
                    int received = await from.ReceiveAsync(_waiting.Writer.GetMemory(PieceBytes)[..PieceBytes]);
                    if (received == 0)
                    {
                        break;
                    }

                    _waiting.Writer.Advance(received);
                    _due.Writer.TryWrite((received, DueAt(received)));
                    if ((await _waiting.Writer.FlushAsync()).IsCompleted)
                    {
                        break;
                    }
                }
            }
            catch (Exception fault) when (IsEndOfSocket(fault))
            {
                connection.Reset();
            }

            _due.Writer.Complete();
            await _waiting.Writer.CompleteAsync();
        }

        private async Task SendAsync()
        {
            await foreach ((int bytes, long due) in _due.Reader.ReadAllAsync())
            {
                // Whole milliseconds, rounded up: a delay must not be shorter than it says.
                while (Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due).TotalMilliseconds is > 0 and double wait)
                {
                    await Task.Delay((int)Math.Ceiling(wait));
                }

                await connection.WhenThawedAsync();
                ReadResult read = await _waiting.Reader.ReadAtLeastAsync(bytes);
                foreach (ReadOnlyMemory<byte> part in read.Buffer.Slice(0, bytes))
                {
                    await to.SendAsync(part);
                }

                count?.Invoke(bytes);
                _waiting.Reader.AdvanceTo(read.Buffer.GetPosition(bytes));
            }
        }

        // Late timers do not lower the rate: the line is free when the last piece should have left it.
        private long DueAt(int bytes)
        {
            double passing = line.MegabitsPerSecond == 0 ? 0 : bytes * 8 / (line.MegabitsPerSecond * BitsPerMegabit);
            _lineFreeAt = Math.Max(_lineFreeAt, Stopwatch.GetTimestamp()) + (long)(passing * Stopwatch.Frequency);
            return _lineFreeAt + (long)(line.Delay.TotalSeconds * Stopwatch.Frequency);
        }

        private static int OnTheWay(PacedLine line) => (int)(line.Delay.TotalSeconds * line.MegabitsPerSecond * BitsPerMegabit / 8);

        private static bool IsEndOfSocket(Exception fault) => fault is SocketException or ObjectDisposedException or OperationCanceledException;
    }
}
