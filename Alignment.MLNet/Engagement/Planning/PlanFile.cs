using System.Security.Cryptography;
using Alignment.MLNet.Storage;
using static System.FormattableString;

namespace Alignment.MLNet.Engagement.Planning;

/// <summary>A plan on disk, and beside it (<c>plan.json.sha256</c>, as <c>sha256sum -c</c> reads it) the hash it had when it was made:
/// whoever publishes that beforehand can show that the plan is the one they had.</summary>
public sealed class PlanFile
{
    public const string HashSuffix = ".sha256";
    const long MaxBytes = 4 << 20;

    PlanFile(string file, AnalysisPlan plan, string text, string sha256, string? recorded) =>
        (File, Plan, Text, Sha256, Recorded) = (file, plan, text, sha256, recorded);

    public string File { get; }
    public AnalysisPlan Plan { get; }

    /// <summary>Its JSON, as it is.</summary>
    public string Text { get; }

    /// <summary>Of its bytes as they are.</summary>
    public string Sha256 { get; }

    /// <summary>The hash recorded; null for none.</summary>
    public string? Recorded { get; }

    /// <summary>Not as it was when the hash was recorded.</summary>
    public bool Changed => Recorded is not null && Recorded != Sha256;

    /// <summary>Writes the plan and its hash, which it returns.</summary>
    /// <exception cref="UsageException">Another plan is there.</exception>
    /// <exception cref="BadDataException">The plan contradicts itself.</exception>
    public static string Write(string path, AnalysisPlan plan, bool replace = false)
    {
        ArgumentNullException.ThrowIfNull(plan);
        Check(plan, SubjectOf(path));
        if (!replace) RefuseOther(path, plan);
        string text = plan.Text(), hash = AnalysisPlan.Hash(text);
        AtomicFile.WriteText(path, text, keepEqual: true);
        WriteHash(path, hash);
        return hash;
    }

    /// <summary>Refuses where another plan is: it may have been edited, or published.</summary>
    public static void RefuseOther(string path, AnalysisPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        if (System.IO.File.Exists(path) && System.IO.File.ReadAllText(path) != plan.Text())
            throw UsageException.For(SubjectOf(path), "another plan of that name", "a name that is free", $"A plan is not replaced "
                + $"silently. If it was edited, record it (PlanFile.Record, `alignment assign --plan`); else choose another folder, or "
                + $"set {OptionName.Parameter("force")}.");
    }

    /// <summary>Checks a plan that was edited, and records its hash.</summary>
    public static PlanFile Record(string path)
    {
        PlanFile plan = Read(path);
        WriteHash(path, plan.Sha256);
        return Read(path);
    }

    static void WriteHash(string path, string hash) =>
        AtomicFile.WriteText(path + HashSuffix, $"{hash}  {Path.GetFileName(path)}\n", keepEqual: true);

    /// <summary>Reads a plan.</summary>
    /// <param name="sha256">The hash it must have; null takes the one recorded beside it.</param>
    /// <exception cref="BadDataException">No such file, no plan, or one that contradicts itself.</exception>
    public static PlanFile Read(string path, string? sha256 = null)
    {
        string subject = SubjectOf(path);
        if (sha256 is not null && (sha256.Trim().Length != 64 || !sha256.Trim().All(char.IsAsciiHexDigit)))
            throw UsageException.For("The plan's hash", $"'{SafePath.Shorten(sha256, 80)}'", "a SHA-256: 64 hexadecimal digits",
                "Copy it from where it was published.");
        const string advice = "'alignment assign' writes one; docs/analysis.md describes it.";
        var file = new FileInfo(path);
        if (!file.Exists) throw BadDataException.For(subject, "no such file", "a plan.json", advice);
        if (file.Length > MaxBytes) throw BadDataException.For(subject, Invariant($"{file.Length >> 20} MB"),
            "a plan of a few kilobytes", advice);
        byte[] bytes = System.IO.File.ReadAllBytes(path);
        AnalysisPlan plan;
        try
        {
            plan = JsonSerializer.Deserialize<AnalysisPlan>(bytes.AsSpan(bytes.AsSpan().StartsWith("\uFEFF"u8) ? 3 : 0), JsonStyle.Strict)
                ?? throw new JsonException("null");
        }
        catch (JsonException e)
        {
            var (found, expected) = PlanErrors.Say(e);
            throw BadDataException.For(subject, found, expected, advice, e);
        }
        if (plan.Format != AnalysisPlan.CurrentFormat)
            throw BadDataException.For(subject, $"the format '{SafePath.Shorten(plan.Format)}'", $"'{AnalysisPlan.CurrentFormat}'", advice);
        Check(plan, subject);
        return new(Path.GetFileName(path), plan, Encoding.UTF8.GetString(bytes), Convert.ToHexStringLower(SHA256.HashData(bytes)),
            sha256?.Trim().ToLowerInvariant() ?? RecordedAt(path + HashSuffix));
    }

    static string SubjectOf(string path) => $"The plan '{SafePath.Shorten(path, 200)}'";

