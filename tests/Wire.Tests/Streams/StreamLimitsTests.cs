using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Streams;

namespace FastRegistry.Wire.Tests.Streams;

public sealed class StreamLimitsTests
{
    [Fact]
    [ProtocolRule("C-15")]
    public void What_is_not_announced_is_the_default()
    {
        Assert.Equal(new StreamLimits(16, 256 * 1024 * 1024, 256 * 1024), StreamLimits.Default);
        Assert.Equal(StreamLimits.Default, StreamLimits.From(null));
        Assert.Equal(StreamLimits.Default, StreamLimits.From(new Limits()));
        Assert.Equal(new StreamLimits(3, WireLimits.MaximumStreamBytes, 7), StreamLimits.From(new Limits { Streams = 3, StreamCreditBytes = 7 }));
    }

    [Fact]
    [ProtocolRule("C-15")]
    public void Less_than_the_default_is_kept_to_and_more_is_the_default()
    {
        Assert.Equal(new StreamLimits(1, 1, 1), StreamLimits.From(new Limits { Streams = 1, StreamBytes = 1, StreamCreditBytes = 1 }));
        Assert.Equal(
            StreamLimits.Default,
            StreamLimits.From(new Limits { Streams = uint.MaxValue, StreamBytes = ulong.MaxValue, StreamCreditBytes = uint.MaxValue }));
    }
}
