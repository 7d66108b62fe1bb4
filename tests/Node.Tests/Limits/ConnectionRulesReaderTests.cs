using System.Net;
using System.Text;
using FastRegistry.Node.Limits;
using FastRegistry.Node.WatchedFiles;

namespace FastRegistry.Node.Tests.Limits;

public sealed class ConnectionRulesReaderTests
{
    private const string Complete = """
        {
          "connections": 1000,
          "perAddress": 10,
          "perAddressRules": { "10.0.0.1": 100, "10.1.0.0/16": 20, "10.1.2.0/24": 5, "10.1.2.3": -1, "fd00::/8": 7 },
          "perApplication": 50,
          "perApplicationRules": { "orders": 3, "batch": -1, "banned": 0 }
        }
        """;

    [Theory]
    [InlineData("10.0.0.1", 100)]
    [InlineData("10.0.0.2", 10)]
    [InlineData("10.1.9.9", 20)]
    [InlineData("10.1.2.4", 5)]
    [InlineData("10.1.2.3", int.MaxValue)]
    [InlineData("::ffff:10.1.2.4", 5)]
    [InlineData("fd00::1", 7)]
    [InlineData("fe80::1", 10)]
    public void The_longest_prefix_that_holds_an_address_decides(string address, int maximum) =>
        Assert.Equal(maximum, Read(Complete).ForAddress(AddressNumber.Of(IPAddress.Parse(address))).Maximum);

    [Theory]
    [InlineData("orders", 3)]
    [InlineData("stock", 50)]
    [InlineData("batch", int.MaxValue)]
    [InlineData("banned", 0)]
    public void An_application_has_its_own_rule_or_the_common_one(string application, int maximum) =>
        Assert.Equal(maximum, Read(Complete).ForApplication(application).Maximum);

    [Fact]
    public void What_is_absent_or_minus_one_is_no_limit()
    {
        foreach (ConnectionRules rules in new[] { Read("{}"), Read("""{"connections":-1,"perAddress":-1,"perApplication":-1}""") })
        {
            Assert.True(rules.Connections.Allows(1_000_000));
            Assert.True(rules.ForAddress(1).Allows(1_000_000));
            Assert.True(rules.ForApplication("a").Allows(1_000_000));
        }
    }

    [Fact]
    public void A_rule_says_its_field_and_value()
    {
        ConnectionRules rules = Read(Complete);
        Assert.Equal("connections is 1000 (Limits:RulesFile)", rules.Connections.Text);
        Assert.Equal("perAddressRules \"10.1.0.0/16\" is 20 (Limits:RulesFile)", rules.ForAddress(AddressNumber.Of(IPAddress.Parse("10.1.0.1"))).Text);
        Assert.Equal("perApplicationRules \"orders\" is 3 (Limits:RulesFile)", rules.ForApplication("orders").Text);
    }

    [Theory]
    [InlineData("", "the file: is not JSON")]
    [InlineData("{", "the file: is not JSON")]
    [InlineData("[]", "the file: must be a JSON object")]
    [InlineData("""{"conections":1}""", "conections: is not a field; there are connections, perAddress")]
    [InlineData("""{"connections":"1"}""", "connections: must be a whole number between 0 and 10000000, or -1")]
    [InlineData("""{"connections":1.5}""", "connections: must be a whole number")]
    [InlineData("""{"connections":null}""", "connections: must be a whole number")]
    [InlineData("""{"perAddress":-2}""", "perAddress: must be a whole number")]
    [InlineData("""{"perApplication":10000001}""", "perApplication: must be a whole number")]
    [InlineData("""{"perAddress":1,"perAddress":2}""", "\"perAddress\": is there twice")]
    [InlineData("""{"perAddressRules":5}""", "perAddressRules: must be a JSON object")]
    [InlineData("""{"perAddressRules":{"10.0.0":1}}""", "perAddressRules \"10.0.0\": is not an IP address or a network")]
    [InlineData("""{"perAddressRules":{"010.0.0.1":1}}""", "perAddressRules \"010.0.0.1\": is not an IP address")]
    [InlineData("""{"perAddressRules":{"host":1}}""", "perAddressRules \"host\": is not an IP address")]
    [InlineData("""{"perAddressRules":{"fe80::1%2":1}}""", "perAddressRules \"fe80::1%2\": is not an IP address")]
    [InlineData("""{"perAddressRules":{"10.0.0.0/33":1}}""", "perAddressRules \"10.0.0.0/33\": must have a prefix length between 0 and 32")]
    [InlineData("""{"perAddressRules":{"10.0.0.1/16":1}}""", "perAddressRules \"10.0.0.1/16\": has bits set behind its prefix of 16")]
    [InlineData("""{"perAddressRules":{"10.0.0.1":1,"10.0.0.1/32":2}}""", "perAddressRules \"10.0.0.1/32\": is there twice, in another spelling")]
    [InlineData("""{"perAddressRules":{"10.0.0.1":true}}""", "perAddressRules \"10.0.0.1\": must be a whole number")]
    [InlineData("""{"perApplicationRules":{"a":1,"a":1}}""", "perApplicationRules \"a\": is there twice")]
    [InlineData("""{"perApplicationRules":{"a":[]}}""", "perApplicationRules \"a\": must be a whole number")]
    [InlineData("""{"perApplicationRules":{"\ud800":1}}""", "the file: is not JSON")]
    public void A_broken_file_is_one_line_with_field_and_rule(string json, string message)
    {
        FileContentError error = Assert.Throws<FileContentError>(() => Read(json));
        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void Too_many_rules_are_refused()
    {
        string rules = string.Join(',', Enumerable.Range(0, 10_001).Select(static i => $"\"a{i}\":1"));
        FileContentError error = Assert.Throws<FileContentError>(() => Read($"{{\"perApplicationRules\":{{{rules}}}}}"));
        Assert.Equal("perApplicationRules: must not have more than 10000 entries", error.Message);
    }

    [Fact]
    public void A_byte_order_mark_is_skipped() => Assert.Equal(1, ConnectionRulesReader.Read((byte[])[0xEF, 0xBB, 0xBF, .. """{"connections":1}"""u8]).Connections.Maximum);

    private static ConnectionRules Read(string json) => ConnectionRulesReader.Read(Encoding.UTF8.GetBytes(json));
}
