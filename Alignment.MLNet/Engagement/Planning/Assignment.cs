using Alignment.MLNet.Engagement.Contracts;
using Alignment.MLNet.Engagement.Reading;
using Alignment.MLNet.Storage;
using static System.FormattableString;

namespace Alignment.MLNet.Engagement.Planning;

/// <summary>A video or participant.</summary>
/// <param name="Block">Its stratum (a region, a product); empty for one only.</param>
public sealed record AssignedUnit(string Id, string Block = "");

public sealed record AssignmentOptions
{
    /// <summary>The variants.</summary>
    public IReadOnlyList<string> Variants { get; init; } = new AnalysisOptions().Variants;

    /// <summary>Whole shares by variant, {baseline: 2} twice as many; 1 where not named.</summary>
    public IReadOnlyDictionary<string, int> Shares { get; init; } = new Dictionary<string, int>();

    /// <summary>Equal seeds, equal assignments.</summary>
    public ulong Seed { get; init; } = 1;
}

/// <summary>Balanced random assignment in permuted blocks (Matts &amp; Lachin, <i>Controlled Clinical Trials</i> 9, 1988): in every stratum
/// each run of as many units as there are shares holds every variant as often as its share. What is left gets the variants with fewest so
/// far, so that the whole is balanced to one as well.</summary>
public static class Assignment
{
    public const string CsvFile = "assignment.csv", PlanName = "plan.json";
    const int MostShare = 100;

    /// <summary>Units to a block.</summary>
    public static int BlockSize(AssignmentOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.Variants.Sum(v => Share(options, v));
    }

    /// <summary>Assigns units; the result has their order.</summary>
    /// <exception cref="BadDataException">No units, or one twice.</exception>
    public static IReadOnlyList<(AssignedUnit Unit, string Variant)> Of(IReadOnlyList<AssignedUnit> units,
        AssignmentOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(units);
        options ??= new();
        Check(units, options);
        int k = options.Variants.Count;
        int[] shares = [.. options.Variants.Select(v => Share(options, v))];
        int[] whole = [.. Enumerable.Range(0, k).SelectMany(v => Enumerable.Repeat(v, shares[v]))];
        var counts = new double[k];
        var made = new string[units.Count];
        foreach (var stratum in Enumerable.Range(0, units.Count).GroupBy(i => units[i].Block, StringComparer.Ordinal))
        {
            int number = 0;
            foreach (int[] block in stratum.Chunk(whole.Length))
            {
                string purpose = Invariant($"assignment/{stratum.Key}/{number++}");
                int[] labels = block.Length == whole.Length ? [.. whole] : Fewest(counts, shares, block.Length, options.Seed, purpose);
                Shuffle(labels, options.Seed, purpose);
                for (int i = 0; i < block.Length; i++)
                {
                    made[block[i]] = options.Variants[labels[i]];
                    counts[labels[i]]++;
                }
            }
        }
        return [.. units.Select((u, i) => (u, made[i]))];
    }

    /// <summary>Writes <see cref="Bytes"/>, of which the plan names the hash.</summary>
    /// <exception cref="UsageException">Another assignment is there, which may be in use.</exception>
    public static void Write(string path, byte[] made, bool replace = false)
    {
        ArgumentNullException.ThrowIfNull(made);
        if (!replace && File.Exists(path) && !File.ReadAllBytes(path).AsSpan().SequenceEqual(made))
            throw UsageException.For($"The assignment '{SafePath.Shorten(path, 200)}'", "another assignment of that name",
                "a name that is free", $"An assignment is not replaced silently, because it may be in use: choose another folder, or set "
                + $"{OptionName.Parameter("force")}.");
        AtomicFile.Write(path, s => s.Write(made), keepEqual: true);
    }

    /// <summary>A CSV with the id's <paramref name="column"/>, video_id or participant_id; equal assignments give equal bytes.</summary>
    public static byte[] Bytes(IReadOnlyList<(AssignedUnit Unit, string Variant)> assigned, string column)
    {
        ArgumentNullException.ThrowIfNull(assigned);
        using var bytes = new MemoryStream();
        using (var csv = new SpreadsheetWriter(bytes, newLine: "\n"))
        {
            bool blocks = assigned.Any(a => a.Unit.Block.Length > 0);
            csv.Row(blocks ? [column, "variant", "block"] : [column, "variant"]);
            foreach (var (unit, variant) in assigned) csv.Row(blocks ? [unit.Id, variant, unit.Block] : [unit.Id, variant]);
        }
        return bytes.ToArray();
    }

