using Alignment.MLNet.Dataset;
using Alignment.MLNet.Storage;
using Alignment.Transforms.Attention;

namespace Alignment.MLNet.Dose;

// Gathers scenes into a report, in the order they come: by video.
sealed class DoseReportMaker
{
    /// <summary>Below this clusters are few: intervals rest on the small-sample correction, and a warning says so (Cameron and Miller,
    /// <i>Journal of Human Resources</i> 50, 2015, call 20 to 50 few).</summary>
    public const int FewVideos = 20;

    const int MostFailures = 200;

    readonly DoseOptions _options;
    readonly IReadOnlyList<string> _predictors;
    readonly VariantSums[][] _sums;   // [predictor][variant]
    readonly ArtifactSums[] _artifacts;
    readonly List<SceneFailure> _failures = [];
    readonly HashSet<string> _videos = new(StringComparer.Ordinal);
    DoseCounts _counts = new();
    string? _video;

    public DoseReportMaker(IReadOnlyList<string> predictors, DoseOptions options)
    {
        (_predictors, _options) = (predictors, options);
        _sums = [.. predictors.Select(p => Variant.All.Select(v => new VariantSums(v, p)).ToArray())];
        _artifacts = [.. predictors.Select(p => new ArtifactSums(p))];
    }

    // Adds a scene; returns its lines for the table.
    public IEnumerable<SceneDose> Add(DoseScene scene, SceneRecipe recipe, SceneFacts facts)
    {
        Begin(scene.VideoId);
        _counts = _counts with { Scenes = _counts.Scenes + 1, Pictures = _counts.Pictures + facts.Pictures };
        _counts = facts.HasProduct ? _counts with { WithProduct = _counts.WithProduct + 1 }
            : _counts with { WithoutProduct = _counts.WithoutProduct + 1 };
        for (int p = 0; p < _predictors.Count; p++)
        {
            PredictorFacts found = facts.Predictors[p];
            if (facts.HasProduct) _artifacts[p].Add(scene.VideoId, found.Untouched, found.Edits[0], facts.Artifact);
            for (int v = 0; v < recipe.Variants.Count; v++)
            {
                VariantRecipe of = recipe.Variants[v];
                var row = new SceneDose
                {
                    VideoId = scene.VideoId,
                    SceneId = scene.SceneId,
                    Window = of.Window,
                    Variant = of.Variant,
                    Predictor = _predictors[p],
                    HasProduct = facts.HasProduct,
                    ActedOn = of.ActedOn,
                    SamePicture = of.PictureSha256 == recipe.Variants[0].PictureSha256,
                    ShareBefore = found.Untouched.Share,
                    ShareBaseline = found.Edits[0].Share,
                    ShareAfter = found.Edits[v].Share,
                    AlignmentBefore = found.Untouched.Alignment,
                    AlignmentBaseline = found.Edits[0].Alignment,
                    AlignmentAfter = found.Edits[v].Alignment,
                    TargetShare = facts.Targets[v].Share,
                    TargetShareBaseline = facts.Targets[0].Share,
                    Agreement = found.Agreement[v],
                    AgreementOfBaseline = found.AgreementOfBaseline[v],
                };
                if (facts.HasProduct) _sums[p][v].Add(row);
                yield return row;
            }
        }
    }

    public void Fail(string video, string scene, string reason)
    {
        Begin(video);
        _counts = _counts with { Scenes = _counts.Scenes + 1, Failed = _counts.Failed + 1 };
        if (_failures.Count < MostFailures) _failures.Add(new(video, scene, reason));
    }

    public DoseReport Report(IReadOnlyList<DosePredictor> predictors, LpipsModel? lpips, ProvenanceCounts origin)
    {
        Begin(null);
        ArtifactCheck[] artifacts = [.. _artifacts.Select(a => a.Summary(_options, lpips))];
        VariantDose[] variants = [.. _sums.SelectMany(of => of.Select(v => v.Summary(_options, of[Variant.FullBoost.Position])))];
        return new()
        {
            Tool = ToolVersion.Name,
            Note = DoseSentences.Note(_predictors),
            Predictors = predictors,
            Confidence = _options.Confidence,
            Margin = _options.Margin,
            FixatedPart = _options.FixationFraction,
            Lpips = lpips,
            AttentionOrigin = origin,
            Counts = _counts with { Videos = _videos.Count },
            Warnings = [.. Warnings(predictors, lpips)],
            Sentences = [.. artifacts.SelectMany(a => Sentences(a, variants.Where(v => v.Predictor == a.Predictor)))],
            Artifacts = artifacts,
            Variants = variants,
            Videos = [.. _sums.SelectMany(of => of).SelectMany(v => v.Videos).OrderBy(v => v.VideoId, StringComparer.Ordinal)],
            Failures = _failures,
        };
    }

    static IEnumerable<string> Sentences(ArtifactCheck artifact, IEnumerable<VariantDose> variants) =>
        new[] { artifact.Sentence }.Concat(variants.Select(v => v.Manipulation?.Sentence)).Concat(variants.Select(v => v.Window?.Sentence))
        .Concat(variants.Select(v => v.Placebo?.Sentence)).OfType<string>();

    IEnumerable<string> Warnings(IReadOnlyList<DosePredictor> predictors, LpipsModel? lpips)
    {
        if (_counts.Failed > 0) yield return FormattableString.Invariant(
            $"{_counts.Failed} of {_counts.Scenes} scenes could not be measured and count nowhere.");
        if (_counts.WithProduct == 0) yield return "No scene with the product was measured: there is no dose.";
        if (_counts.WithoutProduct > 0)
            yield return FormattableString.Invariant($"{_counts.WithoutProduct} ") + (_counts.WithoutProduct == 1
                ? "scene without the product counts nowhere: there is nothing in it to move."
                : "scenes without the product count nowhere: there is nothing in them to move.");
        if (_videos.Count == 1)
            yield return "One video: intervals are over its scenes, taken for independent, and say nothing of other videos.";
        else if (_videos.Count is > 1 and < FewVideos)
            yield return FormattableString.Invariant(
                $"{_videos.Count} videos are few: intervals are clustered by video with a correction for few clusters, and wide.");
        foreach (DosePredictor p in predictors.Where(p => p.MadeHeatmaps))
            yield return $"{p.Name} also made the run's heatmaps: what the edits were asked for and what is read off them have one "
                + $"source. Believe a predictor first that had no part in either.";
        if (lpips is { Published: false }) yield return $"The perceptual distance is by the bundle's own small trunk '{lpips.Trunk}': it "
            + $"is not LPIPS as published and compares with no other number.";
    }

    void Begin(string? video)
    {
        if (video == _video) return;
        if (_video is not null)
            foreach (VariantSums sums in _sums.SelectMany(of => of)) sums.EndVideo(_video);
        _video = video;
        if (video is not null) _videos.Add(video);
    }
}
