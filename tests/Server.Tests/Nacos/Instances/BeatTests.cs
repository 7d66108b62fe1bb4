using System.Net;
using FastRegistry.Node.Hosting;
using FastRegistry.Server.Tests.Control;
using FastRegistry.Server.Tests.Http;

namespace FastRegistry.Server.Tests.Nacos.Instances;

public sealed class BeatTests : IAsyncLifetime
{
    private const string Path = $"{HttpNode.InstancePath}/beat";
    private const string Taken = """{"clientBeatInterval":5000,"code":10200,"lightBeatEnabled":true}""";
    private const string Unknown = """{"clientBeatInterval":5000,"code":20404,"lightBeatEnabled":true}""";

    // As the 1.4 client sends it.
    private const string Full =
        """{"port":8080,"ip":"1.1.1.1","weight":3.5,"serviceName":"DEFAULT_GROUP@@s","cluster":"DEFAULT","metadata":{"k":"v"},"scheduled":false,"period":5000,"stopped":false}""";

    private HttpNode _http = null!;

    private RegistryNode Node => _http.Host.Node;

    public async ValueTask InitializeAsync() => _http = await HttpNode.StartAsync();

    public ValueTask DisposeAsync() => _http.DisposeAsync();

    [Fact]
    public async Task A_light_beat_of_a_stranger_is_20404_with_status_200_and_registers_nobody()
    {
        Assert.Equal((HttpStatusCode.OK, Unknown), await BeatAsync("serviceName=s&ip=1.1.1.1&port=8080"));
        Assert.Equal((HttpStatusCode.OK, Unknown), await BeatAsync("serviceName=s"));
        Assert.Equal((HttpStatusCode.OK, Unknown), await BeatAsync("serviceName=s&beat="));
        Assert.Equal(0, Node.Registry.ServiceCount);
    }

    [Theory]
    [InlineData("serviceName=s&ip=1.1.1.1&port=8080")]
    [InlineData("serviceName=DEFAULT_GROUP@@s&clusterName=DEFAULT&namespaceId=public&ip=1.1.1.1&port=8080&app=x&accessToken=t")]
    [InlineData("serviceName=DEFAULT_GROUP%40%40s&groupName=ignored&ip=1%2E1.1.1&port=%208080")]
    public async Task A_light_beat_of_a_registered_instance_is_taken_however_it_is_written(string query)
    {
        await _http.OkAsync(HttpMethod.Post, "serviceName=s&ip=1.1.1.1&port=8080");
        Assert.Equal((HttpStatusCode.OK, Taken), await BeatAsync(query));
    }

    [Fact]
    public async Task A_full_beat_registers_a_stranger_from_the_form_or_the_query()
    {
        using FormUrlEncodedContent form = new([KeyValuePair.Create("beat", Full)]);
        Assert.Equal((HttpStatusCode.OK, Taken), await BeatAsync("serviceName=DEFAULT_GROUP@@s&clusterName=DEFAULT&ip=1.1.1.1&port=8080", form));
        Assert.Equal((HttpStatusCode.OK, Taken), await BeatAsync($"serviceName=DEFAULT_GROUP@@t&beat={Uri.EscapeDataString(Full)}"));
        Assert.Equal((HttpStatusCode.OK, Taken), await BeatAsync($"serviceName=DEFAULT_GROUP@@t&beat={Uri.EscapeDataString(Full)}"));
        System.Text.Json.JsonElement host = Assert.Single((await _http.ListAsync("serviceName=s")).GetProperty("hosts").EnumerateArray());
        Assert.Equal("3.5", host.GetProperty("weight").GetRawText());
        Assert.Equal("""{"k":"v"}""", host.GetProperty("metadata").GetRawText());
        Assert.Equal("1.1.1.1#8080#DEFAULT#DEFAULT_GROUP@@s", host.GetProperty("instanceId").GetString());
        Assert.Equal(["1.1.1.1:8080:DEFAULT"], await _http.ListedAsync("serviceName=t"));
    }

    [Fact]
    public async Task The_service_is_that_of_the_parameter_and_ip_and_port_are_those_of_the_beat()
    {
        await _http.OkAsync(HttpMethod.Post, "serviceName=s&ip=1.1.1.1&port=8080");
        string beat = """{"ip":"1.1.1.1","port":8080,"serviceName":"DEFAULT_GROUP@@other"}""";
        Assert.Equal((HttpStatusCode.OK, Taken), await BeatAsync($"serviceName=s&ip=9.9.9.9&port=9&beat={Uri.EscapeDataString(beat)}"));
        Assert.Equal(["1.1.1.1:8080:DEFAULT"], await _http.ListedAsync("serviceName=s"));
        Assert.Equal(1, Node.Registry.ServiceCount);
    }

    [Fact]
    public async Task A_beat_never_changes_weight_or_metadata_of_what_is_there()
    {
        await _http.OkAsync(HttpMethod.Post, "serviceName=s&ip=1.1.1.1&port=8080&metadata=own%3D1");
        await BeatAsync($"serviceName=s&beat={Uri.EscapeDataString(Full)}");
        System.Text.Json.JsonElement host = Assert.Single((await _http.ListAsync("serviceName=s")).GetProperty("hosts").EnumerateArray());
        Assert.Equal("1.0", host.GetProperty("weight").GetRawText());
        Assert.Equal("""{"own":"1"}""", host.GetProperty("metadata").GetRawText());
    }

