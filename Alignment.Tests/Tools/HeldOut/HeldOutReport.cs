using System.Text.Json.Serialization;
using Alignment.MLNet.Statistics;

namespace Alignment.Tests.Tools.HeldOut;

/// <summary>A measurement: a scene, edited with one noise seed under one control.</summary>
/// <param name="SceneId">The scene.</param>
/// <param name="Seed">Of the noise.</param>
/// <param name="Control">One of the controls, or <see cref="Source"/>.</param>
/// <param name="Shares">The attention share on the product by each measure, in the report's order.</param>
/// <param name="BackgroundDifference">The largest difference to the source where nothing may change, in levels of 255.</param>
/// <param name="Asked">The attention share on the product in the control's own map: what the edit was asked for, in the smoothed measure of
/// the training's predictor.</param>
sealed record HeldOutRow(string SceneId, ulong Seed, string Control, IReadOnlyList<double> Shares, int BackgroundDifference,
    double Asked)
{
    /// <summary>The control of the row that has the unedited picture.</summary>
    public const string Source = "source";
}

/// <summary>How well an unchanged scene comes back, in dB of the 8-bit picture within the mask.</summary>
/// <param name="Strength">Of the edit under the baseline's control.</param>
/// <param name="MeanPsnr">Over scenes and seeds.</param>
/// <param name="WorstPsnr">Over scenes and seeds.</param>
/// <param name="VaeMeanPsnr">Of the VAE alone, over scenes: what no edit can be better than on average.</param>
/// <param name="VaeWorstPsnr">Of the VAE alone.</param>
sealed record HeldOutReconstruction(double Strength, double MeanPsnr, double WorstPsnr, double VaeMeanPsnr, double VaeWorstPsnr);

/// <summary>A comparison within scenes.</summary>
/// <param name="Name">What is compared with what.</param>
/// <param name="Test">Over scenes, each the average of its seeds: n = scenes.</param>
/// <param name="BySeed">The same for each seed alone.</param>
sealed record HeldOutEffect(string Name, PairedTTest Test, IReadOnlyList<PairedTTest> BySeed);

/// <summary>What one measure says.</summary>
/// <param name="Predictor">Its name.</param>
/// <param name="Trained">Whether this predictor made the training's maps.</param>
/// <param name="MeanShares">By control, and of the unedited scenes.</param>
/// <param name="Effects">The comparisons.</param>
/// <param name="PlaceboRatio">|Δ placebo| ÷ |Δ full_boost|.</param>
/// <param name="ShuffledRatio">|Δ full_boost| under another scene's map ÷ |Δ full_boost|.</param>
sealed record HeldOutMeasure(string Predictor, bool Trained, IReadOnlyDictionary<string, double> MeanShares,
    IReadOnlyList<HeldOutEffect> Effects, double PlaceboRatio, double ShuffledRatio);

/// <summary>A condition the model is to fulfil.</summary>
sealed record HeldOutBar(string Measure, string Condition, string Found, bool Met);

/// <summary>The outcome of the held-out experiment.</summary>
sealed record HeldOutReport
{
    /// <summary>The bundle's folder name.</summary>
    public string Model { get; init; } = "";

    /// <summary>Its identity.</summary>
    public string ModelSha256 { get; init; } = "";

    /// <summary>How it was done.</summary>
    public required HeldOutOptions Options { get; init; }

    /// <summary>The predictor that no training has seen first, each raw and smoothed.</summary>
    public required IReadOnlyList<HeldOutMeasure> Measures { get; init; }

    /// <summary>By control, the mean share on the product that its maps ask for.</summary>
    public IReadOnlyDictionary<string, double> MeanAsked { get; init; } = new Dictionary<string, double>();

    /// <summary>Scenes whose placebo had the product's whole size and took the boost's whole change.</summary>
    public int WholePlacebos { get; init; }

    /// <inheritdoc cref="HeldOutReconstruction"/>
    public HeldOutReconstruction Reconstruction { get; init; } = new(0, 0, 0, 0, 0);

