using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Parameters;

namespace FastRegistry.Server.Tests.Http.Parameters;

public sealed class ParameterCheckTests
{
    private const string Characters = "illegal characters should not appear in the param.";

    [Theory]
    [InlineData(nameof(ParameterChecks.Naming), "namespaceId=a.b", "namespaceId/tenant")]
    [InlineData(nameof(ParameterChecks.Naming), "serviceName=a%20b", "serviceName")]
    [InlineData(nameof(ParameterChecks.Naming), "serviceName=a%00b", "serviceName")]
    [InlineData(nameof(ParameterChecks.Naming), "serviceName=%40a", "serviceName")]
    [InlineData(nameof(ParameterChecks.Naming), "serviceName=g!@@a", "group")]
    [InlineData(nameof(ParameterChecks.Naming), "groupName=g!", "group")]
    [InlineData(nameof(ParameterChecks.Naming), "cluster=a.b", "cluster")]
    [InlineData(nameof(ParameterChecks.Naming), "clusterName=a.b", "cluster")]
    [InlineData(nameof(ParameterChecks.Naming), "ip=1%202", "ip")]
    [InlineData(nameof(ParameterChecks.List), "clusters=a,b.c", "cluster")]
    [InlineData(nameof(ParameterChecks.Beat), "ip=%E4%B8%AD", "ip")]
    [InlineData(nameof(ParameterChecks.Console), "namespaceName=a@b", "namespaceShowName")]
    [InlineData(nameof(ParameterChecks.Console), "customNamespaceId=a.b", "namespaceId/tenant")]
    public void Illegal_characters_are_told_of_the_parameter_that_has_them(string checks, string query, string name) =>
        Assert.Equal($"Param '{name}' is illegal, {Characters}", Broken(checks, query));

    [Theory]
    [InlineData(nameof(ParameterChecks.Naming), "namespaceId", 64, "namespaceId/tenant")]
    [InlineData(nameof(ParameterChecks.Naming), "serviceName", 512, "serviceName")]
    [InlineData(nameof(ParameterChecks.Naming), "groupName", 128, "group")]
    [InlineData(nameof(ParameterChecks.Naming), "clusterName", 64, "cluster")]
    [InlineData(nameof(ParameterChecks.Naming), "ip", 128, "ip")]
    [InlineData(nameof(ParameterChecks.Console), "namespaceName", 256, "namespaceShowName")]
    public void A_name_may_be_so_long_and_no_longer(string checks, string parameter, int length, string name)
    {
        Assert.Null(Broken(checks, $"{parameter}={new string('a', length)}"));
        Assert.Equal($"Param '{name}' is illegal, the param length should not exceed {length}.", Broken(checks, $"{parameter}={new string('a', length + 1)}"));
    }

    [Theory]
    [InlineData("port=0", true)]
    [InlineData("port=65535", true)]
    [InlineData("port=", true)]
    [InlineData("port=65536", false)]
    [InlineData("port=-1", false)]
    [InlineData("port=8080.0", false)]
    [InlineData("port=x", false)]
    [InlineData("port=99999999999", false)]
    [InlineData("checkPort=65536", false)]
    public void A_port_is_a_number_of_16_bits(string query, bool legal) =>
        Assert.Equal(legal ? null : "Param 'port' is illegal, the value should be between 0 and 65535.", Broken(nameof(ParameterChecks.Naming), query));

    [Fact]
    public void Metadata_counts_keys_and_values_that_are_not_blank()
    {
        Assert.Null(Broken(nameof(ParameterChecks.Naming), $"metadata=k={new string('v', 1023)}"));
        Assert.Equal(
            "Param 'Metadata' is illegal, the param length should not exceed 1024.", Broken(nameof(ParameterChecks.Naming), $"metadata=k={new string('v', 1024)}"));
        Assert.Equal("metadata format incorrect:x", Broken(nameof(ParameterChecks.MetadataBatch), "metadata=x"));
    }