    static string? RecordedAt(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists || file.Length > 4096) return null;
        string text = System.IO.File.ReadAllText(path).Trim();
        int end = text.IndexOf(' ', StringComparison.Ordinal);
        return (end < 0 ? text : text[..end]).ToLowerInvariant();
    }

    static void Check(AnalysisPlan plan, string subject)
    {
        BadDataException Bad(string found, string expected, string next) => BadDataException.For(subject, found, expected, next);
        // The reader refuses null for a list, but not within one.
        if (plan.Variants.Contains(null!) || plan.Metrics.Contains(null!) || plan.Covariates.Contains(null!) || plan.Margins.Contains(null!)
            || plan.Hypotheses.Contains(null!) || plan.Hypotheses.Any(h => h.Variants.Contains(null!) || h.Against.Contains(null!)))
            throw Bad("a null in a list", "values", "Remove it.");
        if (plan.Variants.Count < 2 || plan.Variants.Distinct(StringComparer.OrdinalIgnoreCase).Count() != plan.Variants.Count
            || plan.Variants.Any(string.IsNullOrWhiteSpace))
            throw Bad($"the variants {string.Join(", ", plan.Variants.Take(20).Select(v => $"'{SafePath.Shorten(v, 40)}'"))}",
                "two or more different names", "Correct 'variants'.");
        if (plan.Unit is not (null or "video" or "participant"))
            throw Bad($"the unit '{SafePath.Shorten(plan.Unit, 40)}'", "'video' or 'participant'",
                "Correct 'unit', or leave it out where rows were assigned.");
        if (!plan.Variants.Contains(plan.Baseline)) throw Bad($"the baseline '{SafePath.Shorten(plan.Baseline)}'", "one of its variants",
            "Correct 'baseline'.");
        if (!(plan.Confidence is > 0 and < 1)) throw Bad(Invariant($"the confidence {plan.Confidence}"),
            "a number between 0 and 1", "0.95 is customary.");
        if (plan.Margins.FirstOrDefault(m => !(m.Value > 0) || !double.IsFinite(m.Value)) is { } margin)
            throw Bad(Invariant($"the margin {margin.Value} of '{SafePath.Shorten(margin.Metric)}'"), "a number above 0",
                "Correct 'margins'.");
        if (plan.Shares is { } shares && (shares.Count != plan.Variants.Count
            || plan.Variants.Any(v => !(shares.GetValueOrDefault(v) > 0))))
            throw Bad("shares that are not those of its variants", "a number above 0 for each", "Correct 'shares'.");
        if (plan.Hypotheses.GroupBy(h => h.Id, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw Bad($"the hypothesis '{SafePath.Shorten(twice.Key)}' twice", "every id once", "Rename one.");
        if (plan.Stopping.RowsPerVariant is { } rows && rows < 2)
            throw Bad(Invariant($"{rows} rows per variant"), "2 or more",
                "Correct 'stopping', or leave 'rows_per_variant' out.");
        if (!(plan.Stopping.Tuning >= 1) || !double.IsFinite(plan.Stopping.Tuning))
            throw Bad(Invariant($"the tuning {plan.Stopping.Tuning}"), "a number of rows, 1 or more",
                "Correct 'stopping', or leave 'tuning' out.");
        if (plan.Margins.GroupBy(m => m.Metric, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1) is { } both)
            throw Bad($"two margins of '{SafePath.Shorten(both.Key)}'", "one for each metric", "Remove one.");
        foreach (PlannedHypothesis h in plan.Hypotheses)
        {
            if (string.IsNullOrWhiteSpace(h.Id)) throw Bad("a hypothesis with an empty id", "a short one, such as H1", "Name it.");
            string id = SafePath.Shorten(h.Id, 40);
            if (plan.Metrics.Count > 0 && !plan.Metrics.Contains(h.Metric, StringComparer.OrdinalIgnoreCase))
                throw Bad($"hypothesis '{id}' about '{SafePath.Shorten(h.Metric)}'",
                    $"one of its metrics ({string.Join(", ", plan.Metrics.Select(m => SafePath.Shorten(m, 40)))})",
                    "Correct one of the two.");
            if (h.Variants.Concat(h.Against).FirstOrDefault(v => !plan.Variants.Contains(v)) is { } unknown)
                throw Bad($"hypothesis '{id}' about the variant '{SafePath.Shorten(unknown)}'", "one of its variants",
                    $"The nearest is '{NearestName.Of(unknown, plan.Variants)}'.");
            if (h.Kind == HypothesisKind.Difference && (h.Variants.Count == 0
                || h.Variants.Intersect(h.Against.Count == 0 ? [plan.Baseline] : h.Against).Any()))
                throw Bad($"hypothesis '{id}' without two different sides", "'variants', and 'against' unless it is the baseline",
                    "Correct it.");
            if (h.Kind == HypothesisKind.Equivalence && !plan.Margins.Any(m => m.IsOf(h.Metric)))
                throw Bad($"hypothesis '{id}' of equivalence without a margin",
                $"one for '{SafePath.Shorten(h.Metric)}' in 'margins'", "State the largest difference that would not matter.");
        }
    }
}
