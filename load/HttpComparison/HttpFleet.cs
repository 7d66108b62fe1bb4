using System.Globalization;
using FastRegistry.Load.HttpTraffic;

namespace FastRegistry.Load.HttpComparison;

/// <summary>The instances that are registered over HTTP, and the requests about them. Ten to a service.</summary>
internal sealed class HttpFleet(NacosRequests requests, int instances)
{
    public const int InstancesPerService = 10;

    private const int Port = 8080;
    private static readonly ExactBody Ok = new("ok"u8.ToArray());
    private static readonly ExactBody Taken = new("""{"clientBeatInterval":5000,"code":10200,"lightBeatEnabled":true}"""u8.ToArray());

    public int Services => (instances + InstancesPerService - 1) / InstancesPerService;

    public HttpExchange[] Registrations() => Each((service, ip) => new HttpExchange(requests.Register(service, ip, Port), Ok));

    public HttpExchange[] Beats() => Each((service, ip) => new HttpExchange(requests.Beat(service, ip, Port), Taken));

    /// <summary>One list of each service.</summary>
    /// <param name="rule">Of a service with so many instances.</param>
    public HttpExchange[] Lists(Func<int, IBodyRule> rule) =>
    [
        .. Enumerable.Range(0, Services).Select(service =>
            new HttpExchange(requests.List(NameOf(service)), rule(Math.Min(InstancesPerService, instances - (service * InstancesPerService))))),
    ];

    private HttpExchange[] Each(Func<string, string, HttpExchange> make) =>
        [.. Enumerable.Range(0, instances).Select(number => make(NameOf(number / InstancesPerService), IpOf(number)))];

    private static string NameOf(int service) => string.Create(CultureInfo.InvariantCulture, $"load-beats-{service}");

    private static string IpOf(int number) => string.Create(CultureInfo.InvariantCulture, $"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}");
}
