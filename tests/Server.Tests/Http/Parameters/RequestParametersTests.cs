using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Parameters;

namespace FastRegistry.Server.Tests.Http.Parameters;

public sealed class RequestParametersTests
{
    [Fact]
    public void The_query_counts_before_the_form_and_the_first_value_before_the_others()
    {
        RequestParameters parameters = Of("?a=1&a=2&b=&d=4", "a=3&b=5&c=6");
        Assert.Equal("1", parameters.Find("a"));
        Assert.Null(parameters.Find("b"));
        Assert.Equal("", parameters.FindOrEmpty("b"));
        Assert.Equal("6", parameters.Find("c"));
        Assert.Equal("4", parameters.Find("d"));
        Assert.Null(parameters.Find("e"));
        Assert.Null(parameters.FindOrEmpty("e"));
    }

    [Theory]
    [InlineData("?name=v", "v")]
    [InlineData("?x=1&name=v&", "v")]
    [InlineData("?&&name=v", "v")]
    [InlineData("?name=+v+", "v")]
    [InlineData("?name=%20", null)]
    [InlineData("?name", null)]
    [InlineData("?Name=v", null)]
    [InlineData("?xname=v&namex=v", null)]
    [InlineData("?n%61me=v", "v")]
    [InlineData("?%6e%61%6d%65=v", "v")]
    [InlineData("?=v&name=a=b", "a=b")]
    [InlineData("", null)]
    public void Names_are_found_as_they_are_meant(string query, string? value) => Assert.Equal(value, Of(query).Find("name"));

    [Theory]
    [InlineData("?s=b", "public\0DEFAULT_GROUP\0b")]
    [InlineData("?s=g%40%40b&groupName=ignored", "public\0g\0b")]
    [InlineData("?s=b&groupName=g&namespaceId=n", "n\0g\0b")]
    [InlineData("?s=+b+&groupName=+&namespaceId=", "public\0DEFAULT_GROUP\0b")]
    [InlineData("?s=%E4%B8%AD", "public\0DEFAULT_GROUP\0\u4E2D")]
    public void The_key_of_a_service_is_read_without_strings(string query, string key)
    {
        byte[] room = new byte[ServiceKeyText.MaximumBytes];
        int written = ServiceKeyText.TryRead(Of(query.Replace("s=", "serviceName=", StringComparison.Ordinal)), room);
        Assert.Equal(key, System.Text.Encoding.UTF8.GetString(room, 0, written));
    }

    [Theory]
    [InlineData("?groupName=g")]
    [InlineData("?serviceName=")]
    public void Without_a_name_there_is_no_key(string query) => Assert.Equal(-1, ServiceKeyText.TryRead(Of(query), new byte[ServiceKeyText.MaximumBytes]));

    [Fact]
    public void What_does_not_fit_goes_the_slow_way()
    {
        string name = new('n', ServiceKeyText.MaximumBytes);
        Assert.Equal(-1, ServiceKeyText.TryRead(Of($"?serviceName={name}"), new byte[ServiceKeyText.MaximumBytes]));
        Assert.Equal(-1, ServiceKeyText.TryRead(Of($"?serviceName=s&groupName={name}"), new byte[ServiceKeyText.MaximumBytes]));
        Assert.Equal(-1, ServiceKeyText.TryRead(Of($"?serviceName=s&namespaceId={name}"), new byte[ServiceKeyText.MaximumBytes]));
    }

    [Fact]
    public void Numbers_are_read_or_refused_in_the_words_of_Java()
    {
        RequestParameters parameters = Of("?i=42&d=2.50&bad=4x&minus=-3&e=1e3");
        Assert.Equal(42, parameters.FindWholeNumber("i"));
        Assert.Equal(-3, parameters.FindWholeNumber("minus"));
        Assert.Null(parameters.FindWholeNumber("none"));
        Assert.Equal(2.5, parameters.FindNumber("d"));
        Assert.Equal(1000, parameters.FindNumber("e"));
        Assert.Equal("For input string: \"4x\"", Assert.Throws<HttpError>(() => parameters.FindWholeNumber("bad")).Message);
        Assert.Equal("For input string: \"4x\"", Assert.Throws<HttpError>(() => parameters.FindNumber("bad")).Message);
    }

    [Theory]
    [InlineData("true", true, true)]
    [InlineData("True", true, true)]
    [InlineData("YES", true, true)]
    [InlineData("on", true, true)]
    [InlineData("t", true, null)]
    [InlineData("y", true, null)]
    [InlineData("1", false, true)]
    [InlineData("0", false, false)]
    [InlineData("False", false, false)]
    [InlineData("off", false, false)]
    [InlineData("no", false, false)]
    [InlineData("maybe", false, null)]
    public void Flags_are_read_as_v1_and_as_v2_do(string text, bool v1, bool? v2)
    {
        RequestParameters parameters = Of($"?f={text}");
        Assert.Equal(v1, parameters.FindWord("f"));
        if (v2 is null)
        {
            Assert.Throws<HttpError>(() => parameters.FindFlag("f"));
        }
        else
        {
            Assert.Equal(v2, parameters.FindFlag("f"));
        }
    }

    [Fact]
    public void Each_family_of_endpoints_says_in_its_own_words_that_something_is_missing()
    {
        Assert.Equal("Param 'x' is required.", Missing(MissingParameterText.Required));
        Assert.Equal("Parameter 'x' is missing", Missing(MissingParameterText.Missing));
        Assert.Equal("Required parameter 'x' type Integer is not present", Missing(MissingParameterText.RequiredOfType));
        Assert.Equal("Required request parameter 'x' for method parameter type Integer is not present", Missing(MissingParameterText.RequiredRequestParameter));
        Assert.Equal("required parameter 'x' is missing", Missing(MissingParameterText.RequiredIsMissing));
    }

    private static string Missing(MissingParameterText text) =>
        Assert.Throws<HttpError>(() => new RequestParameters("", "", text).RequireWholeNumber("x")).Message;

    private static RequestParameters Of(string query, string form = "") => new(query, form, MissingParameterText.Required);
}
