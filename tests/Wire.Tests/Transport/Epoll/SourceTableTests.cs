using FastRegistry.Wire.Transport.Epoll;

namespace FastRegistry.Wire.Tests.Transport.Epoll;

public sealed class SourceTableTests
{
    private readonly SourceTable _table = new();

    [Fact]
    public void An_event_of_a_former_source_finds_nobody_though_its_place_is_taken()
    {
        ulong former = _table.Add(new Source());
        _table.Remove(former);
        Source next = new();
        ulong data = _table.Add(next);
        Assert.Equal((uint)former, (uint)data);
        Assert.Null(_table.Find(former));
        Assert.Same(next, _table.Find(data));

        // Removing it twice must not free the place of another.
        _table.Remove(former);
        Assert.Same(next, _table.Find(data));
        Assert.Equal(1, _table.Count);
    }

    [Fact]
    public void Places_are_used_again_and_the_table_grows_when_there_are_none()
    {
        Dictionary<ulong, Source> expected = [];
        Random random = new(1);
        for (int i = 0; i < 10_000; i++)
        {
            if (expected.Count > 300 && random.Next(2) == 0)
            {
                ulong gone = expected.Keys.ElementAt(random.Next(expected.Count));
                expected.Remove(gone);
                _table.Remove(gone);
                Assert.Null(_table.Find(gone));
            }

            Source source = new();
            Assert.True(expected.TryAdd(_table.Add(source), source));
        }

        Assert.Equal(expected.Count, _table.Count);
        Assert.All(expected, entry => Assert.Same(entry.Value, _table.Find(entry.Key)));
        Assert.Equal(expected.Count, _table.Snapshot().Length);
    }

    [Fact]
    public void What_was_never_given_out_finds_nobody()
    {
        Assert.Null(_table.Find(0));
        Assert.Null(_table.Find(ulong.MaxValue));
        Assert.NotEqual(0ul, _table.Add(new Source()));
        Assert.Null(_table.Find(0));
    }

    private sealed class Source : ILoopSource
    {
        public void OnReady(EpollEvents events)
        {
        }

        public void OnLoopEnding()
        {
        }
    }
}
