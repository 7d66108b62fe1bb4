using FastRegistry.Wire.Messages;
using Messages = FastRegistry.Wire.Messages;

namespace FastRegistry.Registry.Services;

/// <summary>One life of this node: its stable id and the time it started.</summary>
/// <param name="Node">Hash of the node's configured id.</param>
/// <param name="Incarnation">Start time, Unix milliseconds.</param>
internal readonly record struct NodeEpoch(ulong Node, ulong Incarnation)
{
    public Messages.Epoch ToMessage() => new() { Node = Node, Incarnation = Incarnation };
}
