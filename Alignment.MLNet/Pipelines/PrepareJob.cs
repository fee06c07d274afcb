using Alignment.MLNet.Audit;
using Alignment.MLNet.Dataset;
using Alignment.MLNet.Ffmpeg;
using Alignment.MLNet.Gaze;
using Alignment.MLNet.Masks;
using Alignment.MLNet.SceneDetection;
using Alignment.Onnx.Bundles;

namespace Alignment.MLNet.Pipelines;

/// <summary>
/// From raw videos, the products' names and viewers' gaze to a data set that <see cref="ExperimentJob"/> takes. Every step leaves alone
/// what is there already, so a stopped run continues and a finished one does nothing.
/// </summary>
public static class PrepareJob
{
    const string Keywords = "keywords.csv";

    /// <summary>Writes the data set.</summary>
    /// <param name="videos">The folder of videos, or one video; the id is the file's name without its ending.</param>
    /// <param name="keywords">The CSV with the columns <c>_id</c> and <c>keyword_list[0]</c>; copied into the data folder as
    /// keywords.csv.</param>
    /// <param name="model">A bundle with a CLIPSeg.</param>
    /// <param name="data">The data folder; created if it is not there.</param>
    /// <param name="options">Null: the defaults.</param>
    /// <param name="progress">Each step reports under its own name.</param>
    /// <param name="cancellationToken">Stops soon; every file written then is complete.</param>
    /// <exception cref="UsageException">An option is out of range, a file is not there, or the data folder has other keywords
    /// already.</exception>
    /// <exception cref="BadDataException">No video, or no scene, could be used.</exception>
    /// <exception cref="MissingDependencyException">No ffmpeg, no such bundle, or no CLIPSeg in it.</exception>
    /// <exception cref="RetryableException">Another run works in the data folder.</exception>
    public static PrepareResult Run(
        string videos, string keywords, ModelBundle model, string data,
        PrepareOptions? options = null, IProgress<WorkProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);

        // 1. Refuse what can be refused, before hours of work.
        options = (options ?? new()).Checked();
        ClipSegPart.Open(model);
        FfmpegTools tools = FfmpegTools.Find();
        string folder = Path.GetFullPath(data);
        TakeKeywords(keywords, folder, cancellationToken);

        // 2. Cut the videos into scenes, and choose their key frames.
        SceneDetectionResult scenes = SceneDetectionJob.Run(videos, folder, options.Scenes, progress, tools, cancellationToken);

        // 3. Mask the product.
        MaskResult masks = MaskJob.Run(folder, model, options.Masks, progress, cancellationToken);

        // 4. Load or predict attention.
        AttentionResult attention = AttentionJob.Run(folder, options.Attention, progress, cancellationToken);

        // 5. Validate the scenes, and audit them.
        string audit = Path.Combine(folder, PrepareOptions.AuditFolder);
        AuditResult audited = AuditJob.Run(folder, audit, null, new() { Deep = true }, progress, cancellationToken);

        return new(folder, audit, scenes, masks, attention, audited.Validation, audited);
    }

    /// <summary>Puts the keywords where a data set has them. Other keywords that are there are somebody's work: they are not
    /// replaced.</summary>
    static void TakeKeywords(string keywords, string folder, CancellationToken cancellationToken)
    {
        if (!File.Exists(keywords))
            throw UsageException.For($"{OptionName.Parameter(nameof(keywords))}",
                $"no file '{SafePath.Shorten(Path.GetFullPath(keywords), 300)}'",
                $"a CSV with the columns {KeywordsCsv.IdColumn} and {KeywordsCsv.KeywordColumn}", "Correct the path.");
        KeywordsCsv.Read(keywords, _ => { });   // its rows are reported by the validation; here only that it is such a file
        string to = Path.Combine(folder, Keywords);
        if (Path.GetFullPath(keywords) == to) return;
        byte[] given = File.ReadAllBytes(keywords);
        if (File.Exists(to) && !File.ReadAllBytes(to).AsSpan().SequenceEqual(given))
            throw UsageException.For($"{OptionName.Parameter(nameof(keywords))} '{SafePath.Shorten(keywords, 300)}'",
                $"other keywords in '{SafePath.Shorten(to, 300)}' already", "the same, or none",
                "Name that file, remove it, or choose another data folder.");
        Directory.CreateDirectory(folder);
        AtomicFile.Write(to, stream => stream.Write(given), keepEqual: true);
    }
}
