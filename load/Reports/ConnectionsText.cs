using System.Globalization;
using System.Text;
using FastRegistry.Load.Statistics;

namespace FastRegistry.Load.Reports;

/// <summary>The report for people. The process has the invariant culture only, so numbers need no further care.</summary>
internal static class ConnectionsText
{
    public static string Write(ConnectionsReport report)
    {
        StringBuilder text = new();
        Line(text, "machine", $"{report.Machine.Processors} processors, {report.Machine.System}, {report.Machine.Runtime}");
        WriteConnect(text, report.Connect);
        WriteMemory(text, report.Memory);
        WriteHold(text, report.Hold);
        Line(text, "close", $"{report.Close.Cost.Seconds:0.00} s, {report.Close.Aborted} aborted, {report.Close.LeftOnServer} left on the server; {Cpu(report.Close.Cost)}");
        Line(text, "result", report.Complete ? "all connections were set up and held" : report.Interrupted ? "interrupted" : "NOT all connections were set up and held");
        return text.ToString();
    }

    private static void WriteConnect(StringBuilder text, ConnectPhase connect)
    {
        Line(text, "connect", $"{connect.SetUp} of {connect.Asked} set up in {connect.Cost.Seconds:0.00} s = {connect.PerSecond:0}/s; {Cpu(connect.Cost)} ({connect.ServerCpuMicrosecondsEach:0.0} us each)");
        Line(text, "set-up latency", Latency(connect.Latency));
        WriteFailures(text, "failed", connect.Failures);
    }

    private static void WriteMemory(StringBuilder text, MemoryReadings memory)
    {
        Line(text, "server heap", $"{memory.HeapBytesPerConnection:0} B per connection, {memory.HeapBytesPerConnectionAfterHeartbeats:0} B after the hold ({memory.Before.ManagedHeapBytes} B before, {memory.Idle.ManagedHeapBytes} B with {memory.Idle.Connections} connections)");
        Line(text, "server RssAnon", $"{memory.ResidentBytesPerConnection:0} B per connection, {memory.ResidentBytesPerConnectionAfterHeartbeats:0} B after the hold ({memory.Before.ResidentAnonymousBytes} B before, {memory.Idle.ResidentAnonymousBytes} B)");
    }

    private static void WriteHold(StringBuilder text, HoldPhase hold)
    {
        Line(text, "hold", $"{hold.Cost.Seconds:0.00} s, {hold.Lost} lost, {hold.ProbesAnswered} probes answered; {Cpu(hold.Cost)}");
        if (hold.Heartbeats is { } heartbeats)
        {
            Line(text, "heartbeats", $"{heartbeats.Asked} asked, {heartbeats.Sent} sent, {heartbeats.Answered} answered; server {hold.ServerCpuMicrosecondsPerHeartbeat ?? 0:0.0} us each");
            Line(text, "round trip", Latency(heartbeats.RoundTrip));
            Line(text, "from due time", Latency(heartbeats.FromDueTime));
        }

        WriteFailures(text, "lost", hold.Losses);
    }

    private static void WriteFailures(StringBuilder text, string name, IReadOnlyList<FailureCount> failures)
    {
        foreach (FailureCount failure in failures)
        {
            Line(text, name, $"{failure.Count} x {failure.Kind}");
        }
    }

    private static string Cpu(PhaseCost cost) => $"CPU server {cost.ServerCpuSeconds:0.00} s, own {cost.OwnCpuSeconds:0.00} s";

    private static string Latency(LatencySummary latency) =>
        $"p50 {Time(latency.P50Microseconds)}, p90 {Time(latency.P90Microseconds)}, p99 {Time(latency.P99Microseconds)}, p99.9 {Time(latency.P999Microseconds)}, p99.99 {Time(latency.P9999Microseconds)}, max {Time(latency.MaximumMicroseconds)}";

    private static string Time(double microseconds) =>
        $"{(microseconds < 1000 ? microseconds : microseconds / 1000):0.##} {(microseconds < 1000 ? "us" : "ms")}";

    private static void Line(StringBuilder text, string name, string value) => text.Append(CultureInfo.InvariantCulture, $"{name,-16}").Append(value).Append('\n');
}
