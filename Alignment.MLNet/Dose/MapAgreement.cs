using System.Text.Json;
using System.Text.Json.Serialization;
using Alignment.Transforms.Attention.Metrics;

namespace Alignment.MLNet.Dose;

/// <summary>How well a predicted map agrees with the map of a variant, by saliency metric: cc, sim, kl (nats), nss, auc_judd.</summary>
[JsonConverter(typeof(MapAgreementJson))]
public sealed class MapAgreement : IEquatable<MapAgreement>
{
    readonly double?[] _values;

    internal MapAgreement(IEnumerable<double?> values) => _values = [.. values];

    /// <summary>The metrics that read peak pixels, for help texts: "NSS and AUC".</summary>
    internal static string AtPeak => SaliencyMetrics.List(m => m.Title, m => m.AtPeak);

    /// <summary>In the order of the metrics' table.</summary>
    internal IReadOnlyList<double?> Values => _values;

    /// <summary>The metric's value; null where it does not exist for these maps, or there is no metric of that name.</summary>
    public double? this[string metric] =>
        SaliencyMetrics.All.Index().Where(m => m.Item.Name == metric).Select(m => _values[m.Index]).FirstOrDefault();

    /// <inheritdoc/>
    public bool Equals(MapAgreement? other) => other is not null && _values.AsSpan().SequenceEqual(other._values);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as MapAgreement);

    /// <inheritdoc/>
    public override int GetHashCode() => _values[0].GetHashCode();
}

/// <summary>A member for each metric.</summary>
sealed class MapAgreementJson : JsonConverter<MapAgreement>
{
    /// <summary>A metric that is missing was not computed yet: such a record is of an older version.</summary>
    public override MapAgreement Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
    {
        var values = JsonSerializer.Deserialize<Dictionary<string, double?>>(ref reader, options)!;
        return new(SaliencyMetrics.All.Select(m => values.TryGetValue(m.Name, out double? value) ? value
            : throw new JsonException($"No '{m.Name}'.")));
    }

    public override void Write(Utf8JsonWriter writer, MapAgreement value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        WriteMembers(writer, value);
        writer.WriteEndObject();
    }

    public static void WriteMembers(Utf8JsonWriter writer, MapAgreement value)
    {
        foreach (var (metric, number) in SaliencyMetrics.All.Zip(value.Values))
            if (number is { } n) writer.WriteNumber(metric.Name, n);
            else writer.WriteNull(metric.Name);
    }
}

/// <summary>Means over scenes, each metric over those that have it.</summary>
/// <param name="Scenes">Scenes averaged.</param>
/// <param name="Means">By metric; null where no scene has it.</param>
/// <param name="Missing">Scenes where at least one metric does not exist (a constant target).</param>
[JsonConverter(typeof(AgreementMeansJson))]
sealed record AgreementMeans(long Scenes, MapAgreement Means, long Missing);

/// <summary>The metrics between the two counts. A file of an older version may lack some.</summary>
sealed class AgreementMeansJson : JsonConverter<AgreementMeans>
{
    const string Scenes = "scenes", Missing = "missing";

    public override AgreementMeans Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
    {
        var values = JsonSerializer.Deserialize<Dictionary<string, double?>>(ref reader, options)!;
        return new((long)(values.GetValueOrDefault(Scenes) ?? 0),
            new(SaliencyMetrics.All.Select(m => values.GetValueOrDefault(m.Name))), (long)(values.GetValueOrDefault(Missing) ?? 0));
    }

    public override void Write(Utf8JsonWriter writer, AgreementMeans value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteNumber(Scenes, value.Scenes);
        MapAgreementJson.WriteMembers(writer, value.Means);
        writer.WriteNumber(Missing, value.Missing);
        writer.WriteEndObject();
    }
}

/// <summary>Sums towards <see cref="AgreementMeans"/>.</summary>
sealed class AgreementSums
{
    readonly double[] _sums = new double[SaliencyMetrics.All.Count];
    readonly long[] _counts = new long[SaliencyMetrics.All.Count];
    long _scenes, _missing;

    public void Add(MapAgreement agreement)
    {
        _scenes++;
        if (agreement.Values.Contains(null)) _missing++;
        for (int i = 0; i < _sums.Length; i++)
            if (agreement.Values[i] is { } value) (_sums[i], _counts[i]) = (_sums[i] + value, _counts[i] + 1);
    }

    public AgreementMeans? Means => _scenes == 0 ? null
        : new(_scenes, new(_sums.Zip(_counts, (sum, count) => count == 0 ? (double?)null : sum / count)), _missing);
}
