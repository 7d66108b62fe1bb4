namespace FastRegistry.Load.Running;

/// <summary>Tells people of the first exception only: a scenario with a defect throws in every iteration.</summary>
/// <remarks>Any thread. One per <see cref="ScenarioRunner"/>.</remarks>
internal sealed class FirstException(string scenario, TextWriter errors)
{
    private const int MaximumCharacters = 2_000;

    private string? _text;

    /// <summary>Null when nothing was thrown.</summary>
    public string? Text => Volatile.Read(ref _text);

    public void Take(Exception exception)
    {
        if (Text is not null)
        {
            return;
        }

        string text = exception.ToString();
        text = text.Length > MaximumCharacters ? string.Concat(text.AsSpan(0, MaximumCharacters), " …") : text;
        if (Interlocked.CompareExchange(ref _text, text, null) is null)
        {
            errors.WriteLine($"scenario '{scenario}', first exception: {text}");
        }
    }
}
