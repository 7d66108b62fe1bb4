using System.Globalization;
using System.Net;
using System.Text;

namespace FastRegistry.Load.HttpTraffic;

/// <summary>Requests of the open HTTP API, version 1, byte by byte as the Java client of that time sends them: parameters in the query, its headers, no body.</summary>
internal sealed class NacosRequests(IPEndPoint server)
{
    private const string InstancePath = "/nacos/v1/ns/instance";

    // A RequestId is another one each time; nobody reads it.
    private readonly string _headers = string.Create(CultureInfo.InvariantCulture, $"""
         HTTP/1.1
        Host: {server}
        Content-Type: application/x-www-form-urlencoded;charset=UTF-8
        Accept-Charset: UTF-8
        Accept-Encoding: gzip,deflate,sdch
        Client-Version: Nacos-Java-Client:v1.4.6
        User-Agent: Nacos-Java-Client:v1.4.6
        RequestId: 5f0c6a1e-6c1b-4d1e-9f5e-0a6d2b8f3c47
        Request-Module: Naming

        """).ReplaceLineEndings("\r\n");

    /// <summary>A light beat.</summary>
    public byte[] Beat(string service, string ip, int port) =>
        Request("PUT", $"{InstancePath}/beat?app=unknown&serviceName={Grouped(service)}&namespaceId=public&{PortOf(port)}&clusterName=DEFAULT&ip={ip}");

    public byte[] Register(string service, string ip, int port) => Request(
        "POST",
        $"{InstancePath}?app=unknown&metadata=%7B%7D&ip={ip}&weight=1.0&ephemeral=true&serviceName={Grouped(service)}&groupName=DEFAULT_GROUP&namespaceId=public&{PortOf(port)}&enable=true&healthy=true&clusterName=DEFAULT");

    public byte[] List(string service) => Request(
        "GET", $"{InstancePath}/list?app=unknown&healthyOnly=false&namespaceId=public&clientIP=127.0.0.1&serviceName={Grouped(service)}&udpPort=0&clusters=");

    /// <summary>Any other request, with a body.</summary>
    public byte[] Post(string path, byte[] body) => [.. Request("POST", path, body.Length), .. body];

    private static string Grouped(string service) => $"DEFAULT_GROUP%40%40{Uri.EscapeDataString(service)}";

    private static string PortOf(int port) => string.Create(CultureInfo.InvariantCulture, $"port={port}");

    private byte[] Request(string method, string target, int bodyBytes = 0)
    {
        string length = method == "GET" ? "" : string.Create(CultureInfo.InvariantCulture, $"Content-Length: {bodyBytes}\r\n");
        return Encoding.UTF8.GetBytes($"{method} {target}{_headers}{length}\r\n");
    }
}
