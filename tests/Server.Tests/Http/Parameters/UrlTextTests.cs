using System.Text;
using FastRegistry.Server.Http.Parameters;

namespace FastRegistry.Server.Tests.Http.Parameters;

public sealed class UrlTextTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("plain", "plain")]
    [InlineData("a+b", "a b")]
    [InlineData("%41%62", "Ab")]
    [InlineData("G%40%40S", "G@@S")]
    [InlineData("100%", "100%")]
    [InlineData("%4", "%4")]
    [InlineData("%zz%41", "%zzA")]
    [InlineData("%%41", "%A")]
    [InlineData("%E4%B8%AD\u4E2D", "\u4E2D\u4E2D")]
    [InlineData("%FF", "\uFFFD")]
    public void Escapes_are_decoded_and_broken_ones_stand_for_themselves(string encoded, string decoded) => Assert.Equal(decoded, UrlText.Decode(encoded));

    [Fact]
    public void Whatever_comes_it_fits_the_room_that_was_promised()
    {
        Random random = new(7);
        for (int round = 0; round < 5000; round++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(40)).Select(_ => random.Next(4) switch
            {
                0 => "%",
                1 => "+",
                2 => ((char)random.Next(1, 0xD800)).ToString(),
                _ => random.Next(16).ToString("x", null),
            }));
            byte[] room = new byte[text.Length * UrlText.MaximumBytesPerCharacter];
            int written = UrlText.Decode(text, room);
            Assert.Equal(UrlText.Decode(text), Encoding.UTF8.GetString(room, 0, written));
        }
    }
}
