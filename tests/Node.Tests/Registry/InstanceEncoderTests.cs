using System.Collections.Immutable;
using FastRegistry.Node.Requests;
using FastRegistry.Registry.Instances;
using Google.Protobuf;
using Instance = FastRegistry.Registry.Instances.Instance;
using Messages = FastRegistry.Wire.Messages;

namespace FastRegistry.Node.Tests.Registry;

/// <summary>The hand-written form of an instance against the generated code.</summary>
public sealed class InstanceEncoderTests
{
    private const int Rounds = 20_000;

    private static readonly string[] Texts = ["", "a", "zone-a", "ü", "中文", "😀", "preserved.x", new('v', 127), new('w', 128), new('€', 300)];
    private static readonly string[] Clusters = ["", "DEFAULT", "c1", "Z-9", "bad_one", new('c', 64), new('c', 65)];
    private static readonly string[] Addresses = ["10.0.0.1", "::1", "host.example", "hö", "a b", "a\u007F", new('1', 128), new('1', 129), ""];
    private static readonly double[] Weights = [1, 0, -0.0, 2.5, 10_000, 10_001, -1, double.NaN];

    [Fact]
    public void What_it_writes_is_what_the_generated_code_writes_and_everything_can_be_read_back()
    {
        Random random = new(1);
        for (int i = 0; i < Rounds; i++)
        {
            Messages.Instance message = RandomMessage(random);
            ImmutableArray<KeyValuePair<string, string>> metadata = [.. message.Metadata.Select(static label => KeyValuePair.Create(label.Key, label.Value))];
            string cluster = message.Cluster.Length == 0 ? Instance.DefaultCluster : message.Cluster;
            Instance instance = Instance.Create(
                new InstanceIdentity(cluster, message.Ip, (int)message.Port), message.HasWeight ? message.Weight : 1, !message.HasHealthy || message.Healthy, !message.HasEnabled || message.Enabled, metadata, message.InstanceId);
            Messages.Instance expected = Canonical(message);
            Assert.Equal(expected.ToByteArray(), instance.Encoded);
            Assert.Equal(metadata, instance.ReadMetadata());
            Assert.Equal(metadata.Length > 0, instance.HasMetadata);
            Assert.Equal(message.InstanceId.Length == 0 ? null : message.InstanceId, instance.ReadInstanceId());
            Assert.All(metadata, pair => Assert.Equal(metadata.First(other => other.Key == pair.Key).Value, instance.FindMetadata(pair.Key)));
            Assert.Null(instance.FindMetadata("not there"));

            Instance other = instance.WithHealth(!instance.Healthy).WithId("x").Overridden(7, false, null);
            expected.Weight = 7;
            expected.ClearHealthy();
            expected.Enabled = false;
            expected.InstanceId = "x";
            expected.Overridden = true;
            if (instance.Healthy)
            {
                expected.Healthy = false;
            }

            Assert.Equal(expected.ToByteArray(), other.Encoded);
            Assert.Equal((7, !instance.Healthy, false, true), (other.Weight, other.Healthy, other.Enabled, other.IsOverridden));
            Assert.True(other.HasMetadataOf(instance));
        }
    }

    [Fact]
    public void What_the_reader_takes_is_valid_and_becomes_what_the_generated_parser_and_the_rules_make_of_it()
    {
        Random random = new(2);
        int taken = 0;
        for (int i = 0; i < Rounds; i++)
        {
            byte[] bytes = RandomMessage(random).ToByteArray();
            if (random.Next(3) == 0 && bytes.Length > 0)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            if (random.Next(8) == 0)
            {
                // Whatever comes behind: a field again, or one it does not know.
                bytes = [.. bytes, .. RandomMessage(random).ToByteArray()];
            }

            if (!InstanceReader.TryRead(bytes, out InstanceReader reader) || !reader.IsValid)
            {
                continue;
            }

            taken++;
            Assert.Null(InstanceFactory.TryCreate(Messages.Instance.Parser.ParseFrom(bytes), "instance", out Instance expected));
            InstanceName name = reader.NameIn(new char[InstanceReader.MaximumNameLength]);
            Instance made = reader.ToInstance(new InstanceIdentity(name.Cluster.ToString(), name.Ip.ToString(), name.Port));
            Assert.Equal(expected.Identity, made.Identity);
            Assert.Equal(expected.Encoded, made.Encoded);
            Assert.Equal((expected.Weight, expected.Healthy, expected.Enabled), (made.Weight, made.Healthy, made.Enabled));
            Assert.False(PreservedMetadata.AsksForId(made));
            Assert.True(reader.IsSameAs(expected));
            Assert.False(reader.IsSameAs(expected.WithHealth(!expected.Healthy)));
            Assert.False(reader.IsSameAs(expected.WithId("another")));
            Assert.False(reader.IsSameAs(expected.Overridden(expected.Weight + 1, expected.Enabled, null)));
            Assert.False(reader.IsSameAs(expected.Overridden(expected.Weight, expected.Enabled, [KeyValuePair.Create("another", "value")])));
        }

        Assert.InRange(taken, Rounds / 20, Rounds);
    }

