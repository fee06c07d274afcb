using System.Text.Json.Serialization;
using Alignment.MLNet.Dataset;
using Alignment.MLNet.Storage;

namespace Alignment.MLNet.Dose;

/// <summary>
/// How far attention really moved, as far as predictors can tell: every number in it is predicted from pictures, none is measured of
/// viewers. Written as <c>dose.json</c> (snake_case; what does not exist is null); the scenes are in <c>dose.csv</c>
/// (<see cref="SceneDose.Read"/>), which may be long.
/// </summary>
public sealed record DoseReport
{
    // Raised when the file's meaning changes.
    internal const int CurrentFormat = 2;

    /// <summary>Format 1 calls provided heatmaps `brought_along`; <see cref="ProvenanceCounts"/> reads that too.</summary>
    const int EarliestFormat = 1;

    // A report is kilobytes, with many videos megabytes.
    const long MaxBytes = 256L << 20;

    public int Format { get; init; } = CurrentFormat;

    public required string Tool { get; init; }

    /// <summary>What every number in it is, in a sentence that reports must show.</summary>
    public required string Note { get; init; }

    // The first is the one to quote.
    [JsonInclude, JsonRequired]
    internal IReadOnlyList<DosePredictor> Predictors { get; init; } = [];

    /// <summary>Of the intervals, 0..1.</summary>
    public required double Confidence { get; init; }

    /// <summary>The placebo's margin, as a difference of shares.</summary>
    public required double Margin { get; init; }

    /// <summary>The part of a target map's pixels, the highest, that stand for fixations in NSS and AUC.</summary>
    public required double FixatedPart { get; init; }

    [JsonInclude]
    internal LpipsModel? Lpips { get; init; }

    /// <summary>Where the heatmaps come from that the targets were made of.</summary>
    public required ProvenanceCounts AttentionOrigin { get; init; }

    public required DoseCounts Counts { get; init; }

    /// <summary>What should be known before a number is quoted.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>What was found, in the order to read it: artifact, manipulation, windows, placebo, for each predictor.</summary>
    public required IReadOnlyList<string> Sentences { get; init; }

    // What editing itself does, for each predictor.
    [JsonInclude, JsonRequired]
    internal IReadOnlyList<ArtifactCheck> Artifacts { get; init; } = [];

    /// <summary>For each predictor every variant, the baseline first.</summary>
    public required IReadOnlyList<VariantDose> Variants { get; init; }

    public required IReadOnlyList<VideoDose> Videos { get; init; }

    /// <summary>The first scenes that could not be measured; <see cref="DoseCounts.Failed"/> has their number.</summary>
    public required IReadOnlyList<SceneFailure> Failures { get; init; }

    /// <summary>The variant's dose by a predictor, or null.</summary>
    /// <param name="variant">Its name.</param>
    /// <param name="predictor">Its name; null: the first.</param>
    public VariantDose? Of(string variant, string? predictor = null) =>
        Variants.FirstOrDefault(v => v.Variant == variant && v.Predictor == (predictor ?? Predictors[0].Name));

    /// <summary>Reads a report.</summary>
    /// <param name="path">dose.json, the folder it is in, or the run's.</param>
    /// <exception cref="BadDataException">There is none, or it is damaged or of another version.</exception>
    public static DoseReport Read(string path)
    {
        string file = Find(path), subject = $"The dose report '{SafePath.Shorten(file, 300)}'";
        try
        {
            var info = new FileInfo(file);
            if (!info.Exists) throw BadDataException.For(subject, "no file there", "a finished report", "Run `alignment dose` first.");
            if (info.Length > MaxBytes) throw BadDataException.For(subject, FormattableString.Invariant($"{info.Length} bytes"),
                FormattableString.Invariant($"at most {MaxBytes}"), "Give the file that `alignment dose` wrote.");
            DoseReport? report = JsonSerializer.Deserialize<DoseReport>(File.ReadAllBytes(file), JsonStyle.Record);
            if (report is not { Format: >= EarliestFormat and <= CurrentFormat })
                throw BadDataException.For(subject, FormattableString.Invariant($"format {report?.Format}"),
                    FormattableString.Invariant($"format {CurrentFormat}"), "Run `alignment dose` again with this version.");
            if (report is not { Predictors.Count: > 0, Variants: not null, Videos: not null, Artifacts: not null, Counts: not null })
                throw BadDataException.For(subject, "a report without its parts", "one as it was written", "Run `alignment dose` again.");
            return report;
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or IOException or UnauthorizedAccessException)
        {
            throw BadDataException.For(subject, $"a file that cannot be read ({SafePath.Shorten(e.Message, 200)})",
                "the JSON as it was written", "Run `alignment dose` again.", e);
        }
    }

    /// <summary>Whether a run has a report.</summary>
    /// <param name="path">As for <see cref="Read"/>.</param>
    public static bool Exists(string path) => File.Exists(Find(path));

    // Writes dose.json and the smaller tables; files that are equal already are left alone.
    internal void Write(DoseFolder folder)
    {
        DoseTables.ByVideo(folder.ByVideo, this);
        DoseTables.ByVariant(folder.ByVariant, this);
        OutputRecord.WriteManifest(folder.Json, this);
    }

    static string Find(string path)
    {
        string full = Path.GetFullPath(path), own = Path.Combine(full, DoseFolder.JsonFile);
        return !Directory.Exists(full) ? full : File.Exists(own) ? own : Path.Combine(full, DoseFolder.Name, DoseFolder.JsonFile);
    }
}

/// <param name="MadeHeatmaps">The run's heatmaps were predicted by it: target and achieved then have one source.</param>
sealed record DosePredictor(string Name, IReadOnlyList<string> ModelSha256, bool MadeHeatmaps);

/// <param name="Trunk">squeeze, alex, vgg, or the name of a small trunk of a bundle's own.</param>
/// <param name="Published">False for such a small trunk: its distance is not LPIPS as published, and compares with nothing else.</param>
sealed record LpipsModel(string Trunk, bool Published, string Sha256);

/// <summary>Numbers of videos, scenes and pictures of a report.</summary>
public sealed record DoseCounts
{
    public int Videos { get; init; }

    public long Scenes { get; init; }

    /// <summary>Scenes measured that have the product: those that count.</summary>
    public long WithProduct { get; init; }

    /// <summary>Scenes measured without the product: no variant changes them.</summary>
    public long WithoutProduct { get; init; }

    public long Failed { get; init; }

    /// <summary>Different pictures, over all scenes.</summary>
    public long Pictures { get; init; }
}
