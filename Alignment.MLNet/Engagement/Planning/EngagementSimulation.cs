using Alignment.MLNet.Engagement.Contracts;
using Alignment.MLNet.Engagement.Reading;
using Alignment.MLNet.Storage;
using Alignment.Transforms.Attention;
using static System.FormattableString;

namespace Alignment.MLNet.Engagement.Planning;

// How a simulated metric behaves.
sealed record SimulatedMetric
{
    public required string Name { get; init; }
    public required double Mean { get; init; }
    public required double SdRow { get; init; }

    // Standard deviation of the videos' levels; 0 for independent rows.
    public double SdVideo { get; init; }

    public IReadOnlyDictionary<string, double> Effects { get; init; } = new Dictionary<string, double>();

    // Share of rows without a value, 0 … 1.
    public double Missing { get; init; }

    /// <summary>Correlation of a pre-period covariate <c>pre_NAME</c> with the row's noise, −1 … 1; null for no covariate.</summary>
    public double? Covariate { get; init; }
}

// A simulated study: known effects, random videos, a seed.
sealed record SimulationOptions
{
    public IReadOnlyList<string> Videos { get; init; } =
        [.. Enumerable.Range(1, 20).Select(i => Invariant($"sim-{i:000}"))];

    public int RowsPerCell { get; init; } = 3;
    public IReadOnlyList<string> Variants { get; init; } = new AnalysisOptions().Variants;
    public IReadOnlyList<SimulatedMetric> Metrics { get; init; } = Usual;

    // Impressions of a row on average, with clicks drawn at the row's CTR; 0 for no counts.
    public int Impressions { get; init; }

    public ulong Seed { get; init; } = 1;

    /// <summary>What advertising might do: boosts raise the click rate, the earlier the more; full boost most; reduction lowers it; the
    /// placebo does nothing; conversions are untouched.</summary>
    public static IReadOnlyList<SimulatedMetric> Usual { get; } =
    [
        new()
        {
            Name = "CTR", Mean = 0.05, SdRow = 0.01, SdVideo = 0.008,
            Effects = Effects([0.007, 0.005, 0.003], 0.009, -0.005),
        },
        new() { Name = "CVR", Mean = 0.02, SdRow = 0.006, SdVideo = 0.003 },
        new()
        {
            Name = "watch_time", Mean = 15, SdRow = 3, SdVideo = 2, Covariate = 0.6,
            Effects = Effects([1.2, 0, 0], 1.5, 0),
        },
    ];

    static Dictionary<string, double> Effects(double[] boost, double fullBoost, double reduction) =>
        Variant.All.Where(v => v.Target == VariantTarget.Product)
            .Select(v => (v.Name, Effect: v.Strength switch
            {
                VariantStrength.None => 0,
                VariantStrength.Boost => v.Window is { } w ? boost[w] : fullBoost,
                _ => reduction,
            }))
            .Where(v => v.Effect != 0).ToDictionary(v => v.Name, v => v.Effect);
}

/// <summary>Draws engagement data with known effects: to try an analysis before there are data, and to show what it says. Every row says
/// that it is simulated (the column <c>simulated</c>), and the analysis says so in every output.</summary>
static class EngagementSimulation
{
    public const string Mark = "yes";

