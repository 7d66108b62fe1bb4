using FastRegistry.Wire.Framing;

namespace FastRegistry.Wire.Tests.Framing;

/// <summary>A frame as a value that outlives the buffer it came from.</summary>
internal sealed record ReadFrame(FrameHeader Header, string Body)
{
    public static ReadFrame Of(in Frame frame)
    {
        byte[] body = new byte[frame.Body.Length];
        FrameReader.Copy(frame.Body, body);
        return new ReadFrame(frame.Header, Convert.ToHexString(body));
    }
}
