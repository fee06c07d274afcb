using System.Globalization;
using System.Text.Json;
using Alignment.MLNet.Statistics;

namespace Alignment.Tests.MLNet.Statistics;

/// <summary>A data set of the reference material with its expected values, read row by row.</summary>
sealed class EngagementFixture
{
    internal static readonly string[] Variants = ["baseline", "early_boost", "middle_boost", "late_boost", "full_boost", "reduction",
        "placebo"];

    readonly string[] _header;
    readonly List<string[]> _rows = [];

    internal EngagementFixture(string folder, string name)
    {
        string[] lines = File.ReadAllLines(Shared.Path("fixtures", folder, name + ".csv"));
        _header = lines[0].Split(',');
        foreach (string line in lines.Skip(1)) _rows.Add(line.Split(','));
        using var document = JsonDocument.Parse(File.ReadAllText(Shared.Path("fixtures", folder, name + ".expected.json")));
        Expected = document.RootElement.Clone();
    }

    internal JsonElement Expected { get; }

    internal long[] RowsPerVariant => [.. Variants.Select(v => (long)_rows.Count(r => r[1] == v))];

    /// <summary>(video, variant, value) where the value is present.</summary>
    internal IEnumerable<(string Video, int Variant, double Value)> Rows(string metric) =>
        from r in _rows
        let x = Cell(r, metric)
        where x is not null
        select (r[0], Array.IndexOf(Variants, r[1]), x.Value);

    /// <summary>(video, variant, x, y) where both are present.</summary>
    internal IEnumerable<(string Video, int Variant, double X, double Y)> Pairs(string x, string y) =>
        from r in _rows
        let a = Cell(r, x)
        let b = Cell(r, y)
        where a is not null && b is not null
        select (r[0], Array.IndexOf(Variants, r[1]), a.Value, b.Value);

    internal double[][] Groups(string metric) =>
        [.. Variants.Select((_, v) => Rows(metric).Where(r => r.Variant == v).Select(r => r.Value).ToArray())];

    internal PairAccumulator[] PairGroups(string x, string y)
    {
        var groups = new PairAccumulator[Variants.Length];
        foreach (var (_, variant, a, b) in Pairs(x, y)) groups[variant].Add(a, b);
        return groups;
    }

    internal CellTable Cells(string metric)
    {
        var table = new CellTable(Variants.Length);
        foreach (var (video, variant, value) in Rows(metric)) table.Add(video, variant, value);
        return table;
    }

    internal static Sample Sample(IEnumerable<double> values)
    {
        var sums = new SampleAccumulator();
        foreach (double x in values) sums.Add(x);
        return sums.Sample;
    }

    internal static int Variant(JsonElement comparison) => Array.IndexOf(Variants, comparison.GetProperty("variant").GetString());

    double? Cell(string[] row, string column) =>
        row[Array.IndexOf(_header, column)] is { Length: > 0 } text ? double.Parse(text, CultureInfo.InvariantCulture) : null;
}
