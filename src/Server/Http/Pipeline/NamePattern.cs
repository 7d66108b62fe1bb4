using System.Text.RegularExpressions;
using FastRegistry.Server.Http.Errors;

namespace FastRegistry.Server.Http.Pipeline;

/// <summary>A piece of a regular expression that a name must contain, as Nacos takes them: put between two <c>.*</c>.</summary>
/// <remarks>Strangers write them: the engine is the one whose time is linear in the text, and what it cannot do (look-around, back references) is refused.</remarks>
internal sealed class NamePattern
{
    private const int MaximumLength = 512;

    private readonly Regex? _expression;

    private NamePattern(Regex? expression) => _expression = expression;

    /// <summary>Reads a pattern; none matches everything.</summary>
    /// <exception cref="HttpError">It is no regular expression, or one that is not taken.</exception>
    public static NamePattern Parse(string parameter, string? piece)
    {
        if (piece is null)
        {
            return new NamePattern(null);
        }

        if (piece.Length > MaximumLength)
        {
            throw HttpError.IllegalParameter(parameter, $"must not be longer than {MaximumLength} characters");
        }

        try
        {
            return new NamePattern(new Regex($"^(?:.*{piece}.*)$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)));
        }
        catch (Exception fault) when (fault is ArgumentException or NotSupportedException)
        {
            throw HttpError.IllegalParameter(parameter, $"must be a regular expression without look-around, back references and large repetitions, not \"{HttpError.Quote(piece)}\"");
        }
    }

    public bool Matches(string name) => _expression is null || _expression.IsMatch(name);
}
