using FastRegistry.Registry.Instances;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using Instance = FastRegistry.Wire.Messages.Instance;
using RegistryInstance = FastRegistry.Registry.Instances.Instance;

namespace FastRegistry.Node.Tests.Registry;

/// <summary>Metadata keys that mean something to the server (HTTP reference §2.9, §2.10).</summary>
public sealed class PreservedMetadataTests : IDisposable
{
    private const string Timeout = "instance.metadata must not have a 'preserved.heart.beat.timeout' shorter than 'preserved.heart.beat.interval'";
    private const string Delete = "instance.metadata must not have a 'preserved.ip.delete.timeout' shorter than 'preserved.heart.beat.interval'";

    private readonly NodeFixture _node = new();

    public void Dispose() => _node.Dispose();

    [Theory]
    [InlineData(null, null, null, null)]
    [InlineData("5000", "5000", "5000", null)]
    [InlineData("15000", null, null, null)]
    [InlineData("15001", null, null, Timeout)]
    [InlineData("30001", "30001", null, Delete)]
    [InlineData(null, "4999", null, Timeout)]
    [InlineData(null, null, "4999", Delete)]
    [InlineData("2000", "1999", "1999", Timeout)]
    [InlineData("not digits", "5000", null, null)]
    [InlineData("-1", "5000", null, null)]
    [InlineData("5000", "", "", null)]
    [InlineData("99999999999999999999", null, null, Timeout)]
    public void Beat_times_that_contradict_each_other_are_refused_with_field_and_rule(string? interval, string? timeout, string? delete, string? text)
    {
        Instance instance = new() { Ip = "10.0.0.1", Port = 1 };
        Add(instance, PreservedMetadata.BeatInterval, interval);
        Add(instance, PreservedMetadata.BeatTimeout, timeout);
        Add(instance, PreservedMetadata.DeleteTimeout, delete);
        ReceivedFrame answer = _node.Connect().Call(MessageType.Register, new RegisterRequest { Name = "s", Instance = instance });
        if (text is null)
        {
            Assert.True(answer.Answer(RegisterReply.Parser).Changed);
            return;
        }

        Assert.Equal((ErrorCode.InvalidArgument, "instance.metadata", text), ((ErrorCode)answer.Error.Code, answer.Error.Field, answer.Error.Text));
        Assert.Equal(0, _node.Registry.PublicationCount);
    }

    [Fact]
    public void In_a_batch_the_field_says_which_and_nothing_is_registered()
    {
        Instance broken = new() { Ip = "10.0.0.1", Port = 2 };
        Add(broken, PreservedMetadata.BeatTimeout, "1");
        ErrorReply error = _node.Connect().TryBatch("s", replace: false, NamingClient.NewInstance(1), broken).Error;
        Assert.Equal("instances[1].metadata", error.Field);
        Assert.Equal(0, _node.Registry.PublicationCount);
    }

    [Theory]
    [InlineData("250", 250)]
    [InlineData("0", 0)]
    [InlineData(" 250", 5000)]
    [InlineData("2.5", 5000)]
    [InlineData("٣", 5000)]
    [InlineData("", 5000)]
    [InlineData("99999999999999999999", long.MaxValue)]
    public void A_time_counts_when_it_is_all_digits_and_is_the_default_otherwise(string value, long expected)
    {
        RegistryInstance instance = RegistryInstance.Create(new("DEFAULT", "10.0.0.1", 1), metadata: [KeyValuePair.Create(PreservedMetadata.BeatInterval, value)]);
        Assert.Equal(expected, PreservedMetadata.MillisecondsOf(instance, PreservedMetadata.BeatInterval, 5000));
    }

    [Fact]
    public void The_defaults_are_those_of_nacos() => Assert.Equal(
        (5_000L, 15_000L, 30_000L),
        (PreservedMetadata.DefaultBeatIntervalMilliseconds, PreservedMetadata.DefaultBeatTimeoutMilliseconds, PreservedMetadata.DefaultDeleteTimeoutMilliseconds));

    private static void Add(Instance instance, string key, string? value)
    {
        if (value is not null)
        {
            instance.Metadata.Add(new Label { Key = key, Value = value });
        }
    }
}