    /// <summary>The largest difference to the source where nothing may change, over all edits, in levels of 255.</summary>
    public int BackgroundDifference { get; init; }

    /// <summary>Issue 3's bars.</summary>
    public IReadOnlyList<HeldOutBar> Bars => HeldOutBars.Of(this);

    /// <summary>Every measurement, for the CSV.</summary>
    [JsonIgnore]
    public IReadOnlyList<HeldOutRow> Rows { get; init; } = [];

    [JsonIgnore]
    internal IReadOnlyList<HeldOutPictures> Pictures { get; init; } = [];

    /// <summary>The statistics of measurements; scene is the unit, so a scene's seeds are averaged first.</summary>
    internal static HeldOutReport Of(HeldOutOptions options, IReadOnlyList<HeldOutRow> rows)
    {
        string[] names = [options.HeldOutPredictor, options.HeldOutPredictor + ".smoothed", options.TrainingPredictor,
            options.TrainingPredictor + ".smoothed"];
        return new()
        {
            Options = options,
            Rows = rows,
            BackgroundDifference = rows.Max(r => r.BackgroundDifference),
            MeanAsked = rows.GroupBy(r => r.Control).ToDictionary(g => g.Key, g => g.Average(r => r.Asked)),
            Measures = [.. names.Select((n, i) => Measure(n, i >= 2, i, rows))],
        };
    }

    static HeldOutMeasure Measure(string name, bool trained, int index, IReadOnlyList<HeldOutRow> rows)
    {
        HeldOutRow[] edited = [.. rows.Where(r => r.Control != HeldOutRow.Source)];
        List<Dictionary<string, double>> scenes = ByScene(edited, index);
        List<List<Dictionary<string, double>>> bySeed = [.. edited.GroupBy(r => r.Seed).Select(g => ByScene(g, index))];
        HeldOutEffect[] effects = [.. s_effects.Select(e => new HeldOutEffect(e.Name, PairedTTest.Of([.. scenes.Select(e.Of)]),
            [.. bySeed.Select(s => PairedTTest.Of([.. s.Select(e.Of)]))]))];
        double boost = Math.Abs(effects[0].Test.MeanDifference);
        return new(name, trained, rows.GroupBy(r => r.Control).ToDictionary(g => g.Key, g => g.Average(r => r.Shares[index])), effects,
            Math.Abs(effects[2].Test.MeanDifference) / boost, Math.Abs(effects[3].Test.MeanDifference) / boost);
    }

    /// <summary>For each scene the share by control, averaged over what rows there are.</summary>
    static List<Dictionary<string, double>> ByScene(IEnumerable<HeldOutRow> rows, int index) =>
        [.. rows.GroupBy(r => r.SceneId).Select(scene => scene.GroupBy(r => r.Control)
        .ToDictionary(g => g.Key, g => g.Average(r => r.Shares[index])))];

    static readonly (string Name, Func<Dictionary<string, double>, double> Of)[] s_effects =
    [
        ("full_boost − baseline", s => s[HeldOutControls.FullBoost] - s[HeldOutControls.Baseline]),
        ("reduction − baseline", s => s[HeldOutControls.Reduction] - s[HeldOutControls.Baseline]),
        ("placebo − baseline", s => s[HeldOutControls.Placebo] - s[HeldOutControls.Baseline]),
        ("shuffled: full_boost − baseline", s => s[HeldOutControls.ShuffledFullBoost] - s[HeldOutControls.ShuffledBaseline]),
        ("shuffled: reduction − baseline", s => s[HeldOutControls.ShuffledReduction] - s[HeldOutControls.ShuffledBaseline]),
        ("full_boost's effect − the shuffled one's", s => s[HeldOutControls.FullBoost] - s[HeldOutControls.Baseline]
            - (s[HeldOutControls.ShuffledFullBoost] - s[HeldOutControls.ShuffledBaseline])),
        ("reduction's effect − the shuffled one's", s => s[HeldOutControls.Reduction] - s[HeldOutControls.Baseline]
            - (s[HeldOutControls.ShuffledReduction] - s[HeldOutControls.ShuffledBaseline])),
    ];
}
