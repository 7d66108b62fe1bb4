using FastRegistry.Wire.Outbound;

namespace FastRegistry.Wire.Tests.Outbound;

public sealed class SegmentListModelTests
{
    [Fact]
    public void Bytes_out_are_bytes_in_under_random_operations()
    {
        int seed = Environment.TickCount;
        Random random = new(seed);
        for (int run = 0; run < 200; run++)
        {
            TransportResources resources = new();
            SegmentList list = default;
            List<byte> model = [];
            for (int step = 0; step < 60; step++)
            {
                Operate(random, resources, ref list, model);
                Assert.True(model.Count == list.Bytes && model.SequenceEqual(list.ToBytes()), $"run {run}, step {step}, seed {seed}");
            }

            list.Clear(resources.Segments);
            Assert.True(resources.Blocks.Rented == 0, $"blocks leaked, run {run}, seed {seed}");
        }
    }

    [Fact]
    public void A_shared_body_is_linked_and_not_copied()
    {
        TransportResources resources = new();
        byte[] body = new byte[100_000];
        SegmentList list = default;
        list.AppendShared(body, resources.Segments);
        body[99_999] = 7;
        Assert.Equal(7, list.Head!.Memory.Span[99_999]);
        Assert.Equal(0, resources.Blocks.Rented);
        list.Clear(resources.Segments);
    }

    [Fact]
    public void Claiming_more_than_was_handed_out_is_refused()
    {
        TransportResources resources = new();
        SegmentList list = default;
        Assert.Throws<ArgumentOutOfRangeException>(() => list.Advance(1));
        list.GetMemory(16, resources.Segments);
        Assert.Throws<ArgumentOutOfRangeException>(() => list.Advance(BlockPool.BlockBytes + 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => list.Advance(-1));
        list.Clear(resources.Segments);
    }

    [Fact]
    public void A_block_is_given_back_once_however_often_it_is_released()
    {
        BlockPool pool = new();
        Block block = pool.RentBlock();
        block.Dispose();
        block.Dispose();
        Assert.Equal(0, pool.Rented);
        Assert.Equal(1, pool.Free);
        Assert.NotSame(pool.RentBlock(), pool.RentBlock());
    }

    [Fact]
    public void The_pool_keeps_no_odd_sizes_and_no_more_than_its_limit()
    {
        BlockPool pool = new(maximumRetained: 2);
        Block[] blocks = [pool.RentBlock(), pool.RentBlock(), pool.RentBlock(), pool.RentBlock(BlockPool.BlockBytes + 1)];
        Assert.Equal(BlockPool.BlockBytes + 1, blocks[3].Capacity);
        foreach (Block block in blocks)
        {
            block.Dispose();
        }

        Assert.Equal(0, pool.Rented);
        Assert.Equal(2, pool.Free);
    }

    private static void Operate(Random random, TransportResources resources, ref SegmentList list, List<byte> model)
    {
        SegmentPool pool = resources.Segments;
        switch (random.Next(6))
        {
            case 0:
                byte[] copied = Noise(random, random.Next(6000));
                list.Append(copied, pool);
                model.AddRange(copied);
                break;
            case 1:
                byte[] shared = Noise(random, random.Next(6000));
                list.AppendShared(shared, pool);
                model.AddRange(shared);
                break;
            case 2:
                // Memory asked for and not, or only partly, used.
                Memory<byte> memory = list.GetMemory(random.Next(6000), pool);
                byte[] used = Noise(random, random.Next(Math.Min(memory.Length, 300)));
                used.CopyTo(memory);
                list.Advance(used.Length);
                model.AddRange(used);
                break;
            case 3:
                SegmentList other = default;
                byte[] spliced = Noise(random, random.Next(9000));
                other.Append(spliced, pool);
                list.Splice(ref other);
                Assert.True(other.IsEmpty);
                model.AddRange(spliced);
                break;
            default:
                int gone = random.Next(model.Count + 1);
                list.RemoveFront(gone, pool);
                model.RemoveRange(0, gone);
                break;
        }
    }

    private static byte[] Noise(Random random, int length)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }
}
