namespace FastRegistry.Server.Http.Parameters;

/// <summary>Reads flags as Nacos does, which is three different ways.</summary>
internal static class FlagText
{
    /// <summary>v1: <c>y yes on true t</c> in any case are true, everything else is false.</summary>
    public static bool IsWordForTrue(ReadOnlySpan<char> text) =>
        Is(text, "true") || Is(text, "t") || Is(text, "yes") || Is(text, "y") || Is(text, "on");

    /// <summary><c>healthyOnly</c>, <c>onlyStatus</c>, <c>aggregation</c>: only <c>true</c> in any case is true.</summary>
    public static bool IsTrue(ReadOnlySpan<char> text) => Is(text, "true");

    /// <summary>v2: <c>true on yes 1</c> and <c>false off no 0</c> in any case; null for everything else.</summary>
    public static bool? Parse(ReadOnlySpan<char> text)
    {
        if (Is(text, "true") || Is(text, "on") || Is(text, "yes") || Is(text, "1"))
        {
            return true;
        }

        return Is(text, "false") || Is(text, "off") || Is(text, "no") || Is(text, "0") ? false : null;
    }

    private static bool Is(ReadOnlySpan<char> text, string word) => text.Equals(word, StringComparison.OrdinalIgnoreCase);
}