    public static EngagementRows Rows(SimulationOptions? options = null)
    {
        options ??= new();
        Check(options);
        List<string> columns = [];
        foreach (SimulatedMetric m in options.Metrics)
        {
            columns.Add(m.Name);
            if (m.Covariate is not null) columns.Add("pre_" + m.Name);
        }
        if (options.Impressions > 0) columns.AddRange(["impressions", "clicks"]);
        var rows = new EngagementRows(columns)
        {
            Simulated = true,
            Name = Invariant($"simulated rows, seed {options.Seed}")
        };
        int cells = options.Videos.Count * options.Variants.Count * options.RowsPerCell;
        float[][] noise = [.. options.Metrics.Select(m => Normal(cells, options.Seed, m.Name + "/row"))];
        float[][] other = [.. options.Metrics.Select(m => m.Covariate is null ? [] : Normal(cells, options.Seed, m.Name + "/covariate"))];
        double[][] gone = [.. options.Metrics.Select(m => m.Missing > 0 ? Uniform(cells, options.Seed, m.Name + "/missing") : [])];
        float[][] levels = [.. options.Metrics.Select(m => Normal(options.Videos.Count, options.Seed, m.Name + "/video"))];
        double[] size = options.Impressions > 0 ? Uniform(cells, options.Seed, "impressions") : [];
        float[] clicking = options.Impressions > 0 ? Normal(cells, options.Seed, "clicks") : [];
        int rate = Math.Max(0, options.Metrics.ToList().FindIndex(m => m.Name == "CTR"));
        var values = new double[columns.Count];
        int at = 0;
        for (int v = 0; v < options.Videos.Count; v++)
            foreach (string variant in options.Variants)
                for (int r = 0; r < options.RowsPerCell; r++, at++)
                {
                    int column = 0;
                    double chance = 0;
                    for (int m = 0; m < options.Metrics.Count; m++)
                    {
                        SimulatedMetric metric = options.Metrics[m];
                        double level = metric.SdVideo * levels[m][v], z = noise[m][at],
                            value = metric.Mean + metric.Effects.GetValueOrDefault(variant) + level + metric.SdRow * z;
                        if (m == rate) chance = Math.Clamp(value, 0, 1);
                        values[column++] = metric.Missing > 0 && gone[m][at] < metric.Missing ? double.NaN : value;
                        // Before the experiment: the same video, no variant yet.
                        if (metric.Covariate is { } rho) values[column++] = metric.Mean + level
                            + metric.SdRow * (rho * z + Math.Sqrt(1 - rho * rho) * other[m][at]);
                    }
                    if (options.Impressions > 0)
                    {
                        double shown = Math.Max(1, Math.Round(options.Impressions * (0.5 + size[at])));
                        values[column++] = shown;
                        values[column] = Math.Clamp(Math.Round(shown * chance + Math.Sqrt(shown * chance * (1 - chance)) * clicking[at]), 0,
                            shown);
                    }
                    rows.Add(options.Videos[v], variant, values);
                }
        return rows;
    }

    public static EngagementRows Write(string path, SimulationOptions? options = null, int decimals = 6)
    {
        EngagementRows rows = Rows(options);
        string format = "0." + new string('#', decimals);
        AtomicFile.Write(path, stream =>
        {
            using StreamWriter to = CsvRows.To(stream);
            CsvRows.Write(to, ["video_id", "variant", .. rows.Columns, EngagementShape.SimulatedColumn]);
            var cells = new string[rows.Columns.Count + 3];
            for (int r = 0; r < rows.Count; r++)
            {
                (cells[0], cells[1], cells[^1]) = (rows.Video(r), rows.Variant(r), Mark);
                for (int c = 0; c < rows.Columns.Count; c++) cells[c + 2] = double.IsNaN(rows[r, c]) ? ""
                    : rows[r, c].ToString(format, CultureInfo.InvariantCulture);
                CsvRows.Write(to, cells);
            }
        }, keepEqual: true);
        return rows;
    }

    static float[] Normal(int n, ulong seed, string purpose)
    {
        var made = new float[n];
        SeededNormal.Fill(made, seed, "engagement/" + purpose);
        return made;
    }

    static double[] Uniform(int n, ulong seed, string purpose)
    {
        var made = new double[n];
        SeededNormal.FillUniform(made, seed, "engagement/" + purpose);
        return made;
    }

    static void Check(SimulationOptions options)
    {
        if (options.Videos.Count == 0 || options.Variants.Count == 0 || options.Metrics.Count == 0 || options.RowsPerCell < 1)
            throw UsageException.For("The simulation",
                Invariant($"{options.Videos.Count} videos, {options.Variants.Count} variants, ")
                + Invariant($"{options.Metrics.Count} metrics, {options.RowsPerCell} rows a cell"),
                "one or more of each", "Correct the options.");
        if (options.Impressions < 0) throw UsageException.For("The impressions", Invariant($"{options.Impressions}"),
            "0 or more", "0 leaves counts out.");
        foreach (SimulatedMetric m in options.Metrics)
            if (!(m.SdRow >= 0) || !(m.SdVideo >= 0) || m.Missing is not (>= 0 and < 1) || m.Covariate is < -1 or > 1
                || !double.IsFinite(m.Mean))
                throw UsageException.For($"The simulated metric '{SafePath.Shorten(m.Name)}'",
                    "a spread below 0, a share or a correlation out of range",
                    "spreads of 0 or more, a share from 0 to below 1, a correlation from −1 to 1", "Correct the options.");
        if (options.Metrics.GroupBy(m => m.Name, StringComparer.OrdinalIgnoreCase).Any(g => g.Count() > 1))
            throw UsageException.For("The simulated metrics", "a name twice", "every name once", "Rename one.");
    }
}
