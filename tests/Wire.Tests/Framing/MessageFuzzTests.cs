using FastRegistry.Wire.Messages;
using Google.Protobuf;

namespace FastRegistry.Wire.Tests.Framing;

public sealed class MessageFuzzTests
{
    private const int InputsPerMessage = 2_000;

    private static readonly MessageParser[] Parsers =
    [
        .. CommonReflection.Descriptor.MessageTypes.Select(type => type.Parser),
        .. NamingReflection.Descriptor.MessageTypes.Select(type => type.Parser),
    ];

    [Fact]
    public void A_garbage_body_of_any_message_is_at_worst_an_invalid_protocol_buffer()
    {
        int seed = Environment.TickCount;
        Random random = new(seed);
        byte[][] golden = [.. GoldenVectors.Frames.Select(frame => frame.Bytes[16..])];
        foreach (MessageParser parser in Parsers)
        {
            for (int i = 0; i < InputsPerMessage; i++)
            {
                byte[] input;
                if (random.Next(2) == 0)
                {
                    input = new byte[random.Next(80)];
                    random.NextBytes(input);
                }
                else
                {
                    input = [.. golden[random.Next(golden.Length)]];
                    for (int flips = random.Next(4); flips > 0 && input.Length > 0; flips--)
                    {
                        input[random.Next(input.Length)] = (byte)random.Next(256);
                    }
                }

                ParseOrRefuse(parser, input, seed);
            }
        }
    }

    [Fact]
    public void An_announced_length_does_not_allocate_what_has_not_arrived()
    {
        // Field 3 of the set-up request, bytes of 2 GiB - 1 that are not there.
        byte[] input = [0x1A, 0xFF, 0xFF, 0xFF, 0xFF, 0x07, 0x00];
        ParseOrRefuse(SetupRequest.Parser, input, seed: 0);
        long before = GC.GetAllocatedBytesForCurrentThread();
        ParseOrRefuse(SetupRequest.Parser, input, seed: 0);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 * 1024);
    }

    private static void ParseOrRefuse(MessageParser parser, byte[] input, int seed)
    {
        try
        {
            parser.ParseFrom(Sequences.Cut(input, input.Length / 2));
        }
        catch (InvalidProtocolBufferException)
        {
            // The worst that is allowed.
        }
        catch (Exception fault)
        {
            Assert.Fail($"{fault.GetType().Name} from {parser.GetType()}, seed {seed}: {Convert.ToHexString(input)}");
        }
    }
}
