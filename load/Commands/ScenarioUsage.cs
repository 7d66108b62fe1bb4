using System.Globalization;
using System.Text;

namespace FastRegistry.Load.Commands;

/// <summary>The help of a scenario, made from what it takes.</summary>
internal static class ScenarioUsage
{
    private const string Common = """

        where the load goes:
          --target T              native (default), grpc-shaped (the baseline, started for the run), http
          --client-transport T    what native connections are made on: auto (default: epoll on Linux), sockets, epoll
          --server IP:PORT,...    running servers; default 127.0.0.1:7848
          --http IP:PORT,...      their HTTP sides, for memory and processor time; default 127.0.0.1:8848
          --servers N             start N servers on free ports for the run instead
          --server-program FILE   the program to start as a server; default: the one built beside this tool
          --sources N             source addresses 127.0.0.2, 127.0.0.3, ... taken in turns towards loopback servers; default 4
                                  (each has about 28,000 ports per server); 0 = the system's choice
          --setup-timeout D       for connect and set-up of one connection; default 10s

        how it is made and told:
          --generators N          processes that make the load; default: as many as the connections need
          --spacing even|random   distances of iterations in open phases; default even
          --threshold T;T;...     what must hold, instead of the defaults below: '[stage/][step:]metric op number', such as
                                  'p99 < 5ms; fail-percent <= 0.1; heartbeats/p99.9 < 20ms'
          --report FOLDER         write the report there as text, Markdown, CSV and JSON
          --json FILE             write the report as JSON
          --quiet                 no progress

        Durations are written 500ms, 10s or 2m.
        Exit codes: 0 = every threshold held, 1 = not, or it could not run, 2 = wrong arguments.
        """;

    public static string Of(ScenarioDefinition definition)
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"usage: load {definition.Name} [options]\n\n{definition.Summary}\n\n");
        foreach (string name in definition.Options)
        {
            ScenarioOption option = ScenarioOptions.Find(name);
            string @default = option.Format(definition.Defaults) is { } value ? $"; default {value}" : "";
            text.Append(CultureInfo.InvariantCulture, $"  {$"{option.Name} {option.Value}",-24}{option.Help}{@default}\n");
        }

        text.Append(Common).Append('\n');
        text.Append(CultureInfo.InvariantCulture, $"Thresholds by default: {string.Join("; ", definition.Thresholds)}");
        return text.ToString();
    }
}