    /// <summary>Reads a CSV with the id's <paramref name="column"/> (else its first), or one id a line; strata from
    /// <paramref name="blockBy"/>.</summary>
    /// <exception cref="BadDataException">No such file, no id in a row, or no such column.</exception>
    public static IReadOnlyList<AssignedUnit> ReadUnits(string path, string column, string? blockBy = null)
    {
        string subject = $"The units '{SafePath.Shorten(path, 200)}'";
        if (!File.Exists(path)) throw BadDataException.For(subject, "no such file", "a CSV with ids", "Check the path.");
        List<AssignedUnit> units = [];
        using CsvTable csv = CsvTable.Open(path, "The units", [], multiline: true);
        string[] cells = csv.Header;
        int At(string name) => Array.FindIndex(cells, c => Text.Same(c, name));
        int id = At(column), block = blockBy is null ? -1 : At(blockBy);
        if (blockBy is not null && block < 0)
            throw BadDataException.For(subject, $"the columns {string.Join(", ", cells.Take(20).Select(c => SafePath.Shorten(c, 40)))}",
                $"a column '{SafePath.Shorten(blockBy)}'", $"The nearest is '{SafePath.Shorten(NearestName.Of(blockBy, cells), 40)}'.");
        bool header = id >= 0 || block >= 0 || cells.Length > 1 || EngagementShape.IsId(cells[0]);
        if (!header) units.Add(new(cells[0], ""));
        id = Math.Max(0, id);
        while (csv.Next())
        {
            if (csv.IsBlank) continue;
            string unit = csv.Cell(id).Trim();
            if (unit.Length == 0) throw BadDataException.For(Invariant($"{subject}, line {csv.Line}"), "no id",
                "one id in every row", "Correct the row.");
            units.Add(new(unit, csv.Cell(block).Trim()));
        }
        return units;
    }

    static int Share(AssignmentOptions options, string variant) => options.Shares.GetValueOrDefault(variant, 1);

    // The variants that have fewest for their shares, each at most as often as its share.
    static int[] Fewest(double[] counts, int[] shares, int n, ulong seed, string purpose)
    {
        var tie = new double[counts.Length];
        SeededNormal.FillUniform(tie, seed, purpose + "/tie");
        var taken = new int[counts.Length];
        var labels = new int[n];
        for (int i = 0; i < n; i++)
        {
            labels[i] = Enumerable.Range(0, counts.Length).Where(v => taken[v] < shares[v]).OrderBy(v => (counts[v] + taken[v]) / shares[v])
                .ThenBy(v => tie[v]).First();
            taken[labels[i]]++;
        }
        return labels;
    }

    // Fisher and Yates' shuffle.
    static void Shuffle(int[] labels, ulong seed, string purpose)
    {
        var uniform = new double[labels.Length];
        SeededNormal.FillUniform(uniform, seed, purpose);
        for (int i = labels.Length - 1; i > 0; i--)
        {
            int j = (int)(uniform[i] * (i + 1));
            (labels[i], labels[j]) = (labels[j], labels[i]);
        }
    }

    static void Check(IReadOnlyList<AssignedUnit> units, AssignmentOptions options)
    {
        if (options.Variants.Count < 2 || options.Variants.Distinct(StringComparer.OrdinalIgnoreCase).Count() != options.Variants.Count
            || options.Variants.Any(string.IsNullOrWhiteSpace))
            throw UsageException.For("The variants", string.Join(", ", options.Variants.Select(v => $"'{SafePath.Shorten(v, 40)}'")),
                "two or more different names", "Name each once.");
        foreach (var (variant, share) in options.Shares)
        {
            if (!options.Variants.Contains(variant)) throw UsageException.For("The share", $"of '{SafePath.Shorten(variant)}'",
                $"of one of {string.Join(", ", options.Variants)}", $"The nearest is '{NearestName.Of(variant, options.Variants)}'.");
            if (share is < 1 or > MostShare) throw UsageException.For($"The share of '{variant}'",
                share.ToString(CultureInfo.InvariantCulture), Invariant($"a whole number from 1 to {MostShare}"),
                "1 is an equal share.");
        }
        if (units.Count == 0) throw BadDataException.For("The assignment", "no units", "videos or participants", "Give a file with ids.");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        if (units.FirstOrDefault(u => !seen.Add(u.Id)) is { } twice)
            throw BadDataException.For("The assignment", $"'{SafePath.Shorten(twice.Id)}' twice", "every unit once", "Remove one.");
    }
}
