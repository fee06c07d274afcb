using Alignment.MLNet.Dataset;
using Alignment.MLNet.Dose;
using Alignment.MLNet.Ffmpeg;
using Alignment.MLNet.Reports;
using Alignment.MLNet.Storage;
using Alignment.MLNet.Synthetic;
using Alignment.Onnx.Bundles;

namespace Alignment.MLNet.Pipelines;

/// <summary>
/// The whole job for someone without data: draws short ads with a moving product, encodes them, and runs <see cref="ExperimentJob"/> on
/// them with the bundled model; at the end a simulated engagement study, marked as such everywhere, and a report over all of it. As everything else it continues where it was stopped, and gives the same bytes again.
/// </summary>
public static class DemoJob
{
    /// <summary>Names the drawn data set in the output folder.</summary>
    public const string DataFolder = "data";

    const int MostAds = 12;

    sealed record Recipe(int Format, ulong Seed, IReadOnlyList<AdDrawingOptions> Ads, string Ffmpeg);

    sealed record Facts(IReadOnlyList<string> Videos);

    /// <summary>Draws, then runs.</summary>
    /// <param name="output">Gets <c>data/</c> and, beside it, everything an <see cref="ExperimentJob"/> makes.</param>
    /// <param name="options">Null: the defaults.</param>
    /// <param name="progress">Each step reports under its own name.</param>
    /// <param name="cancel">Stops soon; everything written then is complete.</param>
    /// <exception cref="UsageException">An option is out of range.</exception>
    /// <exception cref="MissingDependencyException">ffmpeg or the model is not there.</exception>
    public static DemoResult Run(string output, DemoOptions? options = null, IProgress<WorkProgress>? progress = null, CancellationToken cancel = default)
    {
        options ??= new();
        options.Require(options.Ads, options.Ads is >= 1 and <= MostAds, $"1 to {MostAds}", "3 is the default.");
        string data = Path.Combine(Path.GetFullPath(output), DataFolder);
        string model = options.Model ?? BundledModels.Tiny;
        IReadOnlyList<string> ads = Draw(data, options, FfmpegTools.Find(), progress, cancel);
        ExperimentOptions run = options.Run with { Variants = options.Run.Variants with { Seed = options.Seed }, Edit = options.Run.Edit with { Seed = options.Seed } };
        ExperimentResult result = ExperimentJob.Run(data, model, output, run with { EngagementFile = null, Report = null }, progress, cancel);
        return Study(result, [.. ads.Select(a => Path.GetFileNameWithoutExtension(a))], data, ads, options, run.Report, progress, cancel);
    }

    /// <summary>What comes after the videos: the dose, a simulated study, and the report over all of it.</summary>
    static DemoResult Study(ExperimentResult result, IReadOnlyList<string> videos, string data, IReadOnlyList<string> ads, DemoOptions options, ReportOptions? report, IProgress<WorkProgress>? progress, CancellationToken cancel)
    {
        using RunLock alone = RunLock.Take(result.Output);
        if (options.StudyRows > 0)
        {
            var (analysis, made) = DemoStudy.Run(result.Output, videos, options, result.DoseFolder is { } dose ? new DoseFolder(dose).ByVariant : null, cancel);
            result = result with { Analysis = analysis, AnalysisFolder = new RunFolder(result.Output).Analysis, Steps = [.. result.Steps, new("analyze (simulated)", "metrics", analysis.Metrics.Count, made ? analysis.Metrics.Count : 0)] };
        }
        if (report is not null)
        {
            ReportResult page = ReportJob.RunLocked(result.Output, report, progress, cancel);
            result = result with { Report = page, Steps = [.. result.Steps, new("report", "pages", 1, page.Made ? 1 : 0)] };
        }
        return new(data, ads, result, options.StudyRows > 0 ? Path.Combine(result.Output, SimulationTruth.Folder) : null);
    }

    /// <summary>Draws the data set and encodes the ads, unless that is done. A scene's length comes from the truth beside the video.</summary>
    static IReadOnlyList<string> Draw(string data, DemoOptions options, FfmpegTools tools, IProgress<WorkProgress>? progress, CancellationToken cancel)
    {
        IReadOnlyList<AdDrawingOptions> wanted = AdDrawing.Set(options.Ads, options.Drawing with { Seed = options.Seed });
        string record = Path.Combine(data, "drawn.json");
        var recipe = new Recipe(2, options.Seed, wanted, tools.Version);
        if (OutputRecord.Current<Facts>(record, recipe) is { } known) return [.. known.Videos.Select(v => SafePath.Under(data, v))];

        IReadOnlyList<DrawnAd> drawn = DrawnDataSet.Write(data, wanted, progress, cancel);
        var names = new List<string>();
        foreach (DrawnAd ad in drawn)
        {
            string name = ad.Options.VideoId + ".mp4";
            progress?.Report(new("encoding the drawn ads", names.Count, drawn.Count, name));
            VideoWriter.Write(SafePath.Under(data, name), new(ad.Options.Width, ad.Options.Height, new(ad.Options.FramesPerSecond), ad.Frames), (frame, rgb) => ad.Render((int)frame, rgb), tools: tools, cancellationToken: cancel);
            names.Add(name);
        }
        progress?.Report(new("encoding the drawn ads", names.Count, drawn.Count));
        OutputRecord.Write(record, recipe, new Facts(names), ["keywords.csv", .. names, .. drawn.Select(a => a.Options.VideoId + ".truth.json")]);
        return [.. names.Select(n => Path.Combine(data, n))];
    }
}
