using System.Diagnostics;
using System.Globalization;

namespace FastRegistry.ProcessTests;

/// <summary>A network of its own, joined to this machine's by a virtual cable that can be cut. Gone at the end of the test, with whatever ran in it.</summary>
internal sealed class NetworkNamespace : IAsyncDisposable
{
    private readonly string _name;
    private readonly string _near;
    private readonly string _far;

    private NetworkNamespace(string unique, string subnet)
    {
        // An interface's name has 15 characters at most.
        _name = $"fr-test-{unique}";
        _near = $"frn{unique}";
        _far = $"frf{unique}";
        NearAddress = $"{subnet}.1";
        FarAddress = $"{subnet}.2";
    }

    /// <summary>This machine's end of the cable.</summary>
    public string NearAddress { get; }

    /// <summary>The namespace's end.</summary>
    public string FarAddress { get; }

    public static async Task<NetworkNamespace> CreateAsync()
    {
        int number = Environment.ProcessId & 0xffff;
        string unique = string.Create(CultureInfo.InvariantCulture, $"{number:x4}{Random.Shared.Next(0x1000):x3}");

        // 198.18.0.0/15 is set apart for tests of networks.
        NetworkNamespace made = new(unique, string.Create(CultureInfo.InvariantCulture, $"198.{18 + Random.Shared.Next(2)}.{Random.Shared.Next(256)}"));
        try
        {
            await IpAsync("netns", "add", made._name);
            await IpAsync("link", "add", made._near, "type", "veth", "peer", "name", made._far, "netns", made._name);
            await IpAsync("addr", "add", $"{made.NearAddress}/24", "dev", made._near);
            await IpAsync("link", "set", made._near, "up");
            await IpAsync("-n", made._name, "addr", "add", $"{made.FarAddress}/24", "dev", made._far);
            await IpAsync("-n", made._name, "link", "set", made._far, "up");
            await IpAsync("-n", made._name, "link", "set", "lo", "up");
            return made;
        }
        catch
        {
            await made.DisposeAsync();
            throw;
        }
    }

    /// <summary>Why this machine or this user cannot have one; null when it can.</summary>
    public static string? Obstacle()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
        {
            return "needs Linux and root (network namespaces)";
        }

        string name = $"fr-test-{Environment.ProcessId & 0xffff:x4}";
        try
        {
            if (Ip("netns", "add", name) != 0)
            {
                return "needs the right to make network namespaces";
            }

            Ip("netns", "del", name);
            return null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "needs the program ip (iproute2)";
        }
    }

    /// <summary>Starts a program of this repository inside.</summary>
    public RunningProgram Start(string assembly, params string[] arguments) =>
        RunningProgram.StartCommand("ip", ["netns", "exec", _name, "dotnet", assembly, .. arguments]);

    /// <summary>Nothing passes any more, and nobody is told.</summary>
    public Task CutAsync() => IpAsync("-n", _name, "link", "set", _far, "down");

    public Task MendAsync() => IpAsync("-n", _name, "link", "set", _far, "up");

    public async ValueTask DisposeAsync()
    {
        // The cable goes with it; its near end alone is left when the namespace was not finished.
        await RunAsync("netns", "del", _name);
        await RunAsync("link", "del", _near);
    }

    private static async Task IpAsync(params string[] arguments) => Assert.Equal((0, ""), await RunAsync(arguments));

    private static async Task<(int ExitCode, string Errors)> RunAsync(params string[] arguments)
    {
        using Process ip = Process.Start(new ProcessStartInfo("ip", arguments) { RedirectStandardError = true })!;
        string errors = await ip.StandardError.ReadToEndAsync(CancellationToken.None);
        await ip.WaitForExitAsync(CancellationToken.None);
        return (ip.ExitCode, errors);
    }

    private static int Ip(params string[] arguments)
    {
        using Process ip = Process.Start(new ProcessStartInfo("ip", arguments) { RedirectStandardError = true })!;
        ip.StandardError.ReadToEnd();
        ip.WaitForExit();
        return ip.ExitCode;
    }
}
