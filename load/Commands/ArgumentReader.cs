using System.Globalization;
using System.Net;

namespace FastRegistry.Load.Commands;

/// <summary>Reads <c>--name value</c> and <c>--name=value</c>. Every value is asked for by name once; what nobody asked for is unknown.</summary>
internal sealed class ArgumentReader
{
    private readonly Dictionary<string, string> _values = [];

    /// <param name="arguments">Of the command.</param>
    /// <param name="flags">Options that stand alone.</param>
    /// <exception cref="ArgumentError">It is not a list of options with values.</exception>
    public ArgumentReader(ReadOnlySpan<string> arguments, params ReadOnlySpan<string> flags)
    {
        for (int i = 0; i < arguments.Length; i++)
        {
            string argument = arguments[i];
            if (!argument.StartsWith("--", StringComparison.Ordinal) || argument.Length == 2)
            {
                throw new ArgumentError($"'{argument}' is not an option; options begin with --");
            }

            int equals = argument.IndexOf('=', StringComparison.Ordinal);
            string name = equals < 0 ? argument : argument[..equals];
            bool isFlag = flags.Contains(name);
            if (isFlag && equals >= 0)
            {
                throw new ArgumentError($"{name} takes no value");
            }

            if (!isFlag && equals < 0 && ++i == arguments.Length)
            {
                throw new ArgumentError($"{name} needs a value");
            }

            if (!_values.TryAdd(name, isFlag ? "" : equals < 0 ? arguments[i] : argument[(equals + 1)..]))
            {
                throw new ArgumentError($"{name} is given twice");
            }
        }
    }

    /// <summary>Whether an option that stands alone is there.</summary>
    public bool Flag(string name) => _values.Remove(name);

    /// <summary>Looks at a value without taking it.</summary>
    public string? Peek(string name) => _values.GetValueOrDefault(name);

    public string? Text(string name)
    {
        _values.Remove(name, out string? value);
        return value;
    }

    /// <exception cref="ArgumentError">It is not a whole number in the range.</exception>
    public int? Number(string name, int minimum, int maximum)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        bool legal = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= minimum && value <= maximum;
        return legal ? value : throw new ArgumentError($"{name}: '{text}' is not a whole number from {minimum} to {maximum}");
    }

    /// <summary>A number per second; <c>/s</c> behind it may be left out.</summary>
    /// <exception cref="ArgumentError">It is not a rate.</exception>
    public int? PerSecond(string name, int maximum)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        string digits = text.EndsWith("/s", StringComparison.Ordinal) ? text[..^2] : text;
        bool legal = int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= 1 && value <= maximum;
        return legal ? value : throw new ArgumentError($"{name}: '{text}' is not a rate from 1/s to {maximum}/s");
    }

    /// <summary>Whole numbers separated by commas.</summary>
    /// <exception cref="ArgumentError">One is not a whole number in the range.</exception>
    public int[]? Numbers(string name, int minimum, int maximum)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        string[] parts = text.Split(',', StringSplitOptions.TrimEntries);
        int[] numbers = new int[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            bool legal = int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i]) && numbers[i] >= minimum && numbers[i] <= maximum;
            if (!legal)
            {
                throw new ArgumentError($"{name}: '{parts[i]}' is not a whole number from {minimum} to {maximum}; several are separated by commas");
            }
        }

        return numbers;
    }

    /// <exception cref="ArgumentError">It is not a duration in the range.</exception>
    public TimeSpan? Duration(string name, TimeSpan minimum, TimeSpan maximum)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        return DurationText.TryParse(text, out TimeSpan value) && value >= minimum && value <= maximum
            ? value
            : throw new ArgumentError($"{name}: '{text}' is not a duration from {DurationText.Format(minimum)} to {DurationText.Format(maximum)}, such as 500ms, 10s or 2m");
    }

    /// <summary>IP addresses with ports, separated by commas.</summary>
    /// <exception cref="ArgumentError">One is not an IP address with a port.</exception>
    public IPEndPoint[]? EndPoints(string name)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        return [.. text.Split(',', StringSplitOptions.TrimEntries).Select(part => IPEndPoint.TryParse(part, out IPEndPoint? endPoint) && endPoint.Port > 0
            ? endPoint
            : throw new ArgumentError($"{name}: '{part}' is not an IP address with a port, such as 127.0.0.1:7848"))];
    }

    /// <summary>To be called when every known option was read.</summary>
    /// <exception cref="ArgumentError">There are others.</exception>
    public void RefuseRest(string command)
    {
        foreach (string name in _values.Keys)
        {
            throw new ArgumentError($"unknown option '{name}'; 'load {command} --help' lists them");
        }
    }
}
