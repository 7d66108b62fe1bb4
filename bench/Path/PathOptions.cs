using System.Globalization;

namespace FastRegistry.Bench.Path;

/// <summary>What the command line asks for.</summary>
internal sealed record PathOptions(bool IsMemory, int Windows, bool ShowsLines)
{
    public const string Usage = "usage: [--transport default|memory] [--windows N] [--lines]";

    /// <summary>Null when something is not understood.</summary>
    public static PathOptions? Read(string[] args)
    {
        PathOptions options = new(IsMemory: false, Windows: 50, ShowsLines: false);
        for (int i = 0; i < args.Length; i++)
        {
            string value = i + 1 < args.Length ? args[i + 1] : "";
            switch (args[i])
            {
                case "--transport" when value is "default" or "memory":
                    options = options with { IsMemory = value == "memory" };
                    i++;
                    break;
                case "--windows" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int windows) && windows > 0:
                    options = options with { Windows = windows };
                    i++;
                    break;
                case "--lines":
                    options = options with { ShowsLines = true };
                    break;
                default:
                    return null;
            }
        }

        return options;
    }
}
