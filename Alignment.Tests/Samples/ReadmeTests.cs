using System.Text.RegularExpressions;
using Alignment.MLNet;
using Alignment.MLNet.Dataset;
using Alignment.MLNet.Synthetic;
using Alignment.Transforms.Stages;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alignment.Tests.Samples;

/// <summary>The README's example, compiled and run as it stands there.</summary>
public sealed partial class ReadmeTests
{
    static IDataView Example(string csv)
    {
        var ml = new MLContext(seed: 1);
        var scenes = ml.Data.LoadFromEnumerable(ValidScenesCsv.Read(csv));
        var pipeline = ml.Alignment.LoadMap(LoadMapOptions.Mask)
            .Append(ml.Alignment.BinarizeMask())
            .Append(ml.Alignment.LoadMap())
            .Append(ml.Alignment.NormalizeHeatmap())
            .Append(ml.Alignment.ScoreAlignment());
        var scored = pipeline.Fit(scenes).Transform(scenes);
        return scored;
    }

    [Test]
    public void Example_OnDrawnScenes_ScoresThem()
    {
        using var folder = new TempFolder();
        DrawnDataSet.Write(folder["data"], [new() { Width = 64, Height = 36, Scenes = 3, ScenesWithoutProduct = 0 }]);
        ValidationJob.Run(folder["data"], folder["valid.csv"]);
        Assert.That(Example(folder["valid.csv"]).GetColumn<float>(SceneColumns.AlignmentScore), Has.Exactly(3).InRange(0.001f, 0.5f));
    }

    [Test]
    public void Example_InTheReadme_IsTheOneCompiledHere()
    {
        string readme = Code().Match(File.ReadAllText(Path.Combine(Shared.Repository, "README.md"))).Groups[1].Value;
        string here = File.ReadAllText(Path.Combine(Shared.Repository, "Alignment.Tests", "Samples", "ReadmeTests.cs"));
        Assert.That(readme, Is.Not.Empty);
        Assert.That(Words(here), Does.Contain(Words(readme.Replace("\"valid_scenes.csv\"", "csv", StringComparison.Ordinal))));
    }

    static string Words(string code) => Spaces().Replace(code, " ").Trim();

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Code();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
