using System.IO.Pipelines;
using FastRegistry.Load.Baseline.Sessions;
using FastRegistry.Wire.Outbound;

namespace FastRegistry.Load.Tests.Baseline;

public sealed class SessionStreamTests
{
    private const int ListBytes = 100_000;
    private const int PushBytes = 5 + 1 + 8 + 8 + ListBytes;

    // Every flush waits for the reader, as Kestrel's do.
    private readonly Pipe _pipe = new(new PipeOptions(
        pauseWriterThreshold: 1, resumeWriterThreshold: 1, readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline));

    private readonly byte[] _list = new byte[ListBytes];
    private int _drained;

    [Fact]
    public void Messages_wait_during_a_flush_and_too_much_is_put_off_until_it_has_drained()
    {
        SessionStream stream = new(_pipe.Writer, () => _drained++);
        int taken = 0;
        while (stream.TryWrite(StreamMessage.Push(7, 0, _list)) == AppendOutcome.Appended)
        {
            Assert.True(++taken < 100, "nothing bounds what waits");
        }

        Assert.InRange(taken * (long)PushBytes, 1024 * 1024, 1024 * 1024 + (3 * PushBytes));
        Assert.False(stream.IsDrained());
        Assert.Equal(0, _drained);
        long read = ReadAll();
        Assert.Equal(taken * (long)PushBytes, read);
        Assert.Equal(1, _drained);
        Assert.True(stream.IsDrained());
        Assert.Equal(AppendOutcome.Appended, stream.TryWrite(StreamMessage.Push(7, 0, _list)));
    }

    [Fact]
    public async Task The_end_waits_for_the_flush_and_nothing_is_written_after_it()
    {
        SessionStream stream = new(_pipe.Writer, () => _drained++);
        stream.TryWrite(StreamMessage.Pong(1));
        stream.TryWrite(StreamMessage.Pong(2));

        Task ended = stream.EndAsync();
        Assert.False(ended.IsCompleted);
        Assert.Equal(AppendOutcome.Closed, stream.TryWrite(StreamMessage.Pong(3)));
        Assert.Equal(14, ReadAll());

        await ended.WaitAsync(BaselineFixture.Deadline, TestContext.Current.CancellationToken);
        Assert.True(stream.EndAsync().IsCompleted);
    }

    [Fact]
    public void A_reader_that_is_gone_ends_the_stream()
    {
        SessionStream stream = new(_pipe.Writer, () => _drained++);
        stream.TryWrite(StreamMessage.Pong(1));
        _pipe.Reader.Complete();

        Assert.Equal(AppendOutcome.Closed, stream.TryWrite(StreamMessage.Pong(2)));
        Assert.True(stream.IsDrained());
        Assert.True(stream.EndAsync().IsCompleted);
    }

    private long ReadAll()
    {
        long total = 0;
        while (_pipe.Reader.TryRead(out ReadResult read) && !read.Buffer.IsEmpty)
        {
            total += read.Buffer.Length;
            _pipe.Reader.AdvanceTo(read.Buffer.End);
        }

        return total;
    }
}
