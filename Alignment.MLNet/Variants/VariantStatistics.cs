using Alignment.MLNet.Dataset;
using Alignment.MLNet.Statistics;
using Alignment.Transforms.Attention;

namespace Alignment.MLNet.Variants;

/// <summary>Mean, population standard deviation (ddof 0, as NumPy's default), smallest and largest.</summary>
public sealed record ScoreSummary(double Mean, double Std, double Min, double Max);

/// <summary>statistics.json of one variant.</summary>
/// <param name="Scenes">Scenes counted.</param>
/// <param name="Alignment">mean(M ⊙ A') over the scenes.</param>
/// <param name="AttentionShare">Σ(M ⊙ A') / ΣA' over the scenes.</param>
/// <param name="TemporalProfile">Alignment of scene 0, 1, … in order; over several videos the mean of those that have such a scene.</param>
/// <param name="WindowMeans">Mean alignment of the early, middle and late window; 0 for a window without scenes.</param>
public sealed record VariantStatistics(int Scenes, ScoreSummary Alignment, ScoreSummary AttentionShare,
    IReadOnlyList<double> TemporalProfile, IReadOnlyDictionary<string, double> WindowMeans)
{
    /// <summary>Where the scenes' attention comes from: scores of predicted attention say nothing of viewers.</summary>
    public ProvenanceCounts AttentionOrigin { get; init; } = ProvenanceCounts.None;
}

/// <summary>Gathers the scores of one or more videos, scene by scene; what it holds grows with the longest video, not with the
/// scenes.</summary>
sealed class VariantScores
{
    readonly Scores[] _scores = [.. Variant.All.Select(_ => new Scores())];

    public void Add(Variant variant, int index, int window, double alignment, double share) =>
        _scores[variant.Position].Add(index, window, alignment, share);

    public IReadOnlyDictionary<string, VariantStatistics> Summarise(ProvenanceCounts attention) =>
        Variant.All.ToDictionary(v => v.Name, v => _scores[v.Position].Summarise(attention));

    sealed class Scores
    {
        readonly List<Spread> _byIndex = [];
        readonly Spread[] _byWindow = new Spread[TemporalWindows.Count];
        Spread _alignment, _share;

        public void Add(int index, int window, double alignment, double share)
        {
            _alignment.Add(alignment);
            _share.Add(share);
            _byWindow[window].Add(alignment);
            while (_byIndex.Count <= index) _byIndex.Add(default);
            CollectionsMarshal.AsSpan(_byIndex)[index].Add(alignment);
        }

        public VariantStatistics Summarise(ProvenanceCounts attention) => new((int)_alignment.Count, _alignment.Summary, _share.Summary,
            [.. _byIndex.Where(s => s.Count > 0).Select(s => s.Mean)],
            Enumerable.Range(0, TemporalWindows.Count).ToDictionary(w => TemporalWindows.Names[w], w => _byWindow[w].Mean))
        { AttentionOrigin = attention };
    }

    // Mean by the plain sum, squares about the running mean (Welford 1962).
    struct Spread
    {
        double _sum, _min, _max;
        SampleAccumulator _squares;

        public long Count { get; private set; }

        public readonly double Mean => Count == 0 ? 0 : _sum / Count;

        public void Add(double value)
        {
            (_min, _max) = Count == 0 ? (value, value) : (Math.Min(_min, value), Math.Max(_max, value));
            Count++;
            _sum += value;
            _squares.Add(value);
        }

        public readonly ScoreSummary Summary => Count == 0 ? new(0, 0, 0, 0) : new(Mean, Math.Sqrt(_squares.Squares / Count), _min, _max);
    }
}
