using System.Text.Json.Serialization;

namespace Alignment.MLNet.Dataset;

// Where a heatmap comes from.
enum ProvenanceKind
{
    // It was in the data set already; how it was produced is not known.
    Provided,

    // From the gaze of viewers.
    Measured,

    // From the picture alone, by an algorithm or a model. Nobody has looked.
    Predicted,

    // Drawn together with the picture, for an imagined viewer. Nobody has looked.
    Drawn,
}

/// <summary>Where a heatmap comes from, and by which predictor, gaze file and sigma, or drawer (null: not known). Every report says it, so
/// that a prediction never passes for a measurement.</summary>
sealed record HeatmapProvenance([property: JsonConverter(typeof(ProvenanceKindConverter))] ProvenanceKind Kind, string? By = null)
{
    // Nothing is known of it.
    public static HeatmapProvenance Provided { get; } = new(ProvenanceKind.Provided);

    // "measured", "predicted", "drawn" or "provided".
    public string Word => Kind switch
    {
        ProvenanceKind.Measured => "measured",
        ProvenanceKind.Predicted => "predicted",
        ProvenanceKind.Drawn => "drawn",
        _ => "provided",
    };

    // "predicted by spectral_residual.smoothed".
    public override string ToString() =>
        By is null ? Word : $"{Word} {(Kind is ProvenanceKind.Predicted or ProvenanceKind.Drawn ? "by" : "from")} {By}";
}

/// <summary>Kinds by name. Files of earlier versions call <see cref="ProvenanceKind.Provided"/> "BroughtAlong".</summary>
sealed class ProvenanceKindConverter : JsonConverter<ProvenanceKind>
{
    const string EarlierName = "BroughtAlong";

    public override ProvenanceKind Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        string? name = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        if (name == EarlierName) return ProvenanceKind.Provided;
        // No numbers: TryParse would take them.
        return name?.Length > 0 && char.IsLetter(name[0]) && Enum.TryParse(name, out ProvenanceKind kind) ? kind
            : throw new JsonException($"'{name}' is no provenance of a heatmap.");
    }

    public override void Write(Utf8JsonWriter writer, ProvenanceKind value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}

/// <summary>Where the heatmaps of several scenes come from.</summary>
public sealed record ProvenanceCounts
{
    // Longest By: nobody reads a longer list.
    const int MostNames = 20;

    /// <summary>No scenes.</summary>
    public static ProvenanceCounts None { get; } = new();

    /// <summary>Scenes whose attention is from viewers' gaze.</summary>
    public long Measured { get; init; }

    /// <summary>Scenes whose attention was predicted from the picture.</summary>
    public long Predicted { get; init; }

    /// <summary>Scenes whose attention was drawn for an imagined viewer, as the demo's is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Drawn { get; init; }

    /// <summary>Scenes whose heatmap came with the data; whether it was measured or predicted is not known.</summary>
    public long Provided { get; init; }

    // Provided in files of earlier versions; read, never written.
    [JsonInclude, JsonPropertyName("brought_along"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    internal long? EarlierProvided
    {
        get => null;
        init => Provided = value ?? Provided;
    }

    /// <summary>The predictors and gaze files, each once, in ordinal order.</summary>
    public IReadOnlyList<string> By { get; init; } = [];

    /// <summary>A sentence: "Attention: 7 scenes measured; 4 scenes predicted, not measured. How: predicted by …; measured from
    /// …."</summary>
    public string Text
    {
        get
        {
            string[] parts =
            [
                .. new[]
                {
                    (Measured, "measured"), (Predicted, "predicted, not measured"), (Drawn, "drawn for an imagined viewer, not measured"),
                    (Provided, "provided (how it was made is not known)"),
                }.Where(p => p.Item1 > 0)
                    .Select(p => Invariant($"{p.Item1:N0} {(p.Item1 == 1 ? "scene" : "scenes")} {p.Item2}")),
            ];
            if (parts.Length == 0) return "Attention: no scenes.";
            string how = By.Count == 0 ? "" : $" How: {SafePath.Shorten(string.Join("; ", By), 400)}.";
            return $"Attention: {string.Join("; ", parts)}.{how}";
        }
    }

    /// <summary>For a plot: "predicted attention", "partly measured attention", "imagined attention" (drawn) …; empty without
    /// scenes.</summary>
    [JsonIgnore]
    public string Words => this switch
    {
        { Drawn: > 0, Measured: 0, Predicted: 0, Provided: 0 } => "imagined attention",
        { Drawn: > 0 } => "partly imagined attention",
        { Predicted: > 0, Measured: 0, Provided: 0 } => "predicted attention",
        { Predicted: > 0 } => "partly predicted attention",
        { Measured: > 0, Provided: 0 } => "measured attention",
        { Measured: > 0 } => "partly measured attention",
        { Provided: > 0 } => "attention of unknown origin",
        _ => "",
    };

    // The same with one scene more.
    internal ProvenanceCounts With(HeatmapProvenance origin)
    {
        ArgumentNullException.ThrowIfNull(origin);
        string? by = origin.By is null ? null : origin.ToString();
        return this with
        {
            Measured = Measured + (origin.Kind == ProvenanceKind.Measured ? 1 : 0),
            Predicted = Predicted + (origin.Kind == ProvenanceKind.Predicted ? 1 : 0),
            Drawn = Drawn + (origin.Kind == ProvenanceKind.Drawn ? 1 : 0),
            Provided = Provided + (origin.Kind == ProvenanceKind.Provided ? 1 : 0),
            By = by is null || By.Contains(by) || By.Count >= MostNames ? By : [.. By.Append(by).Order(StringComparer.Ordinal)],
        };
    }

    // Of some scenes.
    internal static ProvenanceCounts Of(IEnumerable<HeatmapProvenance> origins)
    {
        ArgumentNullException.ThrowIfNull(origins);
        return origins.Aggregate(None, (all, one) => all.With(one));
    }

    // Both together.
    internal ProvenanceCounts With(ProvenanceCounts other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new()
        {
            Measured = Measured + other.Measured,
            Predicted = Predicted + other.Predicted,
            Drawn = Drawn + other.Drawn,
            Provided = Provided + other.Provided,
            By = [.. By.Union(other.By).Order(StringComparer.Ordinal)],
        };
    }
}
