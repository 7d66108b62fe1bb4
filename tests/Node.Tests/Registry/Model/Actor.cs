using FastRegistry.Tests;
using FastRegistry.Wire.Framing;

namespace FastRegistry.Node.Tests.Registry.Model;

/// <summary>A client program: its connection, if it has one, and the lists it keeps.</summary>
internal sealed class Actor
{
    public RawClient? Connection { get; set; }

    /// <summary>Its client instance id, as a number.</summary>
    public int Client { get; set; }

    /// <summary>Number of its session.</summary>
    public int Attachment { get; set; }

    public Dictionary<ulong, ReadList> Lists { get; } = [];

    public int Deltas { get; private set; }

    public int Wholes { get; private set; }

    public void Drain()
    {
        while (Connection?.TryRead() is { } frame)
        {
            Assert.Equal(FrameKind.Push, frame.Kind);
            if (!Lists.TryGetValue(frame.CorrelationId, out ReadList? list))
            {
                continue;
            }

            if (frame.Header.Type == MessageType.DeltaPush)
            {
                Deltas++;
                list.Take(frame.PushedDelta);
            }
            else
            {
                Wholes++;
                list.Take(frame.Pushed);
            }
        }
    }
}
