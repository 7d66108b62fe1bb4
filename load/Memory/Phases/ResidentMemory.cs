using System.Buffers.Text;
using Microsoft.Win32.SafeHandles;

namespace FastRegistry.Load.Memory.Phases;

/// <summary>Reads this process' anonymous resident memory often and without allocating; 0 where the system does not tell. One thread.</summary>
internal sealed class ResidentMemory : IDisposable
{
    private const string Path = "/proc/self/statm";
    private readonly SafeFileHandle? _file = File.Exists(Path) ? File.OpenHandle(Path) : null;

    public long ReadBytes()
    {
        if (_file is null)
        {
            return 0;
        }

        // Pages: all, resident, resident and backed by files, ...
        Span<byte> text = stackalloc byte[128];
        text = text[..RandomAccess.Read(_file, text, 0)];
        return Utf8Parser.TryParse(text, out long _, out int first)
            && Utf8Parser.TryParse(text[(first + 1)..], out long resident, out int second)
            && Utf8Parser.TryParse(text[(first + 1 + second + 1)..], out long ofFiles, out int _)
            ? (resident - ofFiles) * Environment.SystemPageSize
            : 0;
    }

    public void Dispose() => _file?.Dispose();
}
