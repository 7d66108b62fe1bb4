using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Transport;

namespace FastRegistry.Registry.Events;

/// <summary>Words for events from what a transport or a client says: one line, of bounded length.</summary>
internal static class CloseReasonText
{
    private const int MaximumLength = 256;

    /// <summary>The goaway when there was one, for it says more than who sent it.</summary>
    public static string WordOf(CloseReason reason) => reason.GoAway == GoAwayReason.None ? reason.Kind.ToString() : reason.GoAway.ToString();

    public static string TextOf(CloseReason reason) => reason.Text.Length <= MaximumLength ? reason.Text : reason.Text[..MaximumLength];

    /// <summary>A client's name and version; control characters in it would forge log lines.</summary>
    public static string OneLine(string name, string version)
    {
        string text = version.Length == 0 ? name : $"{name} {version}";
        text = text.Length <= MaximumLength ? text : text[..MaximumLength];
        return text.AsSpan().ContainsAnyInRange('\0', '\u001f') || text.Contains('\u007f')
            ? string.Concat(text.Select(static character => char.IsControl(character) ? '?' : character))
            : text;
    }
}
