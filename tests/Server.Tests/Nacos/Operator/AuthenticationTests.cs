using System.Net;
using FastRegistry.Server.Tests.Harness;

namespace FastRegistry.Server.Tests.Nacos.Operator;

public sealed class AuthenticationTests(SharedNode node) : IClassFixture<SharedNode>
{
    private const string Token = """{"accessToken":"AUTH_DISABLED","tokenTtl":18000,"globalAdmin":true,"username":"nacos"}""";

    [Theory]
    [InlineData("/v1/auth/login")]
    [InlineData("/v1/auth/users/login")]
    public async Task Whoever_logs_in_gets_a_token_that_opens_nothing(string path)
    {
        await node.AnswersAsync($"POST {path}?username=nacos&password=", Token);
        using FormUrlEncodedContent password = new([KeyValuePair.Create("password", "x")]);
        Assert.Equal((HttpStatusCode.OK, Token), await node.CallAsync($"POST {path}?username=nacos", password));
        using FormUrlEncodedContent both = new([KeyValuePair.Create("username", "nacos"), KeyValuePair.Create("password", "x")]);
        using HttpResponseMessage response = await node.Http.Client.PostAsync(new Uri($"/nacos{path}", UriKind.Relative), both, TestContext.Current.CancellationToken);
        Assert.Equal("Bearer AUTH_DISABLED", Assert.Single(response.Headers.GetValues("Authorization")));
        await node.AnswersAsync($"POST {path}?password=x", "caused: Parameter 'username' is missing;", HttpStatusCode.BadRequest);
        await node.AnswersAsync($"POST {path}?username=x", "caused: Parameter 'password' is missing;", HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_token_is_taken_everywhere_and_changes_nothing()
    {
        await node.AnswersAsync("POST /v1/ns/instance?serviceName=token&ip=1.1.1.1&port=1&accessToken=AUTH_DISABLED&username=a&password=b", "ok");
        await node.AnswersAsync("POST /v1/ns/instance?serviceName=token&ip=1.1.1.1&port=1&accessToken=anything", "ok");
    }

    [Theory]
    [InlineData("POST /v1/auth/users?username=u&password=p")]
    [InlineData("POST /v1/auth?username=u&password=p")]
    [InlineData("PUT /v1/auth/users?username=u&newPassword=p")]
    [InlineData("DELETE /v1/auth/users?username=u")]
    [InlineData("GET /v1/auth/users?search=accurate&pageNo=1&pageSize=9")]
    [InlineData("GET /v1/auth/users/search?username=u")]
    [InlineData("GET /v1/auth/search?username=u")]
    [InlineData("PUT /v1/auth/users/password?oldPassword=a&newPassword=b")]
    [InlineData("POST /v1/auth/users/admin")]
    [InlineData("POST /v1/auth/roles?role=r&username=u")]
    [InlineData("DELETE /v1/auth/roles?role=r")]
    [InlineData("GET /v1/auth/roles?search=blur")]
    [InlineData("GET /v1/auth/roles/search?role=r")]
    [InlineData("POST /v1/auth/permissions?role=r&resource=x&action=rw")]
    [InlineData("DELETE /v1/auth/permissions?role=r&resource=x&action=rw")]
    [InlineData("GET /v1/auth/permissions?search=accurate")]
    public async Task Users_roles_and_permissions_are_501(string call) => await node.AnswersAsync(
        call, "caused: there is no authentication in this version: no users, roles and permissions;", HttpStatusCode.NotImplemented);

    [Fact]
    public async Task What_is_501_is_judged_first() =>
        await node.AnswersAsync("POST /v1/auth/users?username=u", "caused: Parameter 'password' is missing;", HttpStatusCode.BadRequest);
}
