using System.Buffers;
using System.Text;
using FastRegistry.Load.Plans;

namespace FastRegistry.Load.Tests.Plans;

public sealed class PushMarkTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(0x0123_4567_89AB_CDEF)]
    [InlineData(long.MaxValue)]
    public void A_mark_is_found_in_the_middle_of_a_list(long change)
    {
        byte[] list = Encoding.UTF8.GetBytes($"\u0008\u0012@ch{PushMark.Write(change)}xxxx@chg=short");

        Assert.True(PushMark.TryRead(new ReadOnlySequence<byte>(list), out long found));
        Assert.Equal(change, found);
    }

    [Fact]
    public void A_mark_is_found_wherever_the_list_is_cut_in_two()
    {
        byte[] list = Encoding.UTF8.GetBytes($"before{PushMark.Write(77)}after");
        for (int cut = 1; cut < list.Length; cut++)
        {
            Assert.True(PushMark.TryRead(TwoSegments.Of(list, cut), out long found));
            Assert.Equal(77, found);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("@chg=")]
    [InlineData("@chg=00000000000000")]
    [InlineData("@chg=000000000000000g")]
    public void What_is_no_mark_is_not_found(string list) =>
        Assert.False(PushMark.TryRead(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(list)), out _));
}