    [Theory]
    [InlineData("""{"ip":"1.1.1.1","port":"8080"}""")]
    [InlineData("""{"ip":"1.1.1.1","port":8080.0,"metadata":null,"cluster":null}""")]
    [InlineData("""{"ip":" 1.1.1.1 ","port":8080,"cluster":"","nested":{"ip":"x","port":1}}""")]
    [InlineData("""{"ip":"\u0031.1.1.1","port":8080}""")]
    public async Task Numbers_and_texts_of_a_beat_are_taken_as_clients_write_them(string beat)
    {
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal((HttpStatusCode.OK, Taken), await BeatAsync($"serviceName=s&beat={Uri.EscapeDataString(beat)}"));
            Assert.Equal(["1.1.1.1:8080:DEFAULT"], await _http.ListedAsync("serviceName=s"));
        }
    }

    [Theory]
    [InlineData("ip=1&port=1", "Param 'serviceName' is required.")]
    [InlineData("serviceName=s&ip=1&port=x", "Param 'port' is illegal, the value should be between 0 and 65535.\r\n")]
    [InlineData("serviceName=s&beat=x", "Param 'beat' is illegal, it must be a JSON object.")]
    [InlineData("serviceName=s&beat=%5B%5D", "Param 'beat' is illegal, it must be a JSON object.")]
    [InlineData("serviceName=s&beat=%7B%22ip%22%3A%22%5Cud800%22%7D", "Param 'beat' is illegal, it must be a JSON object.")]
    [InlineData("serviceName=s&beat=%7B%22%5Cud800%22%3A%22a%22%7D", "Param 'beat' is illegal, it must be a JSON object.")]
    [InlineData("serviceName=s&beat=%7B%22port%22%3A1%7D", "Param 'ip' is required.")]
    [InlineData("serviceName=s&beat=%7B%22ip%22%3A%221%22%2C%22port%22%3A70000%7D", "Param 'port' is illegal, the value should be between 0 and 65535.\r\n")]
    [InlineData("serviceName=s&beat=%7B%22ip%22%3A%221%22%2C%22port%22%3A1%2C%22weight%22%3A-1%7D", "instance format invalid: The weights range from 0.0 to 10000.0")]
    [InlineData(
        "serviceName=s&beat=%7B%22ip%22%3A%221%22%2C%22port%22%3A1%2C%22cluster%22%3A%22a_b%22%7D",
        "Instance 'clusterName' should be characters with only 0-9a-zA-Z-. (current: a_b)")]
    public async Task A_wrong_beat_is_400(string query, string text)
    {
        Assert.Equal((HttpStatusCode.BadRequest, text), await BeatAsync(query));
        Assert.Equal(0, Node.Registry.ServiceCount);
    }

    [Fact]
    public async Task A_full_beat_of_a_persistent_instance_is_501()
    {
        (HttpStatusCode status, _) = await BeatAsync($"serviceName=s&beat={Uri.EscapeDataString("""{"ip":"1","port":1,"ephemeral":false}""")}");
        Assert.Equal(HttpStatusCode.NotImplemented, status);
    }

    [Fact]
    public async Task The_answer_tells_the_switches_and_the_interval_of_the_instance()
    {
        Node.Switch("clientBeatInterval", "7000");
        Node.Switch("lightBeatEnabled", "false");
        await _http.OkAsync(HttpMethod.Post, "serviceName=s&ip=1&port=1");
        await _http.OkAsync(HttpMethod.Post, "serviceName=s&ip=1&port=2&metadata=preserved.heart.beat.interval%3D2000");
        Assert.Equal("""{"clientBeatInterval":7000,"code":10200,"lightBeatEnabled":false}""", (await BeatAsync("serviceName=s&ip=1&port=1")).Text);
        Assert.Equal("""{"clientBeatInterval":2000,"code":10200,"lightBeatEnabled":false}""", (await BeatAsync("serviceName=s&ip=1&port=2")).Text);
        await _http.OkAsync(HttpMethod.Put, "serviceName=s&ip=1&port=2&metadata=preserved.heart.beat.interval%3D3000");
        Assert.Equal("""{"clientBeatInterval":3000,"code":10200,"lightBeatEnabled":false}""", (await BeatAsync("serviceName=s&ip=1&port=2")).Text);
        Assert.Equal("""{"clientBeatInterval":7000,"code":20404,"lightBeatEnabled":false}""", (await BeatAsync("serviceName=s&ip=1&port=3")).Text);
    }

    [Fact]
    public async Task A_status_that_refuses_requests_lets_beats_in_and_registers_nobody()
    {
        await _http.OkAsync(HttpMethod.Post, "serviceName=s&ip=1&port=1");
        foreach (string status in new[] { "DOWN", "READ_ONLY", "WRITE_ONLY" })
        {
            Node.Switch("overriddenServerStatus", status);
            Assert.Equal((HttpStatusCode.OK, Taken), await BeatAsync("serviceName=s&ip=1&port=1"));
        }

        Node.Switch("overriddenServerStatus", "READ_ONLY");
        Assert.Equal(
            (HttpStatusCode.ServiceUnavailable, "server is READ_ONLYnow, detailed error message: register is refused"),
            await BeatAsync($"serviceName=s&beat={Uri.EscapeDataString(Full)}"));
    }

    [Fact]
    public async Task Version_2_has_the_same_answer_bare()
    {
        await _http.OkAsync(HttpMethod.Post, "serviceName=s&ip=1&port=1");
        Assert.Equal((HttpStatusCode.OK, Taken), await _http.SendAsync(HttpMethod.Put, "/nacos/v2/ns/instance/beat?serviceName=DEFAULT_GROUP@@s&ip=1&port=1"));
        Assert.Equal((HttpStatusCode.OK, Unknown), await _http.SendAsync(HttpMethod.Put, "/nacos/v2/ns/instance/beat?serviceName=DEFAULT_GROUP@@s&ip=1&port=2"));
    }

    private Task<(HttpStatusCode Status, string Text)> BeatAsync(string query, HttpContent? content = null) => _http.SendAsync(HttpMethod.Put, $"{Path}?{query}", content);
}
