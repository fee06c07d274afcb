using System.CommandLine;
using Alignment.Runner;
using Alignment.Tests.Runner.Cli;

namespace Alignment.Tests.Runner;

public sealed class RunnerProgramTests
{
    static async Task<(int Code, string Output, string Errors)> Run(params string[] args)
    {
        var (terminal, output, errors) = TestTerminal.Make();
        int code = await RunnerProgram.RunAsync(args, terminal, CancellationToken.None);
        return (code, output.ToString(), errors.ToString());
    }

    /// <summary>Every command and subcommand, as one would type it.</summary>
    static IEnumerable<string[]> EveryCommand()
    {
        return Below(RunnerProgram.Build(TestTerminal.Make().Terminal), []);

        static IEnumerable<string[]> Below(Command at, string[] path) =>
            [path, .. at.Subcommands.SelectMany(c => Below(c, [.. path, c.Name]))];
    }

    [TestCaseSource(nameof(EveryCommand))]
    public async Task Help_EveryCommand_TeachesWithExamplesThatParse(params string[] command)
    {
        var (code, output, _) = await Run([.. command, "--help"]);

        Assert.That(code, Is.Zero);
        string[] examples = [.. output.Split('\n').SkipWhile(l => !l.StartsWith("Examples:", StringComparison.Ordinal)).Skip(1)
            .Select(l => l.Trim()).Where(l => l.Length > 0)];
        Assert.That(examples, Is.Not.Empty);
        foreach (string example in examples)
        {
            string typed = example.Split('#')[0].Trim();
            Assert.That(typed, Does.StartWith("alignment"));
            Assert.That(RunnerProgram.Build(TestTerminal.Make().Terminal).Parse(typed["alignment".Length..]).Errors, Is.Empty, example);
        }
    }

    // What each does with what it finished is held by its own tests (…_Interrupted_…, …_Continued_…).
    [TestCase("it continues", "run", "--data", "d", "--out", "o")]
    [TestCase("it continues", "demo", "--out", "o")]
    [TestCase("it continues", "variants", "--data", "d", "--out", "o")]
    [TestCase("it continues", "edit", "--data", "d", "--variants", "v", "--out", "o")]
    [TestCase("it continues", "assemble", "--edited", "e", "--out", "o")]
    [TestCase("it continues", "dose", "--run", "o")]
    [TestCase("it continues", "prepare", "--videos", "v", "--keywords", "k", "--data", "d")]
    [TestCase("it continues, but for the heatmaps, which --force makes again", "prepare", "--videos", "v", "--keywords", "k", "--data", "d",
        "--force")]
    [TestCase("it continues", "scenes", "--videos", "v", "--data", "d")]
    [TestCase("it starts over", "scenes", "--videos", "v", "--data", "d", "--force")]
    [TestCase("it continues", "masks", "--data", "d")]
    [TestCase("it continues", "masks", "--data", "d", "--force")]   // a mask of the same making is not made twice
    [TestCase("it continues", "attention", "--data", "d")]
    [TestCase("it starts over", "attention", "--data", "d", "--force")]
    [TestCase("it continues", "train", "--data", "d", "--out", "o")]
    [TestCase("it continues", "train", "--data", "d", "--out", "o", "--resume", "latest")]
    [TestCase("it starts over", "train", "--data", "d", "--out", "o", "--resume", "none")]
    [TestCase("it starts over", "train", "--data", "d", "--out", "o", "--resume", "o/checkpoints/3")]
    [TestCase("it starts over", "validate", "--data", "d", "--deep", "--report", "r")]
    [TestCase("it starts over", "analyze", "--engagement", "e", "--out", "o")]
    [TestCase("it starts over", "report", "--run", "o")]
    [TestCase("it starts over", "power", "--effect", "1")]
    [TestCase("it starts over", "assign", "--count", "5", "--out", "o")]
    [TestCase("it starts over", "doctor")]
    [TestCase("it starts over", "models", "import", "--from", "f", "--out", "o")]
    [TestCase("it starts over", "models", "inspect", "m")]
    [TestCase("it starts over", "models", "training", "--model", "m")]
    public async Task Interrupted_EveryCommand_SaysWhatARerunDoes(string again, params string[] args)
    {
        var (terminal, _, errors) = TestTerminal.Make();

        Assert.That(await RunnerProgram.RunAsync(args, terminal, new CancellationToken(canceled: true)), Is.EqualTo(75), errors.ToString());

        Assert.That(errors.ToString().Trim(), Is.EqualTo($"alignment: Interrupted. Run the same command again; {again}."));
    }

    [TestCase("frobnicate")]
    [TestCase("--no-such-option")]
    public async Task Run_WhatItDoesNotKnow_IsUsage(params string[] args)
    {
        var (code, _, errors) = await Run(args);
        Assert.That(code, Is.EqualTo(2));
        Assert.That(errors, Does.Contain(args[0]));
    }

    [TestCase("no-such-command", "--json")]
    [TestCase("validate", "--json")]
    [TestCase("run", "--data", "d", "--out", "o", "--steps", "x", "--json")]
    public async Task Run_TypedWronglyWithJson_PrintsJsonAlone(params string[] args)
    {
        var (code, output, _) = await Run(args);

        Assert.That(code, Is.EqualTo(2));
        using var document = System.Text.Json.JsonDocument.Parse(output);
        Assert.That(document.RootElement.GetProperty("error").GetProperty("exit_code").GetInt32(), Is.EqualTo(2));
    }

