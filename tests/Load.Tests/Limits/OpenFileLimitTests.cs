using FastRegistry.Load.Commands;
using FastRegistry.Load.Limits;

namespace FastRegistry.Load.Tests.Limits;

public sealed class OpenFileLimitTests
{
    [Fact]
    public void What_cannot_fit_is_refused_with_the_limit_and_the_need()
    {
        CannotRunException refusal = Assert.Throws<CannotRunException>(() => OpenFileLimit.Require(30_000, 20_000));

        Assert.Contains("30000 connections", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("20000", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal.Message);
    }

    [Fact]
    public void What_fits_is_not_refused()
    {
        OpenFileLimit.Require(5_000, 20_000);
        OpenFileLimit.Require(5_000, limit: null);
    }
}
