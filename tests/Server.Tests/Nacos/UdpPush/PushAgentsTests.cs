using FastRegistry.Node.Admission;
using FastRegistry.Server.Nacos.UdpPush;

namespace FastRegistry.Server.Tests.Nacos.UdpPush;

public sealed class PushAgentsTests
{
    [Theory]
    [InlineData("Nacos-Java-Client:v1.4.6", true)]
    [InlineData("Nacos-Java-Client:v0.1.0", true)]
    [InlineData("Nacos-Java-Client:v0.0.9", false)]
    [InlineData("Nacos-Java-Client", false)]
    [InlineData("Nacos-DNS:v0.4.2", false)]
    [InlineData("Nacos-DNS:v0.4.3", true)]
    [InlineData("Nacos-C-Client:v1.0.11", false)]
    [InlineData("vip-client4cpp:v1.1", true)]
    [InlineData("Nacos-Go-Client:v1.0.1-beta", true)]
    [InlineData("Nacos-CSharp-Client:v1.3.10", true)]
    [InlineData("Nacos-CSharp-Client:v0.8.9", false)]
    [InlineData("Nacos-Java-Client:v99999999999.1", false)]
    [InlineData("Nacos-Server:v2.5.1", false)]
    [InlineData("curl/8.5.0", false)]
    [InlineData("", false)]
    public void Clients_that_understand_datagrams_say_so_by_name_and_version(string agent, bool understands) => Assert.Equal(understands, PushAgents.Understands(agent, new PushVersions()));

    [Theory]
    [InlineData("java:2.0.0", "Nacos-Java-Client:v1.4.6", false)]
    [InlineData("java:2.0.0", "Nacos-Java-Client:v2.0.1", true)]
    [InlineData("c:2.0.0", "vip-client4cpp:v1.1", false)]
    [InlineData("go:2.0.0", "Nacos-Java-Client:v1.4.6", true)]
    public void The_versions_are_a_switch(string text, string agent, bool understands)
    {
        Assert.True(new PushVersions().TrySet(text, out PushVersions? versions));
        Assert.Equal(understands, PushAgents.Understands(agent, versions));
    }

    [Theory]
    [InlineData("java")]
    [InlineData("java:1.0")]
    [InlineData("java:1.0.0.0")]
    [InlineData("java:1.0.x")]
    [InlineData("rust:1.0.0")]
    [InlineData("")]
    public void A_version_has_a_language_and_three_numbers(string text) => Assert.False(new PushVersions().TrySet(text, out _));

    [Theory]
    [InlineData("""{"type":"push-ack","lastRefTime":1795277638772679,"data":""}""", 1795277638772679)]
    [InlineData("""{"type":"push-ack","lastRefTime":"1795277638772679","data":""}""", 1795277638772679)]
    [InlineData("""{"data":{"type":"push-ack"},"lastRefTime":1}""", 0)]
    [InlineData("""{"type":"dump","lastRefTime":1}""", 0)]
    [InlineData("""{"type":"push-ack","lastRefTime":-1}""", 0)]
    [InlineData("""{"type":"push-ack","lastRefTime":1""", 0)]
    [InlineData("""{"type":"push-ack","lastRefTime":{}}""", 0)]
    [InlineData("{\"\\ud800\":1,\"type\":\"push-ack\",\"lastRefTime\":1}", 0)]
    [InlineData("{\"type\":\"\\ud800\",\"lastRefTime\":1}", 0)]
    [InlineData("not JSON", 0)]
    [InlineData("", 0)]
    public void An_acknowledgement_is_read_and_everything_else_left_alone(string datagram, long number)
    {
        Assert.Equal(number > 0, PushAcknowledgement.TryParse(System.Text.Encoding.UTF8.GetBytes(datagram), out long read));
        Assert.Equal(number, number > 0 ? read : 0);
    }
}
