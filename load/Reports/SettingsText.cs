using System.Globalization;
using System.Text;
using FastRegistry.Load.Commands;
using FastRegistry.Load.Plans;
using FastRegistry.Load.Targets;
using FastRegistry.Load.Targets.Native;

namespace FastRegistry.Load.Reports;

/// <summary>Settings as the command line that repeats the run. Everything is named, so that it means the same when defaults change.</summary>
internal static class SettingsText
{
    public static string Write(RunSettings settings, int generators)
    {
        StringBuilder text = new("load ");
        text.Append(settings.Scenario);
        Add("--target", TargetName(settings.Target));
        Add("--client-transport", settings.Target == TargetKind.Native ? NativeConnector.Resolve(settings.ClientTransport).ToString().ToLowerInvariant() : null);
        Add("--server", string.Join(',', settings.Servers.Select(static server => server.Load)));
        Add("--http", string.Join(',', settings.Servers.Select(static server => server.Http)));
        foreach (string option in ScenarioCatalogue.Find(settings.Scenario)?.Options ?? [])
        {
            Add(option, ScenarioOptions.Find(option).Format(settings));
        }

        Add("--setup-timeout", Duration(settings.SetupTimeoutSeconds));
        Add("--sources", Number(settings.Sources));
        Add("--spacing", settings.RandomSpacing ? "random" : "even");
        Add("--generators", Number(generators));
        return text.ToString();

        void Add(string option, string? value)
        {
            if (value is not null)
            {
                text.Append(' ').Append(option).Append(' ').Append(value);
            }
        }
    }

    public static string TargetName(TargetKind target) => target switch
    {
        TargetKind.GrpcShaped => "grpc-shaped",
        TargetKind.Http => "http",
        _ => "native",
    };

    private static string Number(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);

    private static string Duration(double seconds) => DurationText.Format(TimeSpan.FromSeconds(seconds));
}
