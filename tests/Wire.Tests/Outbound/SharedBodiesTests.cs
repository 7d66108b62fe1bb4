using FastRegistry.Wire.Outbound;

namespace FastRegistry.Wire.Tests.Outbound;

public sealed class SharedBodiesTests
{
    private readonly OutboundBudget _budget = new(long.MaxValue);
    private readonly SharedBodies _bodies;

    public SharedBodiesTests() => _bodies = new SharedBodies(_budget);

    [Fact]
    public void A_body_counts_once_from_its_first_holder_to_its_last()
    {
        byte[] body = new byte[100];
        byte[] equal = new byte[100];
        _bodies.Add(body);
        _bodies.Add(body);
        Assert.Equal(100, _budget.UsedBytes);
        _bodies.Add(equal);
        Assert.Equal(200, _budget.UsedBytes);
        _bodies.Remove(body);
        Assert.Equal(200, _budget.UsedBytes);
        _bodies.Remove(body);
        Assert.Equal(100, _budget.UsedBytes);
        _bodies.Remove(equal);
        Assert.Equal(0, _budget.UsedBytes);
        Assert.Equal(0, _bodies.Count);
    }

    [Fact]
    public void Holders_that_come_and_go_on_many_threads_leave_nothing()
    {
        byte[][] bodies = [.. Enumerable.Range(1, 3).Select(i => new byte[i])];
        Parallel.For(0, 4, thread =>
        {
            Random random = new(thread);
            for (int i = 0; i < 20_000; i++)
            {
                byte[] body = bodies[random.Next(bodies.Length)];
                _bodies.Add(body);
                _bodies.Remove(body);
            }
        });
        Assert.Equal(0, _budget.UsedBytes);
        Assert.Equal(0, _bodies.Count);
    }
}
