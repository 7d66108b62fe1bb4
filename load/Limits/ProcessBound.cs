namespace FastRegistry.Load.Limits;

/// <summary>How many processes a run may start.</summary>
internal static class ProcessBound
{
    /// <summary>Generators and own servers together. More would not fit a machine whose memory and ports are those of one.</summary>
    public const int Total = 64;
}