    [Theory]
    [InlineData(2, false, "c")]
    [InlineData(1, true, "DEFAULT")]
    public void The_plain_form_is_always_taken_whether_defaults_are_said_or_not(double weight, bool flag, string cluster)
    {
        Messages.Instance message = new() { Ip = "10.0.0.1", Port = 8080, Weight = weight, Healthy = flag, Enabled = flag, Cluster = cluster, InstanceId = "i" };
        message.Metadata.Add(new Messages.Label { Key = "version", Value = "1" });
        message.Metadata.Add(new Messages.Label { Key = "empty" });

        Assert.True(InstanceReader.TryRead(message.ToByteArray(), out InstanceReader reader));
        Assert.True(reader.IsValid);
    }

    [Theory]
    [InlineData("preserved.heart.beat.interval", "1")]
    [InlineData("a", "ü")]
    [InlineData("", "v")]
    public void Metadata_that_needs_a_closer_look_is_found_again_but_not_taken(string key, string value)
    {
        Messages.Instance message = new() { Ip = "10.0.0.1", Port = 8080, Metadata = { new Messages.Label { Key = key, Value = value } } };

        Assert.True(InstanceReader.TryRead(message.ToByteArray(), out InstanceReader reader));
        Assert.False(reader.IsValid);
    }

    [Fact]
    public void What_the_reader_takes_for_a_key_is_what_the_generated_parser_and_the_rules_make_of_it()
    {
        Random random = new(3);
        int taken = 0;
        for (int i = 0; i < Rounds; i++)
        {
            Messages.Instance message = RandomMessage(random);
            byte[] bytes = new Messages.InstanceKey { Ip = message.Ip, Port = message.Port, Cluster = message.Cluster }.ToByteArray();
            if (random.Next(3) == 0 && bytes.Length > 0)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            if (InstanceReader.TryReadKey(bytes, out InstanceReader reader))
            {
                taken++;
                Assert.Null(InstanceFactory.TryCreate(Messages.InstanceKey.Parser.ParseFrom(bytes), "key", out InstanceIdentity expected));
                InstanceName name = reader.NameIn(new char[InstanceReader.MaximumNameLength]);
                Assert.Equal(expected, new InstanceIdentity(name.Cluster.ToString(), name.Ip.ToString(), name.Port));
            }
        }

        Assert.InRange(taken, Rounds / 20, Rounds);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(long.MaxValue, 1)]
    [InlineData(300, 128)]
    [InlineData(0, 4_000_000_000)]
    public void The_answer_to_a_write_is_what_the_generated_code_writes(long revision, uint done)
    {
        byte[] body = new byte[WriteReply.MaximumBytes];
        int written = new WriteReply(revision, done).Write(body);
        Assert.Equal(new Messages.DeregisterReply { Revision = (ulong)revision, Removed = done }.ToByteArray(), body[..written]);
        if (done < 2)
        {
            Assert.Equal(new Messages.RegisterReply { Revision = (ulong)revision, Changed = done == 1 }.ToByteArray(), body[..written]);
        }
    }

    /// <summary>As the form keeps it: no default, no -0, nothing but what a registration says.</summary>
    private static Messages.Instance Canonical(Messages.Instance message)
    {
        Messages.Instance canonical = message.Clone();
        canonical.Persistent = false;
        canonical.Overridden = false;
        if (canonical.Healthy)
        {
            canonical.ClearHealthy();
        }

        if (canonical.Enabled)
        {
            canonical.ClearEnabled();
        }

        canonical.Cluster = message.Cluster == Instance.DefaultCluster ? "" : message.Cluster;
        if (!canonical.HasWeight || canonical.Weight == 1)
        {
            canonical.ClearWeight();
        }
        else
        {
            canonical.Weight += 0.0;
        }

        return canonical;
    }

    private static Messages.Instance RandomMessage(Random random)
    {
        Messages.Instance message = new() { Ip = Addresses[random.Next(2) == 0 ? 0 : random.Next(Addresses.Length)], Port = (uint)(random.Next(4) == 0 ? random.Next(70_000) : 80) };
        if (random.Next(2) == 0)
        {
            message.Weight = Weights[random.Next(Weights.Length)];
        }

        if (random.Next(4) == 0)
        {
            message.Healthy = random.Next(2) == 0;
        }

        if (random.Next(4) == 0)
        {
            message.Enabled = random.Next(2) == 0;
        }

        if (random.Next(2) == 0)
        {
            message.Cluster = Clusters[random.Next(Clusters.Length)];
        }

        for (int i = random.Next(2) == 0 ? 0 : random.Next(11); i > 0; i--)
        {
            message.Metadata.Add(new Messages.Label
            {
                Key = random.Next(8) == 0 ? Texts[random.Next(Texts.Length)] : $"key-{random.Next(20)}",
                Value = random.Next(4) == 0 ? Texts[random.Next(Texts.Length)] : "value",
            });
        }

        if (random.Next(4) == 0)
        {
            message.InstanceId = random.Next(2) == 0 ? "own-id" : Texts[random.Next(Texts.Length)];
        }

        message.Persistent = random.Next(16) == 0;
        message.Overridden = random.Next(16) == 0;
        return message;
    }
}
