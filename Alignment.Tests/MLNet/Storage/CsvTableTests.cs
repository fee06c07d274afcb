using System.Text;
using Alignment.MLNet.Storage;

namespace Alignment.Tests.MLNet.Storage;

public sealed class CsvTableTests
{
    static string[] Rows(byte[] file, bool multiline)
    {
        using var temp = new TempFolder();
        File.WriteAllBytes(temp["a.csv"], file);
        using CsvTable table = CsvTable.Open(temp["a.csv"], "The table", ["b", "a"], multiline);
        List<string> rows = [];
        while (table.Next()) rows.Add($"{table.Line}: {table[1]}|{table[0]}");
        return [.. rows];
    }

    static string[] Rows(string text, bool multiline = true) => Rows(Encoding.UTF8.GetBytes(text), multiline);

    [TestCase("a,b\n1,2\n\n3,4", "2: 1|2", "4: 3|4")]
    [TestCase("\uFEFFa;b\r\n1;2\r\n3;4\r\n", "2: 1|2", "3: 3|4")]
    [TestCase("sep=;\na;b\n1;2,5\n", "3: 1|2,5")]
    [TestCase("a\tb\r1\t2\r", "2: 1|2")]
    [TestCase("\"A\", B ,c\n 1 ,\" 2 \",3\n", "2:  1 | 2 ")]
    [TestCase("a,b\n\"x\ny\",\"q\"\"r\"\n3,4\n", "2: x\ny|q\"r", "4: 3|4")]
    [TestCase("a,b\n1\n1,2,3\n", "2: 1|", "3: 1|2")]
    [TestCase("a,b\n5\" screen,2\n3,4\n", "2: 5\" screen|2", "3: 3|4")]
    public void Rows_InAnyDress_AreRead(string text, params string[] expected) => Assert.That(Rows(text), Is.EqualTo(expected));

    [Test]
    public void Rows_OfSeveralBlocks_KeepTheirLines()
    {
        var text = new StringBuilder("a,b\n");
        for (int i = 2; i <= 60_000; i++) text.Append(System.Globalization.CultureInfo.InvariantCulture,
            $"{i},a cell to fill a block with text\n");
        string[] rows = Rows(text.ToString());
        Assert.That(rows, Has.Length.EqualTo(59_999));
        Assert.That(rows.Where(r => r[..r.IndexOf(':',
            StringComparison.Ordinal)] != r[(r.IndexOf(' ', StringComparison.Ordinal) + 1)..r.IndexOf('|', StringComparison.Ordinal)]),
            Is.Empty);
    }

    [Test]
    public void Rows_OfUtf16_AreReadAlike()
    {
        foreach (Encoding encoding in new[] { Encoding.Unicode, Encoding.BigEndianUnicode })
            Assert.That(Rows([.. encoding.GetPreamble(), .. encoding.GetBytes("a,b\nü,2\n")], multiline: true),
                Is.EqualTo(new[] { "2: ü|2" }));
    }

    [TestCase("", "an empty file")]
    [TestCase(" \n\n", "an empty file")]
    [TestCase("a,c\n1,2\n", "the columns a, c,")]
    [TestCase("a,b\n1,2\n\"3,4\n5,6\n", "line 3")]
    [TestCase("a,b\n\"1\"x,2\n", "line 2")]
    public void Rows_Unreadable_AreRefusedWithTheirPlace(string text, string says) =>
        Assert.That(() => Rows(text), Throws.TypeOf<BadDataException>().With.Message.Contains(says).And.Message.Contains("a.csv"));

    [Test]
    public void Rows_OfOneLineEach_TakeStrayQuotesForText() =>
        Assert.That(Rows("a,b\n1,\"open\nb,shoe\n\"c\"x,2\n", multiline: false),
        Is.EqualTo(new[] { "2: 1|open", "3: b|shoe", "4: c\"x|2" }));
}