    [Fact]
    public void The_first_broken_rule_counts()
    {
        Assert.Contains("namespaceId/tenant", Broken(nameof(ParameterChecks.Naming), "port=x&ip=1%202&serviceName=a%20b&namespaceId=a.b"), StringComparison.Ordinal);
        Assert.Contains("'ip'", Broken(nameof(ParameterChecks.Naming), "port=x&ip=1%202&serviceName=a"), StringComparison.Ordinal);
    }

    [Fact]
    public void What_an_endpoint_does_not_look_at_is_not_checked()
    {
        Assert.Null(Broken(nameof(ParameterChecks.List), "ip=1%202&port=x&metadata=x&clusterName=a.b"));
        Assert.Null(Broken(nameof(ParameterChecks.None), "namespaceId=a.b"));
        Assert.Null(Broken(nameof(ParameterChecks.Naming), "clusterName=a_b"));
    }

    [Theory]
    [InlineData("g@@", "it should be format as 'groupName@@serviceName'")]
    [InlineData("@@", "it should be format as 'groupName@@serviceName'")]
    [InlineData("@@s", "groupName can't be empty")]
    public void A_broken_grouping_is_refused_in_front_of_everything_in_v1(string name, string rule)
    {
        HttpError error = Assert.Throws<HttpError>(() => ParameterCheck.Run(Of($"namespaceId=a.b&serviceName={name}"), ParameterChecks.Naming, isNamingV1: true));
        Assert.Equal($"Service name filter error,caused: Param 'serviceName' is illegal, {rule};", error.Message);
        Assert.Equal(ErrorBody.Document, error.Body);
    }

    [Theory]
    [InlineData("serviceName=s", "public/DEFAULT_GROUP@@s")]
    [InlineData("serviceName=s&groupName=g&namespaceId=n", "n/g@@s")]
    [InlineData("serviceName=g@@s&groupName=other", "public/g@@s")]
    public void A_service_is_named_alone_with_its_group_or_in_one(string query, string key) => Assert.Equal(key, ServiceNames.Read(Of(query)).ToString());

    [Theory]
    [InlineData("""{"a":"x","b":1.50,"c":true,"d":null}""", "a=x b=1.50 c=true d=")]
    [InlineData("a=1,b= 2", "a=1 b= 2")]
    [InlineData("a=1,a=2", "a=2")]
    [InlineData("""{"a":1,"a":2}""", "a=2")]
    [InlineData("null", "")]
    [InlineData("{}", "")]
    public void Metadata_is_a_JSON_object_or_pairs(string text, string pairs) =>
        Assert.Equal(pairs, string.Join(' ', MetadataText.Parse(text).Select(static pair => $"{pair.Key}={pair.Value}")));

    [Theory]
    [InlineData("x")]
    [InlineData("a=")]
    [InlineData("=b")]
    [InlineData("a=b=c")]
    [InlineData("{\"a\":{}}")]
    [InlineData("{\"a\":[1]}")]
    [InlineData("[]")]
    [InlineData("{")]
    public void Other_metadata_is_refused_with_what_was_sent(string text)
    {
        HttpError error = Assert.Throws<HttpError>(() => MetadataText.Parse(text));
        Assert.Equal($"metadata format incorrect:{text}", error.Message);
        Assert.Equal((400, ResultCode.InstanceMetadataError), (error.Status, error.Code));
    }

    [Fact]
    public void What_is_sent_back_is_one_short_line() => Assert.Equal($"a b{new string('x', 197)}...", HttpError.Quote($"a\nb{new string('x', 5000)}"));

    private static string? Broken(string checks, string query)
    {
        try
        {
            ParameterCheck.Run(Of(query), Enum.Parse<ParameterChecks>(checks), isNamingV1: true);
            return null;
        }
        catch (HttpError error)
        {
            Assert.Equal(400, error.Status);
            return error.Message;
        }
    }

    private static RequestParameters Of(string query) => new($"?{query}", "", MissingParameterText.Required);
}