    [Test]
    public async Task Run_NoNumber_SaysWhatWasFoundAndExpected()
    {
        var (_, output, errors) = await Run("run", "--data", "d", "--out", "o", "--steps", "x");

        Assert.That(errors, Does.Contain("--steps: found 'x', expected a whole number").And.Not.Contain("System."));
        Assert.That(output, Is.Empty);
    }

    // Decimal commas: read as separators of thousands, a boost of 1,5 was one of 15.
    [TestCase("1,5", "variants", "--data", "d", "--out", "o", "--boost-alpha")]
    [TestCase("0,04", "masks", "--data", "d", "--threshold")]
    [TestCase("1,000.5", "attention", "--data", "d", "--smooth")]
    [TestCase("0,6", "edit", "--data", "d", "--out", "o", "--strength")]
    public async Task Run_NumberWithAComma_IsUsage(string typed, params string[] before)
    {
        var (code, _, errors) = await Run([.. before, typed]);

        Assert.That(code, Is.EqualTo(2));
        Assert.That(errors, Does.Contain($"{before[^1]}: found '{typed}', expected a number with a point"));
    }

    // What is said of gaze without any, and of predictions without any: it would do nothing.
    [TestCase("--sigma: found it without --gaze", "--sigma", "1deg")]
    [TestCase("--coordinates: found it without --gaze", "--coordinates", "normalised", "--predict", "fine_grained")]
    [TestCase("--frame: found it without --gaze", "--frame", "1920x1080")]
    [TestCase("--viewing-distance: found it without --gaze", "--viewing-distance", "65")]
    [TestCase("--centre: found it with --gaze alone", "--centre", "0.3", "--gaze", "g.csv")]
    public async Task Run_AttentionOptionThatWouldDoNothing_IsUsage(string said, params string[] typed)
    {
        var (code, _, errors) = await Run(["attention", "--data", "d", .. typed]);

        Assert.That(code, Is.EqualTo(2));
        Assert.That(errors, Does.Contain(said));
    }

    [TestCase("run", "--data", "", "--out", "o")]
    [TestCase("run", "--data", "d", "--out", " ")]
    [TestCase("models", "import", "--from", "", "--out", "o")]
    [TestCase("models", "import", "--lpips", "", "--model", "m")]
    public async Task Run_EmptyPath_IsUsage(params string[] args) => Assert.That((await Run(args)).Code, Is.EqualTo(2));

    [TestCase("'--from' is required")]
    [TestCase("'--out' is required", "--from", "d")]
    [TestCase("'--model' is required", "--lpips", "f")]
    [TestCase("'--lpips' is required", "--model", "m")]
    [TestCase("--out: found it with --lpips", "--lpips", "f", "--out", "o")]
    [TestCase("--seed: found it with --lpips", "--lpips", "f", "--model", "m", "--seed", "1")]
    [TestCase("expected one of Squeeze, Alex, Vgg", "--lpips", "f", "--model", "m", "--lpips-trunk", "resnet")]
    public async Task ModelsImport_OptionsOfTwoKindsOrTooFew_IsUsage(string word, params string[] typed)
    {
        var (code, _, errors) = await Run(["models", "import", .. typed]);
        Assert.That(code, Is.EqualTo(2));
        Assert.That(errors, Does.Contain(word));
    }

    [Test]
    public async Task Analyze_OneRowAVariant_IsValidJson()
    {
        using var folder = new TempFolder();
        string file = folder["engagement.csv"];
        File.WriteAllText(file, "video_id,variant,CTR\na,baseline,1\nb,full_boost,2\n");

        var (code, output, errors) = await Run("analyze", "--engagement", file, "--out", folder["out"], "--json");

        Assert.That(code, Is.EqualTo(3), errors);
        using var document = System.Text.Json.JsonDocument.Parse(output);
        var sample = document.RootElement.GetProperty("metrics")[0].GetProperty("samples")[0].GetProperty("sample");
        Assert.That(sample.GetProperty("variance").ValueKind, Is.EqualTo(System.Text.Json.JsonValueKind.Null));
    }

    [Test]
    public async Task Analyze_OutIsAFile_IsUsage()
    {
        using var folder = new TempFolder();
        string data = folder["engagement.csv"], taken = folder["taken"];
        File.WriteAllText(data, "video_id,variant,CTR\na,baseline,1\nb,full_boost,2\n");
        File.WriteAllText(taken, "mine");

        var (code, _, errors) = await Run("analyze", "--engagement", data, "--out", taken);

        Assert.That(code, Is.EqualTo(2));
        Assert.That(errors, Does.Contain("taken"));
        Assert.That(File.ReadAllText(taken), Is.EqualTo("mine"));
    }

    [Test]
    public async Task Version_IsPrinted()
    {
        var (code, output, _) = await Run("--version");
        Assert.That(code, Is.Zero);
        Assert.That(output.Trim(), Does.Match(@"^\d+\.\d+\.\d+"));
    }
}
