using Alignment.MLNet.Dataset;
using Alignment.MLNet.Storage;

namespace Alignment.Tests.MLNet.Dataset;

public sealed class ValidScenesCsvTests
{
    const string Header = "video_id,scene_number,keyword,scene_image_path,keyword_mask_path,attention_heatmap_path,filename\n";

    [TestCase("../../x,1,k,{0},{0},{0},f", "'../../x'")]
    [TestCase("v,one,k,{0},{0},{0},f", "scene number 'one'")]
    [TestCase("v,1,,{0},{0},{0},f", "keyword of 0 characters")]
    [TestCase("v,1,k,relative.jpg,{0},{0},f", "not a full path")]
    [TestCase("v,1,k,{0},/a/../{0},{0},f", "not a full path")]
    [TestCase("v,1,k,{0},{0},/no/such/file.jpg,f", "no file")]
    [TestCase("v\0,1,k,{0},{0},{0},f", "control character")]
    [TestCase("v,1", "keyword of 0 characters")]
    public void Read_RowThatCannotBe_NamesItsLine(string row, string told)
    {
        using TempFolder temp = new();
        File.WriteAllText(temp["a.jpg"], "");
        File.WriteAllText(temp["valid.csv"], Header + $"v,1,k,{temp["a.jpg"]},{temp["a.jpg"]},{temp["a.jpg"]},f\n"
            + row.Replace("{0}", temp["a.jpg"], StringComparison.Ordinal) + "\n");
        var thrown = Assert.Throws<BadDataException>(() => ValidScenesCsv.Read(temp["valid.csv"]).Count());
        Assert.That(thrown!.Message, Does.Contain(told).And.Contain("line 3"));
    }

    [Test]
    public void Read_MissingFileOrColumns_SaysWhatToDo()
    {
        using TempFolder temp = new();
        Assert.That(Assert.Throws<BadDataException>(() => ValidScenesCsv.Read(temp["none.csv"]))!.Message,
            Does.Contain("alignment validate"));
        File.WriteAllText(temp["a.csv"], "video_id,scene\nv,1\n");
        Assert.That(Assert.Throws<BadDataException>(() => ValidScenesCsv.Read(temp["a.csv"]).Count())!.Message,
            Does.Contain("video_id, scene").And.Contain("keyword_mask_path"));
    }

    [Test]
    public void Read_CellBeyondEveryMeasure_IsRefused()
    {
        using TempFolder temp = new();
        File.WriteAllText(temp["a.csv"], Header + "\"" + new string('x', CsvReader.LongestRow + 100));
        Assert.That(Assert.Throws<BadDataException>(() => ValidScenesCsv.Read(temp["a.csv"]).Count())!.Message,
            Does.Contain("line 2 (more than 4 MiB)"));
    }

    [Test]
    public void Read_QuoteThatIsNotClosed_NamesItsLine()
    {
        using TempFolder temp = new();
        File.WriteAllText(temp["a.csv"], Header + "v,\"1,k\nv,2,k,a,a,a,f\n");
        Assert.That(Assert.Throws<BadDataException>(() => ValidScenesCsv.Read(temp["a.csv"]).Count())!.Message,
            Does.Contain("line 2").And.Contain("not closed"));
    }

    [Test]
    public void Keywords_FileThatIsNoUtf8_IsRefused()
    {
        using TempFolder temp = new();
        File.WriteAllBytes(temp["keywords.csv"], [.. "_id,keyword_list[0]\nv,caf"u8, 0xE9, (byte)'\n']);
        Assert.That(Assert.Throws<BadDataException>(() => KeywordsCsv.Read(temp["keywords.csv"], _ => { }))!.Message,
            Does.Contain("not UTF-8"));
    }

    [Test]
    public void Keywords_UnclosedQuote_SpoilsOneRowOnly()
    {
        using TempFolder temp = new();
        File.WriteAllText(temp["keywords.csv"], "_id,keyword_list[0]\na,\"open\nb,shoe\nc,\"a \"\"b\"\"\"\n");
        Dictionary<string, string> keywords = KeywordsCsv.Read(temp["keywords.csv"], _ => { });
        Assert.That((keywords["b"], keywords["c"]), Is.EqualTo(("shoe", "a \"b\"")));
    }
}
