using FastRegistry.Client.Configuration;

namespace FastRegistry.Client.Tests.Configuration;

public sealed class NamingClientOptionsTests : IAsyncDisposable
{
    private readonly ClientFixture _fixture = new();

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Theory]
    [InlineData("registry", "registry", 7848)]
    [InlineData("registry:1", "registry", 1)]
    [InlineData("10.0.0.1:65535", "10.0.0.1", 65535)]
    [InlineData("[::1]:7848", "::1", 7848)]
    [InlineData("[::1]", "::1", 7848)]
    [InlineData("fe80::1", "fe80::1", 7848)]
    public void Addresses_are_read(string text, string host, int port)
    {
        Assert.True(ServerAddress.TryParse(text, out ServerAddress address));
        Assert.Equal(new ServerAddress(host, port), address);
        Assert.True(ServerAddress.TryParse(address.ToString(), out ServerAddress again));
        Assert.Equal(address, again);
    }

    [Theory]
    [InlineData("")]
    [InlineData("host:")]
    [InlineData("host:0")]
    [InlineData("host:65536")]
    [InlineData(":80")]
    [InlineData("http://host:80")]
    [InlineData("[host]:80")]
    public void What_is_no_address_is_refused(string text)
    {
        Assert.False(ServerAddress.TryParse(text, out _));
        ArgumentException refusal = Assert.Throws<ArgumentException>(() => _fixture.CreateClient(options => options with { Servers = [text] }));
        Assert.Equal("Servers", refusal.ParamName);
    }

    [Fact]
    public void A_wrong_option_is_named()
    {
        Assert.Equal("RequestTimeout", Refusal(options => options with { RequestTimeout = TimeSpan.Zero }));
        Assert.Equal("Namespace", Refusal(options => options with { Namespace = "" }));
        Assert.Equal("ReconnectMaximum", Refusal(options => options with { ReconnectMaximum = TimeSpan.FromMilliseconds(1) }));
        Assert.Equal("MaximumSubscribers", Refusal(options => options with { MaximumSubscribers = 0 }));
        string? Refusal(Func<NamingClientOptions, NamingClientOptions> change) =>
            Assert.Throws<ArgumentException>(() => _fixture.CreateClient(change)).ParamName;
    }
}
