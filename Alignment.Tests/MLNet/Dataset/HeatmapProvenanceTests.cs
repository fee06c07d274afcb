using System.Text.Json;
using Alignment.MLNet.Dataset;
using Alignment.MLNet.Editing;
using Alignment.MLNet.Storage;

namespace Alignment.Tests.MLNet.Dataset;

/// <summary>The literals are what versions before the renaming of "brought along" wrote.</summary>
public sealed class HeatmapProvenanceTests
{
    [TestCase("""{ "kind": "BroughtAlong", "by": null, "word": "brought along" }""", ProvenanceKind.Provided)]
    [TestCase("""{ "kind": "Predicted", "by": "fine_grained", "word": "predicted" }""", ProvenanceKind.Predicted)]
    [TestCase("""{ "kind": "Provided" }""", ProvenanceKind.Provided)]
    public void Kind_OfEitherVersion_IsRead(string json, object kind) =>
        Assert.That(JsonSerializer.Deserialize<HeatmapProvenance>(json, JsonStyle.Record)!.Kind, Is.EqualTo(kind));

    [TestCase("\"Guessed\"")]
    [TestCase("1")]
    [TestCase("\"1\"")]
    public void Kind_Unknown_IsRefused(string kind) =>
        Assert.That(() => JsonSerializer.Deserialize<HeatmapProvenance>($$"""{ "kind": {{kind}} }""", JsonStyle.Record),
        Throws.TypeOf<JsonException>());

    [Test]
    public void Counts_OfAnEarlierVersion_KeepTheirNumberAndGetTheNewName()
    {
        const string old = """{ "measured": 1, "predicted": 2, "brought_along": 4, "by": ["predicted by x"], "text": "…" }""";
        var counts = JsonSerializer.Deserialize<ProvenanceCounts>(old, JsonStyle.Record)!;
        Assert.That((counts.Measured, counts.Predicted, counts.Provided, counts.Drawn), Is.EqualTo((1L, 2L, 4L, 0L)));
        string written = JsonSerializer.Serialize(counts, JsonStyle.Record);
        Assert.That(written, Does.Contain("\"provided\": 4").And.Not.Contain("brought"));
        Assert.That(JsonSerializer.Deserialize<ProvenanceCounts>(written, JsonStyle.Record)!.Provided, Is.EqualTo(4));
    }

    [Test]
    public void HeatmapRecord_OfAnEarlierVersion_IsRead()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder[HeatmapRecord.FileName], """
            { "format": 1, "video_id": "v",
              "makers": [{ "kind": "BroughtAlong", "by": "a colleague", "normalization": "", "smoothing": 0, "format": 1 }],
              "scenes": [{ "scene_number": 1, "file": "v-Scene-001.png", "sha256": "00", "maker": 0, "white": 1 }] }
            """);
        Assert.That(HeatmapRecord.Read(folder.Path)!.Makers.Single().Kind, Is.EqualTo(ProvenanceKind.Provided));
    }

    [Test]
    public void EditFacts_OfAnEarlierVersion_AreRead() =>
        Assert.That(JsonSerializer.Deserialize<EditFacts>(
        """{ "region_pixels": 12, "attention_origin": { "kind": "BroughtAlong", "by": null, "word": "brought along" } }""",
        JsonStyle.Record)!.AttentionOrigin,
            Is.EqualTo(HeatmapProvenance.Provided));
}
