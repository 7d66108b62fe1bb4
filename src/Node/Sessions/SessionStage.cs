using FastRegistry.Wire.Framing;

namespace FastRegistry.Node.Sessions;

/// <summary>How far a session has come.</summary>
internal enum SessionStage : byte
{
    /// <summary>The preface has not arrived.</summary>
    Preface,

    /// <summary>The set-up has not arrived.</summary>
    Setup,

    /// <summary>Requests are served.</summary>
    Ready,

    /// <summary>A goaway of ours is on its way; what arrives is ignored.</summary>
    Closing,
}
