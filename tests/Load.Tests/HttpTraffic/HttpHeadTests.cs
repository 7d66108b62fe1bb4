using System.Text;
using FastRegistry.Load.HttpTraffic;

namespace FastRegistry.Load.Tests.HttpTraffic;

public sealed class HttpHeadTests
{
    [Fact]
    public void Status_and_length_are_read_in_any_spelling_of_the_header()
    {
        byte[] answer = Encoding.ASCII.GetBytes("HTTP/1.1 404 Not Found\r\nDate: x\r\ncontent-LENGTH:  12 \r\nServer: y\r\n\r\nrest");

        Assert.Equal(new HttpHead(answer.Length - 4, 404, 12), HttpHead.Read(answer));
    }

    [Fact]
    public void A_head_that_is_not_complete_is_waited_for_at_every_cut()
    {
        byte[] head = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"u8.ToArray();
        for (int cut = 0; cut < head.Length; cut++)
        {
            Assert.Null(HttpHead.Read(head.AsSpan(0, cut)));
        }

        Assert.Equal(new HttpHead(head.Length, 200, 2), HttpHead.Read(head));
    }

    [Theory]
    [InlineData("SSH-2.0-x\r\n\r\n", "not HTTP")]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n", "not HTTP")]
    [InlineData("HTTP/1.1 20 OK\r\nContent-Length: 2\r\n\r\n", "not HTTP")]
    [InlineData("HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "not HTTP")]
    [InlineData("HTTP/1.1 200 OK\r\nDate: x\r\n\r\n", "a body without Content-Length")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "a body without Content-Length")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2x\r\n\r\n", "a wrong Content-Length")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\n", "a wrong Content-Length")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", "a wrong Content-Length")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n", "a wrong Content-Length")]
    public void What_is_not_taken_is_said(string answer, string expected) =>
        Assert.Equal(expected, Assert.Throws<InvalidDataException>(() => HttpHead.Read(Encoding.ASCII.GetBytes(answer))).Message);

    [Fact]
    public void A_head_without_end_is_given_up() =>
        Assert.Throws<InvalidDataException>(() => HttpHead.Read(Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\n" + new string('x', 20_000))));
}
