using System.CommandLine;
using System.Text.RegularExpressions;
using Alignment.MLNet;
using Alignment.MLNet.Audit;
using Alignment.MLNet.Dataset;
using Alignment.MLNet.Dose;
using Alignment.MLNet.Editing;
using Alignment.MLNet.Engagement.Contracts;
using Alignment.MLNet.Engagement.Planning;
using Alignment.MLNet.Gaze;
using Alignment.MLNet.Masks;
using Alignment.MLNet.Pipelines;
using Alignment.MLNet.Reports;
using Alignment.MLNet.SceneDetection;
using Alignment.MLNet.Training;
using Alignment.MLNet.Variants;
using Alignment.MLNet.Video;
using Alignment.Onnx.Bundles;
using Alignment.Onnx.Import;
using Alignment.Onnx.Training;
using Alignment.Runner;
using Alignment.Runner.Cli;
using Alignment.Tests.Runner.Cli;
using Microsoft.ML;

namespace Alignment.Tests.Samples;

/// <summary>The C# of docs/embedding.md, compiled as it stands there; every command of the console is in it.</summary>
public sealed partial class EmbeddingTests
{
    // Compiled, never run: its folders do not exist. Kept equal to the page by the test below.
#pragma warning disable IDE0059, IDE0051, CS8321, CA1823, CA1861
    static void EveryCommand(MLContext ml)
    {
        // alignment prepare
        ModelBundle model = ModelBundle.Open("models/sd15");
        PrepareResult prepared = PrepareJob.Run("footage", "keywords.csv", model, "data",
            new() { Attention = new() { GazeFile = "gaze.csv" } });

        // alignment scenes
        SceneDetectionResult scenes = SceneDetectionJob.Run("footage", "data", new() { Detector = CutDetector.Shots });

        // alignment masks
        MaskResult masks = MaskJob.Run("data", model, new() { Mask = new() { Threshold = 0.4f } });

        // alignment attention
        AttentionResult attention = AttentionJob.Run("data", new() { Predict = new() { Predictor = "fine_grained.smoothed" } });

        // alignment validate
        ValidationResult valid = ValidationJob.Run("data", options: new() { Deep = true });
        AuditResult audited = ml.Alignment.Jobs.Audit("data", "audit", options: new() { Deep = true });   // --report

        // alignment train
        TrainingResult trained = TrainingJob.Run("data", new() { Model = "models/sd15", Output = "trained" });

        // alignment run
        ExperimentResult run = ExperimentJob.Run("data", "models/sd15", "out", new() { Edit = new() { Seed = 7 } });

        // the same in two processes: the chain that a run makes for itself, saved and written elsewhere, gives the same files
        IDataView rows = ml.Alignment.LoadScenes("data");
        ITransformer chain = ml.Alignment.Experiment("models/sd15", new() { Edit = new() { Seed = 7 } }).Fit(rows);
        ml.Model.Save(chain, rows.Schema, "experiment.zip");
        ExperimentResult same = ml.Alignment.Jobs.RunExperiment("data", ml.Alignment.LoadModel("experiment.zip", out _), "out");

        // alignment variants
        VariantResult made = VariantJob.Run("data", "out", new() { BoostAlpha = 2 });

        // alignment edit
        EditResult edited = EditJob.Run(VariantSet.Open("out", "data"), model, "out", new() { Edit = new() { Strength = 0.5 } });

        // alignment assemble
        AssembleResult videos = AssembleJob.Run("out/edited_scenes", "out", ["footage"], new() { Crf = 18 });

        // alignment dose
        DoseResult dose = DoseJob.Run("out", new() { Margin = 0.02 });

        // alignment power
        PowerAnswer power = PowerStudy.Of(new() { Effect = 0.005, Sd = 0.012, Comparisons = 6 });
        PowerPlot.Write("design", power);                                                      // --out

        // alignment assign
        var assigned = Assignment.Of([.. Enumerable.Range(1, 2800).Select(i => new AssignedUnit($"p{i}"))], new() { Seed = 1 });
        Assignment.Write("study/assignment.csv", Assignment.Bytes(assigned, "participant_id"));
        string hash = PlanFile.Write("study/plan.json", new AnalysisPlan { Metrics = ["CTR"] }.WithUsualHypotheses());

        // alignment analyze
        EngagementAnalysis answers = ml.Alignment.AnalyzeEngagement("engagement.csv", "analysis", new() { Confidence = 0.9 },
            new() { PlanFile = "study/plan.json" });

        // alignment report
        ReportResult report = ReportJob.Run("out", new() { Videos = true });

        // alignment models import
        ModelBundle imported = DiffusersImport.Run("downloads/stable-diffusion-v1-5", "models/sd15");
        LpipsImport.Run("squeezenet1_1.pth", "models/sd15");                                   // --lpips
        ClipSegImport.Run("downloads/clipseg-rd64-refined", "models/sd15");                    // --clipseg

        // alignment models inspect
        BundleInspection inspected = model.Inspect();

        // alignment models training
        TrainingArtifact.Write(model);

        // alignment demo
        DemoResult demo = DemoJob.Run("demo", new() { Ads = 2 });

        // alignment doctor
        DoctorResult health = DoctorJob.Run(new() { Device = "cuda:0" });
    }
#pragma warning restore

    static string Page => File.ReadAllText(Path.Combine(Shared.Repository, "docs", "embedding.md"));

    static string[] Blocks => [.. Code().Matches(Page).Select(m => m.Groups[1].Value)];

    [Test]
    public void EveryBlock_OfThePage_IsCompiledHere()
    {
        string here = Words(File.ReadAllText(Path.Combine(Shared.Repository, "Alignment.Tests", "Samples", "EmbeddingTests.cs")));
        Assert.That(Blocks, Is.Not.Empty);
        foreach (string block in Blocks) Assert.That(here, Does.Contain(Words(block)), "Copy the page's block into EveryCommand.");
    }

    [Test]
    public void EveryCommand_OfTheConsole_HasItsCall()
    {
        string[] commands = [.. Names(RunnerProgram.Build(TestTerminal.Make().Terminal), "alignment")];
        Assert.That(Blocks.SelectMany(b => b.Split('\n')).Where(l => l.StartsWith("// alignment ", StringComparison.Ordinal))
            .Select(l => l[3..].Trim()), Is.EquivalentTo(commands));
    }

    static IEnumerable<string> Names(Command at, string path) =>
        [.. at is RunnerCommand ? [path] : Array.Empty<string>(), .. at.Subcommands.SelectMany(c => Names(c, $"{path} {c.Name}"))];

    static string Words(string code) => Spaces().Replace(code, " ").Trim();

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Code();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
