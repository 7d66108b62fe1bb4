using FastRegistry.Wire.Framing;

namespace FastRegistry.Server.Sessions;

/// <summary>Texts of the goaways that follow a header the framing refuses.</summary>
internal static class FrameRefusal
{
    public static string TextOf(GoAwayReason reason, int maximumBodyBytes) => reason switch
    {
        GoAwayReason.FrameTooLarge => $"a body may have {maximumBodyBytes} bytes here",
        GoAwayReason.UnsupportedVersion => $"every frame must have version {FrameHeader.CurrentVersion}",
        GoAwayReason.UnknownKind => "the kind is unknown and the frame is not skippable",
        _ => "the body's length does not fit the frame's kind and flags",
    };
}
