using System.Text;
using Alignment.MLNet.Storage;

namespace Alignment.Tests.MLNet.Storage;

public sealed class SpreadsheetWriterTests
{
    // RFC 4180 for the quotes, OWASP's "CSV Injection" for the apostrophes.
    [TestCase("x", "x")]
    [TestCase("", "")]
    [TestCase(" x ", " x ")]
    [TestCase("a,b", "\"a,b\"")]
    [TestCase("a\"b", "\"a\"\"b\"")]
    [TestCase("a\nb", "\"a\nb\"")]
    [TestCase("=1+1", "\"'=1+1\"")]
    [TestCase("-5", "\"'-5\"")]
    [TestCase("@a,b", "\"'@a,b\"")]
    [TestCase("'=x", "'=x")]
    public void Text_AnyText_IsQuotedAndGuarded(string text, string cell)
    {
        using var stream = new MemoryStream();
        using (var csv = new SpreadsheetWriter(stream))
        {
            csv.Text(text);
            csv.Number(-1e-7);
            csv.Number(double.NaN);
            csv.Number((double?)null);
            csv.Number((long?)-3);
            csv.EndRow();
        }
        Assert.That(Encoding.UTF8.GetString(stream.ToArray()), Is.EqualTo(cell + ",-1E-07,,,-3\r\n"));
    }
}
