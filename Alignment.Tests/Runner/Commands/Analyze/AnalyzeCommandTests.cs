using System.Globalization;
using Alignment.Runner;
using Alignment.Tests.Runner.Cli;

namespace Alignment.Tests.Runner.Commands.Analyze;

/// <summary>What <c>alignment analyze</c> prints for people.</summary>
public sealed class AnalyzeCommandTests
{
    static async Task<(int Code, string Output, string Errors)> Run(string text, params string[] more)
    {
        using var temp = new TempFolder();
        File.WriteAllText(temp["e.csv"], text);
        var (terminal, output, errors) = TestTerminal.Make();
        int code = await RunnerProgram.RunAsync(["analyze", "--engagement", temp["e.csv"], "--resamples", "0", "--out", temp["out"],
            .. more], terminal, CancellationToken.None);
        return (code, output.ToString(), errors.ToString());
    }

    static string Rows(int n, params string[] variants) =>
        "video_id,variant,CTR\n" + string.Concat(Enumerable.Range(0, n)
        .SelectMany(i => variants.Select((v, k) => string.Create(CultureInfo.InvariantCulture,
        $"v{i % 7},{v},{(i * 37 % 101 + k) / 1000.0}\n"))));

    [Test]
    public async Task OneComparison_SaysPOnce()
    {
        var (code, output, _) = await Run(Rows(40, "baseline", "placebo"));
        Assert.That(code, Is.Zero);
        Assert.That(output, Does.Not.Contain("none p").And.Not.Contain("Holm"));
        Assert.That((await Run(Rows(40, "baseline", "placebo", "reduction"))).Output, Does.Contain("Holm p"));
    }

    [Test]
    public async Task MissingVariants_AreOneWarning()
    {
        string output = (await Run(Rows(40, "baseline", "placebo"))).Output.ReplaceLineEndings(" ");
        Assert.That(output, Does.Contain("no row of early boost, middle boost, late boost, full boost, reduction."));
        Assert.That(output.Split("have no row of"), Has.Length.EqualTo(2));
    }

    [Test]
    public async Task NoTest_SaysWhyInFull()
    {
        string output = (await Run("video_id,variant,CTR\na,baseline,1\nb,placebo,2\n")).Output.ReplaceLineEndings(" ");
        Assert.That(output, Does.Contain("no test").And.Contain("1 and 1 values, where each group needs at least 2."));
    }

    [TestCase("no row of the baseline 'baseline'", "placebo", "reduction")]
    [TestCase("Only 'baseline' has values", "baseline")]
    public async Task NothingToCompareWith_IsBadDataAndSaysWhatIsNotComputed(string why, params string[] variants)
    {
        using var temp = new TempFolder();
        File.WriteAllText(temp["e.csv"], Rows(20, variants));
        var (terminal, output, errors) = TestTerminal.Make();

        Assert.That(await RunnerProgram.RunAsync(["analyze", "--engagement", temp["e.csv"], "--out", temp["out"]], terminal,
            CancellationToken.None), Is.EqualTo(3));

        Assert.That(output.ToString().ReplaceLineEndings(" "), Does.Contain("ALARM").And.Contain(variants[0]));
        Assert.That(errors.ToString(), Does.StartWith("alignment: ").And.Contain(why));
        Assert.That(Directory.GetFiles(temp["out"]).Select(Path.GetFileName),
            Is.EquivalentTo(new[] { "analysis.json", "analysis.csv", "findings.csv", "rejected_rows.csv" }));
    }

    [Test]
    public async Task NoMetricButOne_CanBeCompared_IsOk() =>
        Assert.That((await Run("video_id,variant,CTR,watch_time\n"
        + string.Concat(Enumerable.Range(0, 20).Select(i =>
        FormattableString.Invariant($"a,baseline,{i % 7},\na,placebo,{i % 5},{i}\n"))))).Code, Is.Zero);

    [Test]
    public async Task RejectedRows_OfOneReason_AreOneLine()
    {
        string output = (await Run(Rows(20, "baseline", "placebo") + "x,placebo,NA\n"
            + string.Concat(Enumerable.Repeat("y,plazebo,1\n", 30)))).Output.ReplaceLineEndings(" ");
        Assert.That(output, Does.Contain("31 of 71 rows were not used; the first 20:"));
        Assert.That(output, Does.Contain("line 42: CTR: 'NA'").And.Contain("lines 43, 44, 45, 46, 47, …: variant: 'plazebo' is none of"));
    }

    [Test]
    public async Task Interrupted_IsRetry()
    {
        using var temp = new TempFolder();
        File.WriteAllText(temp["e.csv"], Rows(20, "baseline", "placebo"));
        var (terminal, _, errors) = TestTerminal.Make();
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.That(await RunnerProgram.RunAsync(["analyze", "--engagement", temp["e.csv"], "--out", temp["out"]], terminal, stop.Token),
            Is.EqualTo(75), errors.ToString());
        Assert.That(Directory.Exists(temp["out"]) ? Directory.GetFileSystemEntries(temp["out"]) : [], Is.Empty);
    }

    [TestCase("--margin", "CTR=0")]
    [TestCase("--margin", "CTR")]
    [TestCase("--confidence", "95")]
    [TestCase("--tuning", "-1")]
    [TestCase("--variant", "baseline")]
    [TestCase("--baseline", "control")]
    [TestCase("--metric", "CRT")]
    [TestCase("--metric", "placebo")]
    [TestCase("--assigned", "video_id", "--variant", "baseline", "--variant", "Baseline")]
    [TestCase("--ratio", "clicks")]
    [TestCase("--correction", "tukey")]
    [TestCase("--test", "ztest")]
    [TestCase("--covariate", "CTR=CTR")]
    [TestCase("--max-values", "5")]
    public async Task NonsenseOption_IsUsage(params string[] typed)
    {
        var (code, output, errors) = await Run(Rows(20, "baseline", "placebo"), typed);
        Assert.That((code, output), Is.EqualTo((2, "")), errors);
        Assert.That(errors, Does.StartWith("alignment: "));
    }
}
