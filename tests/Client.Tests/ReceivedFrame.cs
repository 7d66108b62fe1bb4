using FastRegistry.Client.Tests;

namespace FastRegistry.Tests;

/// <content>The scripted server also keeps which of its connections a frame came on.</content>
internal sealed partial record ReceivedFrame
{
    public required ServerEnd On { get; init; }
}
