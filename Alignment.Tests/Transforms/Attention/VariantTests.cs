using System.Text.RegularExpressions;
using Alignment.MLNet.Engagement;
using Alignment.MLNet.Engagement.Contracts;
using Alignment.MLNet.Engagement.Planning;
using Alignment.MLNet.Engagement.Reading;
using Alignment.Transforms.Attention;

namespace Alignment.Tests.Transforms.Attention;

/// <summary>The variants are one table, and everything that lists them reads it.</summary>
public sealed class VariantTests
{
    // The reference framework's table (design §5): what each multiplies the product's attention with in the early, middle and late window.
    [TestCase("baseline", 1, 1, 1)]
    [TestCase("early_boost", 1.5, 1, 1)]
    [TestCase("middle_boost", 1, 1.5, 1)]
    [TestCase("late_boost", 1, 1, 1.5)]
    [TestCase("full_boost", 1.5, 1.5, 1.5)]
    [TestCase("reduction", 1, 0.5, 1)]
    [TestCase("placebo", 1.5, 1.5, 1.5)]
    public void Alpha_InEachWindow_IsTheReferences(string name, double early, double middle, double late)
    {
        Variant variant = Variant.Named(name);
        double[] alphas = [early, middle, late];
        for (int w = 0; w < alphas.Length; w++)
        {
            Assert.That(variant.Alpha(w), Is.EqualTo(alphas[w]));
            Assert.That(variant.ActsIn(w), Is.EqualTo(alphas[w] != 1));
        }
    }

    [Test]
    public void Table_IsWhole()
    {
        Assert.That(Variant.Names, Is.Unique);
        Assert.That(Variant.All.Select(v => v.Position), Is.EqualTo(Enumerable.Range(0, Variant.All.Count)));
        Assert.That(Variant.All.Select(v => SafePath.Why(v.Name)), Is.All.Null);
        Assert.That(Variant.All.Select(v => v.Purpose), Is.All.Not.Empty);
        Assert.That((Variant.Baseline.Name, Variant.Placebo.Name, Variant.FullBoost.Name),
            Is.EqualTo(("baseline", "placebo", "full_boost")));
        Assert.That(Variant.Boosts.Where(v => v.Target != VariantTarget.Product || v.Alpha(v.Window ?? 0) <= 1), Is.Empty);
        Assert.That(Variant.Windowed.Select(v => v.Window), Is.EqualTo(new int?[] { 0, 1, 2 }));
        Assert.That(() => Variant.Named("boost"), Throws.TypeOf<UsageException>().With.Message.Contains(string.Join(", ", Variant.Names)));
    }

    [Test]
    public void Defaults_OfAnalysisPlanAssignmentAndSimulation_AreTheTables()
    {
        var options = new AnalysisOptions();
        Assert.That(options.Variants, Is.EqualTo(Variant.Names));
        Assert.That(options.Boosts, Is.EqualTo(Variant.Boosts.Select(v => v.Name)));
        Assert.That(options.Windows, Is.EqualTo(Variant.Windowed.Select(v => v.Name)));
        Assert.That((options.Baseline, options.Placebo), Is.EqualTo((Variant.Baseline.Name, Variant.Placebo.Name)));
        Assert.That(new AnalysisPlan().Variants, Is.EqualTo(Variant.Names));
        Assert.That(new AssignmentOptions().Variants, Is.EqualTo(Variant.Names));
        Assert.That(new SimulationOptions().Variants, Is.EqualTo(Variant.Names));
    }

    [Test]
    public void Analyze_RowsOfEveryVariantOfTheTable_CountsThemAll()
    {
        var rows = new EngagementRows(["CTR"]);
        foreach (string variant in Variant.Names)
            for (int i = 0; i < 6; i++) rows.Add($"v{i}", variant, 0.05 + 0.001 * i);
        EngagementAnalysis analysis = AnalysisJob.Analyze(rows, new() { Resamples = 0 });
        Assert.That((analysis.Rows, analysis.Rejected), Is.EqualTo((6 * Variant.All.Count, 0)));
        Assert.That(analysis.Metrics[0].Samples.Select(s => (s.Variant, s.Sample.N)), Is.EqualTo(Variant.Names.Select(v => (v, 6.0))));
        Assert.That(analysis.Metrics[0].Comparisons.Select(c => c.Variant),
            Is.EquivalentTo(Variant.Names.Where(v => v != Variant.Baseline.Name)));
    }

    [Test]
    public void Sources_OfTheProduct_ListNoVariantsButInTheTable()
    {
        string quoted = $"\"({string.Join('|', Variant.Names.Select(Regex.Escape))})\"";
        string word =
            $@"\b({string.Join('|', Enumerable.Range(5, 6).Select(Alignment.MLNet.Storage.NumberWords.Of))}) (\w+ )?(variants|versions)\b";
        foreach (string project in new[] { "onnx", "Alignment.Transforms", "Alignment.MLNet", "Alignment.Runner" })
            foreach (string path in Directory.EnumerateFiles(Path.Combine(Shared.Repository, project), "*.cs", SearchOption.AllDirectories))
            {
                string relative = Path.GetRelativePath(Shared.Repository, path).Replace('\\', '/');
                if (relative.Contains("/obj/", StringComparison.Ordinal) || relative == "Alignment.Transforms/Attention/Variant.cs")
                    continue;
                string code = string.Join('\n', File.ReadLines(path)
                    .Where(line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal)));
                string[] names = [.. Regex.Matches(code, quoted).Select(m => m.Groups[1].Value).Distinct()];
                Assert.That(names, Has.Length.LessThan(2), $"{relative} lists variants; take them from Variant.All.");
                Assert.That(Regex.Match(code, word, RegexOptions.IgnoreCase).Value, Is.Empty,
                    $"{relative} counts variants; take Variant.All.Count.");
            }
    }
}
