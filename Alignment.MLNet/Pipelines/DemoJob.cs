using Alignment.MLNet.Dose;
using Alignment.MLNet.Ffmpeg;
using Alignment.MLNet.Reports;
using Alignment.MLNet.Storage;
using Alignment.MLNet.Synthetic;
using Alignment.Onnx.Bundles;

namespace Alignment.MLNet.Pipelines;

/// <summary>
/// The whole job for someone without data: draws short ads with a moving product and runs <see cref="ExperimentJob"/> on them with the
/// bundled model, then a simulated engagement study, marked as such everywhere, and a report over all of it. It continues where it was
/// stopped, and gives the same bytes again.
/// </summary>
public static class DemoJob
{
    /// <summary>Names the drawn data set in the output folder.</summary>
    public const string DataFolder = "data";

    const int MostAds = 12;

    sealed record Recipe(int Format, ulong Seed, IReadOnlyList<AdDrawingOptions> Ads, string Ffmpeg);

    sealed record Facts(IReadOnlyList<string> Videos);

    /// <summary>Draws, runs, simulates and reports.</summary>
    /// <param name="output">Receives <c>data/</c> and, beside it, everything that <see cref="ExperimentJob"/> writes.</param>
    /// <param name="options">Null: the defaults.</param>
    /// <param name="progress">Each step reports under its own name.</param>
    /// <param name="cancellationToken">Stops soon; everything written then is complete.</param>
    /// <exception cref="UsageException">An option is out of range.</exception>
    /// <exception cref="MissingDependencyException">ffmpeg or the model is not there.</exception>
    public static DemoResult Run(string output, DemoOptions? options = null, IProgress<WorkProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        options ??= new();
        options.Require(options.Ads, options.Ads is >= 1 and <= MostAds, $"1 to {MostAds}", "3 is the default.");

        // 1. Draw the ads.
        string data = Path.Combine(Path.GetFullPath(output), DataFolder);
        IReadOnlyList<string> ads = Draw(data, options, FfmpegTools.Find(), progress, cancellationToken);

        // 2. Run the whole job on them, but for the report: the study comes before it.
        ExperimentResult result = ExperimentJob.Run(data, options.Model ?? BundledModels.Tiny, output, Experiment(options), progress,
            cancellationToken);

        // 3. Simulate what viewers did, and analyze it.
        using RunLock alone = RunLock.Take(result.Output);
        if (options.StudyRows > 0) result = Study(result, ads, options, cancellationToken);

        // 4. Show all of it on one page.
        if (options.Run.Report is { } report) result = ExperimentRun.WithReport(result, report, progress, cancellationToken);

        return new(data, ads, result, options.StudyRows > 0 ? Path.Combine(result.Output, SimulationTruth.Folder) : null);
    }

    static ExperimentOptions Experiment(DemoOptions options)
    {
        ExperimentOptions run = options.Run;
        return run with
        {
            Variants = run.Variants with { Seed = options.Seed },
            Edit = run.Edit with { Seed = options.Seed },
            EngagementFile = null,
            Report = null
        };
    }

    static ExperimentResult Study(ExperimentResult result, IReadOnlyList<string> ads, DemoOptions options,
        CancellationToken cancellationToken)
    {
        string[] videos = [.. ads.Select(a => Path.GetFileNameWithoutExtension(a))];
        string? dose = result.DoseFolder is { } folder ? new DoseFolder(folder).ByVariant : null;
        var (analysis, computed) = DemoStudy.Run(result.Output, videos, options, dose, cancellationToken);
        var step = new RunStep("analyze (simulated)", "metrics", analysis.Metrics.Count, computed ? analysis.Metrics.Count : 0);
        return result with { Analysis = analysis, Steps = [.. result.Steps, step] };
    }

    /// <summary>Draws the data set and encodes the ads, unless that is done. A scene's length comes from the truth beside the
    /// video.</summary>
    static IReadOnlyList<string> Draw(string data, DemoOptions options, FfmpegTools tools, IProgress<WorkProgress>? progress,
        CancellationToken cancellationToken)
    {
        IReadOnlyList<AdDrawingOptions> wanted = AdDrawing.Set(options.Ads, options.Drawing with { Seed = options.Seed });
        string record = Path.Combine(data, "drawn.json");
        var recipe = new Recipe(2, options.Seed, wanted, tools.Version);
        if (OutputRecord.Current<Facts>(record, recipe) is { } known) return [.. known.Videos.Select(v => SafePath.Under(data, v))];

        IReadOnlyList<DrawnAd> drawn = DrawnDataSet.Write(data, wanted, progress, cancellationToken);
        var names = new List<string>();
        foreach (DrawnAd ad in drawn)
        {
            string name = ad.Options.VideoId + ".mp4";
            progress?.Report(new("encoding the drawn ads", names.Count, drawn.Count, name));
            VideoWriter.Write(SafePath.Under(data, name),
                new(ad.Options.Width, ad.Options.Height, new(ad.Options.FramesPerSecond), ad.Frames),
                (frame, rgb) => ad.Render((int)frame, rgb), tools: tools, cancellationToken: cancellationToken);
            names.Add(name);
        }
        progress?.Report(new("encoding the drawn ads", names.Count, drawn.Count));
        OutputRecord.Write(record, recipe, new Facts(names),
            ["keywords.csv", .. names, .. drawn.Select(a => a.Options.VideoId + ".truth.json")]);
        return [.. names.Select(n => Path.Combine(data, n))];
    }
}
