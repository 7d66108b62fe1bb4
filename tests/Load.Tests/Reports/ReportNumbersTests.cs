using FastRegistry.Load.Reports;

namespace FastRegistry.Load.Tests.Reports;

public sealed class ReportNumbersTests
{
    [Theory]
    [InlineData(0, "0 ns")]
    [InlineData(0.0128, "12.8 ns")]
    [InlineData(0.25, "250 ns")]
    [InlineData(0.9994, "999 ns")]
    [InlineData(0.9996, "1.00 µs")]
    [InlineData(9.996, "10.0 µs")]
    [InlineData(99.96, "100 µs")]
    [InlineData(999.4, "999 µs")]
    [InlineData(999.6, "1.00 ms")]
    [InlineData(12_345, "12.3 ms")]
    [InlineData(1e6, "1.00 s")]
    [InlineData(3.6e9, "3,600 s")]
    public void Times_have_three_digits_and_the_unit_that_fits(double microseconds, string text) => Assert.Equal(text, ReportNumbers.Time(microseconds));

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(480, "480 B")]
    [InlineData(480.25, "480 B")]
    [InlineData(0.5, "0.50 B")]
    [InlineData(1023, "1,023 B")]
    [InlineData(1024, "1.00 KB")]
    [InlineData(10_240, "10.0 KB")]
    [InlineData(1_048_576, "1.00 MB")]
    [InlineData(5_368_709_120, "5,120 MB")]
    [InlineData(-2048, "-2.00 KB")]
    public void Bytes_have_three_digits_and_the_unit_that_fits(double bytes, string text) => Assert.Equal(text, ReportNumbers.Bytes(bytes));

    [Theory]
    [InlineData(0.2, "0.20/s")]
    [InlineData(99.0, "99.0/s")]
    [InlineData(1_234_567.8, "1,234,568/s")]
    [InlineData(double.NaN, "-")]
    [InlineData(double.PositiveInfinity, "-")]
    [InlineData(null, "-")]
    public void Rates_have_three_digits_and_what_does_not_exist_is_a_dash(double? perSecond, string text) => Assert.Equal(text, ReportNumbers.Rate(perSecond));

    [Fact]
    public void A_part_of_nothing_has_no_percentage()
    {
        Assert.Equal("99.5 %", ReportNumbers.Percent(199, 200));
        Assert.Equal("-", ReportNumbers.Percent(0, 0));
    }
}
