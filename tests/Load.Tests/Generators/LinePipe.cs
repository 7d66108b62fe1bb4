using System.Text;
using System.Threading.Channels;

namespace FastRegistry.Load.Tests.Generators;

/// <summary>A pipe for lines in memory: what is written on one side is read on the other; disposing of the writer is the end.</summary>
internal sealed class LinePipe
{
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();

    public LinePipe()
    {
        Writer = new LineWriter(_lines.Writer);
        Reader = new LineReader(_lines.Reader);
    }

    public TextWriter Writer { get; }

    public TextReader Reader { get; }

    private sealed class LineReader(ChannelReader<string> lines) : TextReader
    {
        // The generator has a thread of its own for this.
        public override string? ReadLine() => ReadLineAsync().GetAwaiter().GetResult();

        public override async Task<string?> ReadLineAsync() =>
            await lines.WaitToReadAsync() && lines.TryRead(out string? line) ? line : null;
    }

    private sealed class LineWriter(ChannelWriter<string> lines) : TextWriter
    {
        public override Encoding Encoding => Encoding.UTF8;

        public override Task WriteAsync(string? value)
        {
            if (!lines.TryWrite(value!.TrimEnd('\n')))
            {
                throw new IOException("the other end is closed");
            }

            return Task.CompletedTask;
        }

        protected override void Dispose(bool disposing)
        {
            lines.TryComplete();
            base.Dispose(disposing);
        }
    }
}
