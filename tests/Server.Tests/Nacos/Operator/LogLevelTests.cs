using System.Net;
using FastRegistry.Server.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FastRegistry.Server.Tests.Nacos.Operator;

public sealed class LogLevelTests
{
    [Theory]
    [InlineData("PUT /v1/ns/operator/log?logName=naming-server&logLevel=DEBUG", "ok")]
    [InlineData("PUT /v1/ns/ops/log?logName=FastRegistry&logLevel=trace", "ok")]
    [InlineData("PUT /v1/core/ops/log?logName=core&logLevel=DEBUG", "200")]
    public async Task A_level_that_is_set_counts_at_once(string call, string answer)
    {
        SharedNode node = new();
        await node.InitializeAsync();
        ILogger log = node.Http.Host.Services.GetRequiredService<ILoggerFactory>().CreateLogger("FastRegistry");
        Assert.False(log.IsEnabled(LogLevel.Debug));
        await node.AnswersAsync(call, answer);
        Assert.True(log.IsEnabled(LogLevel.Debug));
        await node.AnswersAsync("PUT /v1/ns/operator/log?logName=naming-server&logLevel=OFF", "ok");
        Assert.False(log.IsEnabled(LogLevel.Critical));
        await node.DisposeAsync();
    }

    [Fact]
    public async Task The_call_with_a_body_answers_in_its_own_way()
    {
        SharedNode node = new();
        await node.InitializeAsync();
        await node.AnswersJsonAsync("PUT /v2/core/ops/log", """{"logName":"naming-event","logLevel":"WARN"}""", """{"code":200,"message":null,"data":null}""");
        ILogger log = node.Http.Host.Services.GetRequiredService<ILoggerFactory>().CreateLogger("FastRegistry.Events");
        Assert.True(log.IsEnabled(LogLevel.Warning));
        Assert.False(log.IsEnabled(LogLevel.Information));
        string missing = "caused: required parameter 'logName' is missing;";
        await node.AnswersJsonAsync("PUT /v2/core/ops/log", """{"logLevel":"WARN"}""", missing, HttpStatusCode.BadRequest);
        await node.AnswersJsonAsync("PUT /v2/core/ops/log", "{", missing, HttpStatusCode.BadRequest);
        await node.AnswersJsonAsync("PUT /v2/core/ops/log", """[{"logName":7}]""", missing, HttpStatusCode.BadRequest);
        await node.DisposeAsync();
    }

    [Fact]
    public async Task A_log_or_level_that_is_not_there_is_told_so()
    {
        SharedNode node = new();
        await node.InitializeAsync();
        const string Known = "naming-server, naming-event, core, FastRegistry, FastRegistry.Events, Microsoft";
        await node.AnswersAsync("PUT /v1/ns/operator/log?logName=naming-raft&logLevel=INFO", $"this version has no log naming-raft; there are {Known}", HttpStatusCode.NotImplemented);
        await node.AnswersAsync("PUT /v1/ns/operator/log?logName=odd&logLevel=INFO", $"Param 'logName' is illegal, it must be one of {Known}.", HttpStatusCode.BadRequest);
        await node.AnswersAsync(
            "PUT /v1/core/ops/log?logName=core&logLevel=LOUD", "caused: Param 'logLevel' is illegal, it must be TRACE, DEBUG, INFO, WARN, ERROR or OFF.;", HttpStatusCode.BadRequest);
        await node.AnswersAsync("PUT /v1/ns/operator/log?logName=core", "Parameter 'logLevel' is missing", HttpStatusCode.BadRequest);
        await node.DisposeAsync();
    }
}
