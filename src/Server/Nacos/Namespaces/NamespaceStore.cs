using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Rules;
using FastRegistry.Server.Http.Errors;

namespace FastRegistry.Server.Nacos.Namespaces;

/// <summary>A namespace that has been given a name. Naming does not need one.</summary>
/// <param name="Id">By which requests name it; empty = the public one.</param>
/// <param name="Name">For people.</param>
/// <param name="Text">What it is for; null = not said.</param>
internal sealed record NamespaceDescription(string Id, string Name, string? Text)
{
    /// <summary>The one that is always there.</summary>
    public static NamespaceDescription Public { get; } = new("", "public", "Default Namespace");

    /// <summary>It cannot be changed or deleted.</summary>
    public bool IsPublic => Id.Length == 0;
}

/// <summary>The namespaces that have been given names. Kept in memory: until there is a persistent store, a restart begins with the public one only.</summary>
/// <remarks>One per node; thread-safe. Bounded by <see cref="Maximum"/>.</remarks>
internal sealed class NamespaceStore
{
    /// <summary>Namespaces beside the public one.</summary>
    public const int Maximum = 10_000;

    private readonly Lock _namespaceLock = new();
    private readonly OrderedDictionary<string, NamespaceDescription> _byId = new(StringComparer.Ordinal);

    public bool IsFull
    {
        get
        {
            lock (_namespaceLock)
            {
                return _byId.Count >= Maximum;
            }
        }
    }

    /// <summary>The public one, then the others in the order they came.</summary>
    public NamespaceDescription[] ToArray()
    {
        lock (_namespaceLock)
        {
            return [NamespaceDescription.Public, .. _byId.Values];
        }
    }

    public bool TryGet(string id, [NotNullWhen(true)] out NamespaceDescription? found)
    {
        if (id.Length == 0)
        {
            found = NamespaceDescription.Public;
            return true;
        }

        lock (_namespaceLock)
        {
            return _byId.TryGetValue(id, out found);
        }
    }

    /// <summary>Whether an id is taken; both names of the public one are.</summary>
    public bool IsTaken(string id) => id == ServiceKey.DefaultNamespace || TryGet(id, out _);

    /// <summary>False when the id is taken or there is no room.</summary>
    public bool TryAdd(NamespaceDescription added)
    {
        lock (_namespaceLock)
        {
            return !IsTaken(added.Id) && _byId.Count < Maximum && _byId.TryAdd(added.Id, added);
        }
    }

    /// <summary>False when there is no such namespace, or it is the public one.</summary>
    public bool TryReplace(NamespaceDescription changed)
    {
        lock (_namespaceLock)
        {
            if (!_byId.ContainsKey(changed.Id))
            {
                return false;
            }

            _byId[changed.Id] = changed;
            return true;
        }
    }

    /// <summary>Removes a namespace; does nothing when there is none of that id. Never removes the public one, which is not in the table.</summary>
    public void Remove(string id)
    {
        lock (_namespaceLock)
        {
            _byId.Remove(id);
        }
    }
}

/// <summary>The rules for the id, name and text of a namespace. The error texts are Nacos' where it has some.</summary>
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
