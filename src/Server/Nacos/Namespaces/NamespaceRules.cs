using System.Buffers;
using FastRegistry.Registry.Rules;
using FastRegistry.Server.Http.Errors;

namespace FastRegistry.Server.Nacos.Namespaces;

/// <summary>What the id, name and text of a namespace must keep to. The words are Nacos' where it has some.</summary>
internal static class NamespaceRules
{
    /// <summary>Longest text.</summary>
    public const int MaximumTextLength = 256;

    private const int MaximumNameLength = 256;

    private static readonly SearchValues<char> NameForbidden = SearchValues.Create("@#$%^&*");

    /// <summary>What is wrong with an id; null = nothing.</summary>
    public static string? FindBrokenId(string id)
    {
        if (id.Length > NameRules.MaximumNamespaceLength)
        {
            return $"too long namespaceId, over {NameRules.MaximumNamespaceLength}";
        }

        return NameRules.BrokenByNamespace(id) is null ? null : $"namespaceId [{HttpError.Quote(id)}] mismatch the pattern";
    }

    /// <summary>What is wrong with a name; null = nothing.</summary>
    public static string? FindBrokenName(string name) =>
        name.Length > MaximumNameLength || name.AsSpan().ContainsAny(NameForbidden) || name.Any(char.IsControl)
            ? $"namespaceName [{HttpError.Quote(name)}] contains illegal char"
            : null;

    /// <exception cref="HttpError">The text is too long.</exception>
    public static string? CheckText(string? text) => text is { Length: > MaximumTextLength }
        ? throw HttpError.IllegalParameter("namespaceDesc", $"must not be longer than {MaximumTextLength} characters")
        : text;

    /// <summary>There is no room for another one.</summary>
    public static HttpError Full => HttpError.Illegal($"{NamespaceStore.Maximum} namespaces have names, and a node keeps no more", ResultCode.ServerError);
}
