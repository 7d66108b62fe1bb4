using FastRegistry.Wire.Framing;

namespace FastRegistry.Wire.Tests.Framing;

/// <summary>The frame grammar once more, written for being obviously right: one array, one index, one byte at a time.</summary>
internal static class FrameOracle
{
    public static (List<ReadFrame> Frames, FrameReadStatus End, GoAwayReason Refusal) Parse(byte[] input, long maximumBodyBytes)
    {
        List<ReadFrame> frames = [];
        int at = 0;
        while (true)
        {
            if (input.Length - at < 16)
            {
                return (frames, FrameReadStatus.Incomplete, GoAwayReason.None);
            }

            long length = (long)Number(input, at, 4);
            byte version = input[at + 4];
            byte kind = input[at + 5];
            byte flags = input[at + 6];
            GoAwayReason refusal = Judge(length, version, kind, flags, maximumBodyBytes);
            if (refusal != GoAwayReason.None)
            {
                return (frames, FrameReadStatus.Refused, refusal);
            }

            if (input.Length - at - 16 < length)
            {
                return (frames, FrameReadStatus.Incomplete, GoAwayReason.None);
            }

            FrameHeader header = new((uint)length, (FrameKind)kind, (FrameFlags)flags, (MessageType)input[at + 7], Number(input, at + 8, 8));
            int body = at + 16;
            int end = body + (int)length;
            ulong acknowledged = 0;
            if ((flags & 1) != 0)
            {
                acknowledged = Number(input, body, 8);
                body += 8;
            }

            frames.Add(new ReadFrame(header, acknowledged, Convert.ToHexString(input[body..end])));
            at = end;
        }
    }

    private static GoAwayReason Judge(long length, byte version, byte kind, byte flags, long maximumBodyBytes)
    {
        if (version != 1)
        {
            return GoAwayReason.UnsupportedVersion;
        }

        if (length > maximumBodyBytes)
        {
            return GoAwayReason.FrameTooLarge;
        }

        if (kind == 0 || (kind > 11 && flags < 128))
        {
            return GoAwayReason.UnknownKind;
        }

        long rest = (flags & 1) != 0 ? length - 8 : length;
        bool fits = rest >= 0;
        switch (kind)
        {
            case 3 or 9:
                fits = rest >= 16;
                break;
            case 4 or 6 or 10 or 11:
                fits = rest == 8;
                break;
            case 5:
                fits = rest == 16;
                break;
            case 7:
                fits = rest == 0;
                break;
        }

        return fits ? GoAwayReason.None : GoAwayReason.MalformedFrame;
    }

    private static ulong Number(byte[] input, int at, int bytes)
    {
        ulong number = 0;
        for (int i = bytes - 1; i >= 0; i--)
        {
            number = (number * 256) + input[at + i];
        }

        return number;
    }
}
