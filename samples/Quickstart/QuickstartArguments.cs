using System.Globalization;
using FastRegistry.Client;

namespace FastRegistry.Samples.Quickstart;

/// <summary>What the command line says.</summary>
internal sealed record QuickstartArguments(bool IsProvider, string[] Servers, ServiceKey Service, string Ip, int Port)
{
    public const string Usage = """
        usage: quickstart provider --port PORT [--ip IP] [--service NAME] [--server HOST:PORT[,HOST:PORT]]
               quickstart consumer [--service NAME] [--server HOST:PORT[,HOST:PORT]]
        """;

    public static bool TryParse(string[] args, out QuickstartArguments arguments, out string problem)
    {
        arguments = null!;
        problem = "";
        if (args.Length == 0 || args[0] is not ("provider" or "consumer"))
        {
            problem = "the first argument must be provider or consumer";
            return false;
        }

        Dictionary<string, string> values = new() { ["--server"] = "127.0.0.1:7848", ["--service"] = "orders", ["--ip"] = "127.0.0.1", ["--port"] = "" };
        for (int i = 1; i < args.Length; i += 2)
        {
            if (!values.ContainsKey(args[i]) || i + 1 == args.Length)
            {
                problem = $"{args[i]} is unknown or has no value";
                return false;
            }

            values[args[i]] = args[i + 1];
        }

        bool provider = args[0] == "provider";
        int port = 0;
        if (provider && !int.TryParse(values["--port"], NumberStyles.None, CultureInfo.InvariantCulture, out port))
        {
            problem = "a provider needs --port with a number";
            return false;
        }

        if (!ServiceKey.TryParse(values["--service"], out ServiceKey service))
        {
            problem = $"'{values["--service"]}' is not a service name";
            return false;
        }

        arguments = new QuickstartArguments(provider, values["--server"].Split(','), service, values["--ip"], port);
        return true;
    }
}
