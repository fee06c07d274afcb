using Alignment.MLNet.Storage;
using Alignment.Transforms.Attention.Metrics;

namespace Alignment.MLNet.Dose;

/// <summary>A line of <c>dose.csv</c>: one scene under one variant by one predictor. Shares and scores are predicted.</summary>
public sealed record SceneDose
{
    public required string VideoId { get; init; }

    public required string SceneId { get; init; }

    /// <summary>early, middle or late.</summary>
    public required string Window { get; init; }

    public required string Variant { get; init; }

    public required string Predictor { get; init; }

    /// <summary>Whether the product is in the scene; without it every share is 0 and the scene counts nowhere.</summary>
    public required bool HasProduct { get; init; }

    /// <summary>Whether the variant's map differs from the baseline's.</summary>
    public required bool ActedOn { get; init; }

    /// <summary>Whether the edit is byte for byte the baseline's.</summary>
    public required bool SamePicture { get; init; }

    /// <summary>Σ(M ⊙ A) / ΣA, A predicted of the untouched still.</summary>
    public required double ShareBefore { get; init; }

    /// <summary>The same of the baseline's edit.</summary>
    public required double ShareBaseline { get; init; }

    /// <summary>The same of the variant's edit.</summary>
    public required double ShareAfter { get; init; }

    /// <summary>After − baseline.</summary>
    public double ShareDifference => ShareAfter - ShareBaseline;

    /// <summary>mean(M ⊙ A), A predicted of the untouched still.</summary>
    public required double AlignmentBefore { get; init; }

    /// <summary>The same of the baseline's edit.</summary>
    public required double AlignmentBaseline { get; init; }

    /// <summary>The same of the variant's edit.</summary>
    public required double AlignmentAfter { get; init; }

    /// <summary>After − baseline.</summary>
    public double AlignmentDifference => AlignmentAfter - AlignmentBaseline;

    /// <summary>The share in the variant's map.</summary>
    public required double TargetShare { get; init; }

    /// <summary>The share in the baseline's map.</summary>
    public required double TargetShareBaseline { get; init; }

    /// <summary>Target − baseline's target.</summary>
    public double Asked => TargetShare - TargetShareBaseline;

    /// <summary>Agreement of the attention predicted of the edit with the variant's map, by saliency metric: cc, sim, kl (nats), nss,
    /// auc_judd; null for one that does not exist.</summary>
    public required IReadOnlyDictionary<string, double?> Agreement { get; init; }

    /// <summary>The same of the baseline's edit with the same map.</summary>
    public required IReadOnlyDictionary<string, double?> AgreementOfBaseline { get; init; }

    /// <summary>Reads <c>dose.csv</c> line by line.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="BadDataException">It is not there, or a line is damaged; the message names it.</exception>
    public static IEnumerable<SceneDose> Read(string path)
    {
        string subject = $"The table of doses '{SafePath.Shorten(path, 300)}'";
        if (!File.Exists(path)) throw BadDataException.For(subject, "no file there", $"a {DoseFolder.CsvFile}",
            "Run `alignment dose` first.");
        return Rows(path, subject);
    }

    internal static readonly string[] Columns =
    [
        "video_id", "scene_id", "window", "variant", "predictor", "has_product", "acted_on", "same_picture", "share_before",
        "share_baseline", "share_after", "share_difference", "alignment_before", "alignment_baseline", "alignment_after",
        "alignment_difference", "target_share", "target_share_baseline", "asked_difference", .. SaliencyMetrics.All.Select(m => m.Name),
        .. SaliencyMetrics.All.Select(m => "baseline_" + m.Name),
    ];

    internal string[] Cells =>
    [
        CsvCell.Guard(VideoId), CsvCell.Guard(SceneId), Window, Variant, CsvCell.Guard(Predictor),
        .. new[] { HasProduct, ActedOn, SamePicture }.Select(b => b ? "true" : "false"),
        .. DoseTables.Numbers([ShareBefore, ShareBaseline, ShareAfter, ShareDifference, AlignmentBefore, AlignmentBaseline, AlignmentAfter,
            AlignmentDifference, TargetShare, TargetShareBaseline, Asked, .. DoseTables.ByMetric(Agreement),
            .. DoseTables.ByMetric(AgreementOfBaseline)]),
    ];

    static IEnumerable<SceneDose> Rows(string path, string subject)
    {
        using CsvTable table = CsvTable.Open(path, "The table of doses", Columns, multiline: true);
        while (table.Next())
        {
            double Number(int at) => double.TryParse(table[at], NumberStyles.Float, CultureInfo.InvariantCulture, out double v)
                && double.IsFinite(v) ? v
                : throw BadDataException.For(FormattableString.Invariant($"{subject}, line {table.Line}"),
                $"'{SafePath.Shorten(table[at])}' as {Columns[at]}", "a number", "Run `alignment dose` again.");
            Dictionary<string, double?> Agree(int first) => SaliencyMetrics.All.Index().ToDictionary(m => m.Item.Name,
                m => table[first + m.Index].Length == 0 ? (double?)null : Number(first + m.Index));
            yield return new()
            {
                VideoId = CsvCell.Unguard(table[0]),
                SceneId = CsvCell.Unguard(table[1]),
                Window = table[2],
                Variant = table[3],
                Predictor = CsvCell.Unguard(table[4]),
                HasProduct = table[5] == "true",
                ActedOn = table[6] == "true",
                SamePicture = table[7] == "true",
                ShareBefore = Number(8),
                ShareBaseline = Number(9),
                ShareAfter = Number(10),
                AlignmentBefore = Number(12),
                AlignmentBaseline = Number(13),
                AlignmentAfter = Number(14),
                TargetShare = Number(16),
                TargetShareBaseline = Number(17),
                Agreement = Agree(19),
                AgreementOfBaseline = Agree(19 + SaliencyMetrics.All.Count),
            };
        }
    }
}
