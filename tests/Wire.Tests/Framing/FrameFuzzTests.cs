using System.Buffers;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;

namespace FastRegistry.Wire.Tests.Framing;

public sealed class FrameFuzzTests
{
    private const int Inputs = 240_000;

    // Small, so that mutated lengths fall on both sides of it.
    private const int MaximumBodyBytes = 200;

    [Fact]
    public void Random_and_mutated_input_gets_the_verdict_and_the_frames_of_the_oracle()
    {
        int seed = Environment.TickCount;
        Random random = new(seed);
        int refused = 0;
        int framed = 0;
        for (int i = 0; i < Inputs; i++)
        {
            byte[] input = MakeInput(random);
            var expected = FrameOracle.Parse(input, MaximumBodyBytes);
            ReadOnlySequence<byte> buffer = CutAtRandom(input, random);
            int n = 0;
            FrameReadStatus status;
            GoAwayReason refusal;
            while ((status = FrameReader.TryRead(ref buffer, MaximumBodyBytes, out Frame frame, out refusal)) == FrameReadStatus.Frame)
            {
                if (n >= expected.Frames.Count || ReadFrame.Of(frame) != expected.Frames[n])
                {
                    Assert.Fail($"Frame {n} of input {i} differs, seed {seed}: {Convert.ToHexString(input)}");
                }

                n++;
            }

            if (n != expected.Frames.Count || status != expected.End || refusal != expected.Refusal)
            {
                Assert.Fail($"{n} frames, {status} {refusal} instead of {expected}, input {i}, seed {seed}: {Convert.ToHexString(input)}");
            }

            refused += status == FrameReadStatus.Refused ? 1 : 0;
            framed += n;
        }

        // A fuzzer that only ever hits the first check proves nothing.
        Assert.True(refused > Inputs / 20 && framed > Inputs / 4, $"{refused} refused, {framed} frames, seed {seed}");
    }

    [Fact]
    public void Reading_allocates_nothing_whatever_the_input_announces()
    {
        int seed = Environment.TickCount;
        Random random = new(seed);
        ReadOnlySequence<byte>[] inputs = [.. Enumerable.Range(0, 2_000).Select(_ => CutAtRandom(MakeInput(random), random))];
        AllocationGate.AssertNothing(
            () =>
            {
                for (int i = 0; i < 20; i++)
                {
                    ReadAll(inputs);
                }
            },
            $"seed {seed}");
    }

    private static void ReadAll(ReadOnlySequence<byte>[] inputs)
    {
        foreach (ReadOnlySequence<byte> input in inputs)
        {
            ReadOnlySequence<byte> buffer = input;
            while (FrameReader.TryRead(ref buffer, MaximumBodyBytes, out _, out _) == FrameReadStatus.Frame)
            {
            }
        }
    }

    private static byte[] MakeInput(Random random)
    {
        if (random.Next(8) == 0)
        {
            byte[] noise = new byte[random.Next(64)];
            random.NextBytes(noise);
            return noise;
        }

        List<byte> input = [];
        for (int i = random.Next(1, 4); i > 0; i--)
        {
            input.AddRange(GoldenVectors.Frames[random.Next(GoldenVectors.Frames.Length)].Bytes);
        }

        for (int i = random.Next(4); i > 0 && input.Count > 0; i--)
        {
            Mutate(input, random);
        }

        return [.. input];
    }

    private static void Mutate(List<byte> input, Random random)
    {
        int at = random.Next(input.Count);
        switch (random.Next(6))
        {
            case 0:
                input[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                input.RemoveRange(at, input.Count - at);
                break;
            case 2:
                input.Insert(at, (byte)random.Next(256));
                break;
            case 3:
                // Flags of the first frame.
                input[Math.Min(6, input.Count - 1)] ^= (byte)(random.Next(2) == 0 ? 1 << random.Next(7) : (int)FrameFlags.Skippable);
                break;
            case 4:
                // Kind of the first frame.
                input[Math.Min(5, input.Count - 1)] = (byte)random.Next(16);
                break;
            default:
                // Length of the first frame.
                input[0] = (byte)random.Next(40);
                break;
        }
    }

    private static ReadOnlySequence<byte> CutAtRandom(byte[] input, Random random)
    {
        int[] cuts = new int[random.Next(5)];
        for (int i = 0; i < cuts.Length; i++)
        {
            cuts[i] = random.Next(input.Length + 1);
        }

        Array.Sort(cuts);
        return Sequences.Cut(input, cuts);
    }
}
