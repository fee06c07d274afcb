using System.Text.Json.Serialization;

namespace Alignment.MLNet.Dataset;

/// <summary>Where a heatmap comes from.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ProvenanceKind>))]
public enum ProvenanceKind
{
    /// <summary>It was put into the data set; how it was made is not known here.</summary>
    BroughtAlong,

    /// <summary>From gaze of viewers.</summary>
    Measured,

    /// <summary>From the picture alone, by an algorithm or a model. Nobody has looked.</summary>
    Predicted,

    /// <summary>Drawn together with the picture, as somebody imagined a viewer. Nobody has looked.</summary>
    Drawn,
}

/// <summary>Where a heatmap comes from: what every report says of attention, so that a prediction never passes for a measurement.</summary>
/// <param name="Kind">Which of the four.</param>
/// <param name="By">The predictor, how the gaze was made into a map, or who drew it; null where it is not known.</param>
public sealed record HeatmapProvenance(ProvenanceKind Kind, string? By = null)
{
    /// <summary>Nothing is known of it.</summary>
    public static HeatmapProvenance BroughtAlong { get; } = new(ProvenanceKind.BroughtAlong);

    /// <summary>"measured", "predicted", "drawn" or "brought along".</summary>
    public string Word => Kind switch
    {
        ProvenanceKind.Measured => "measured",
        ProvenanceKind.Predicted => "predicted",
        ProvenanceKind.Drawn => "drawn",
        _ => "brought along",
    };

    /// <summary>"predicted by spectral_residual.smoothed".</summary>
    public override string ToString() => By is null ? Word : $"{Word} {(Kind is ProvenanceKind.Predicted or ProvenanceKind.Drawn ? "by" : "from")} {By}";
}

/// <summary>Where the heatmaps of several scenes come from.</summary>
public sealed record ProvenanceCounts
{
    /// <summary>No scenes.</summary>
    public static ProvenanceCounts None { get; } = new();

    /// <summary>Scenes whose attention is from viewers' gaze.</summary>
    public long Measured { get; init; }

    /// <summary>Scenes whose attention was predicted from the picture.</summary>
    public long Predicted { get; init; }

    /// <summary>Scenes whose attention was drawn for an imagined viewer, as the demo's is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Drawn { get; init; }

    /// <summary>Scenes whose heatmap was put there; whether viewers or an algorithm made it is not known.</summary>
    public long BroughtAlong { get; init; }

    /// <summary>The predictors and gaze files, each once, in ordinal order.</summary>
    public IReadOnlyList<string> By { get; init; } = [];

    /// <summary>One for people: "Attention: 7 scenes measured; 4 scenes predicted, not measured. How: predicted by …; measured from …."</summary>
    public string Text
    {
        get
        {
            string[] parts = [.. new[] { (Measured, "measured"), (Predicted, "predicted, not measured"), (Drawn, "drawn for an imagined viewer, not measured"), (BroughtAlong, "brought along (how it was made is not known)") }
                .Where(p => p.Item1 > 0).Select(p => FormattableString.Invariant($"{p.Item1:N0} {(p.Item1 == 1 ? "scene" : "scenes")} {p.Item2}"))];
            return parts.Length == 0 ? "Attention: no scenes." : $"Attention: {string.Join("; ", parts)}.{(By.Count == 0 ? "" : $" How: {SafePath.Shorten(string.Join("; ", By), 400)}.")}";
        }
    }

    /// <summary>For a plot: "predicted attention", "measured attention", "partly predicted attention", "imagined attention" (drawn) …; of heatmaps that were brought along "attention of unknown origin"; empty without scenes.</summary>
    [JsonIgnore]
    public string Words => this switch
    {
        { Drawn: > 0, Measured: 0, Predicted: 0, BroughtAlong: 0 } => "imagined attention",
        { Drawn: > 0 } => "partly imagined attention",
        { Predicted: > 0, Measured: 0, BroughtAlong: 0 } => "predicted attention",
        { Predicted: > 0 } => "partly predicted attention",
        { Measured: > 0, BroughtAlong: 0 } => "measured attention",
        { Measured: > 0 } => "partly measured attention",
        { BroughtAlong: > 0 } => "attention of unknown origin",
        _ => "",
    };

    /// <summary>The same with one scene more.</summary>
    public ProvenanceCounts With(HeatmapProvenance origin)
    {
        ArgumentNullException.ThrowIfNull(origin);
        // Kept short whatever a data set says: a list nobody reads helps nobody.
        const int most = 20;
        string? by = origin.By is null ? null : origin.ToString();
        return this with
        {
            Measured = Measured + (origin.Kind == ProvenanceKind.Measured ? 1 : 0),
            Predicted = Predicted + (origin.Kind == ProvenanceKind.Predicted ? 1 : 0),
            Drawn = Drawn + (origin.Kind == ProvenanceKind.Drawn ? 1 : 0),
            BroughtAlong = BroughtAlong + (origin.Kind == ProvenanceKind.BroughtAlong ? 1 : 0),
            By = by is null || By.Contains(by) || By.Count >= most ? By : [.. By.Append(by).Order(StringComparer.Ordinal)],
        };
    }

    /// <summary>Of some scenes.</summary>
    public static ProvenanceCounts Of(IEnumerable<HeatmapProvenance> origins)
    {
        ArgumentNullException.ThrowIfNull(origins);
        return origins.Aggregate(None, (all, one) => all.With(one));
    }

    /// <summary>Both together.</summary>
    public ProvenanceCounts With(ProvenanceCounts other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new() { Measured = Measured + other.Measured, Predicted = Predicted + other.Predicted, Drawn = Drawn + other.Drawn, BroughtAlong = BroughtAlong + other.BroughtAlong, By = [.. By.Union(other.By).Order(StringComparer.Ordinal)] };
    }
}
