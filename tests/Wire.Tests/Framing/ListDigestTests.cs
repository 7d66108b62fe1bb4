using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using Google.Protobuf;

namespace FastRegistry.Wire.Tests.Framing;

[Collection(MeasurementsCollection.Name)]
public sealed class ListDigestTests
{
    /// <summary>Instance 10.0.0.1:8080, as in <see cref="GoldenVectors"/>.</summary>
    private const string One = "0A 08 31 30 2E 30 2E 30 2E 31 10 90 3F";

    /// <summary>Instance 10.0.0.2:8080.</summary>
    private const string Two = "0A 08 31 30 2E 30 2E 30 2E 32 10 90 3F";

    // The first two are known values of XXH64; the others come from another implementation.
    [Theory]
    [ProtocolRule("S-7")]
    [InlineData("", 0xEF46DB3751D8E999)]
    [InlineData("61 62 63", 0x44BC2CF5AD770999)]
    [InlineData(One, 0x908EBC154D3F7EC8)]
    [InlineData(Two, 0x9334AF285FFC440B)]
    public void The_number_of_an_instance_is_its_XXH64_with_seed_0(string encoded, ulong expected) =>
        Assert.Equal(expected, ListDigest.OfInstance(GoldenVectors.Bytes(encoded)));

    [Fact]
    public void More_than_one_block_of_the_hash_is_read_whole() =>
        Assert.Equal(0x6AC1E58032166597UL, ListDigest.OfInstance([.. Enumerable.Range(0, 100).Select(i => (byte)i)]));

    [Fact]
    [ProtocolRule("S-7")]
    public void The_digest_of_a_list_is_the_sum_whatever_the_order()
    {
        ulong one = ListDigest.OfInstance(new Instance { Ip = "10.0.0.1", Port = 8080 }.ToByteArray());
        ulong two = ListDigest.OfInstance(new Instance { Ip = "10.0.0.2", Port = 8080 }.ToByteArray());
        Assert.Equal(0x23C36B3DAD3BC2D3UL, unchecked(one + two));
        Assert.Equal(0x23C36B3DAD3BC2D3UL, unchecked(two + one));
    }

    [Fact]
    public void The_number_is_taken_without_allocating()
    {
        byte[] instance = GoldenVectors.Bytes(One);
        AllocationGate.AssertNothing(() =>
        {
            for (int i = 0; i < 1_000; i++)
            {
                ListDigest.OfInstance(instance);
            }
        });
    }
}
