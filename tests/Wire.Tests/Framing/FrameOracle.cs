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
            frames.Add(new ReadFrame(header, Convert.ToHexString(input[body..end])));
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

        if (kind == 0 || (kind > 12 && flags < 128))
        {
            return GoAwayReason.UnknownKind;
        }

        bool fits = kind switch
        {
            3 => length >= 8,
            4 or 5 or 6 or 10 or 11 or 12 => length == 8,
            7 => length == 0,
            9 => length >= 16,
            _ => true,
        };
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
