using System.Buffers;

namespace Alignment.Transforms.Attention.Saliency;

/// <summary>How attention is predicted from a picture.</summary>
public sealed record AttentionPredictorOptions
{
    /// <summary>
    /// One of <see cref="Names"/>, the path of a <c>.json</c> that describes an ONNX model
    /// (docs/attention.md), or several of these joined by '+', which are averaged. The default is how the stand-in heatmaps
    /// of the reference data set were made.
    /// </summary>
    public string Predictor { get; init; } = "spectral_residual.smoothed";

    /// <summary>
    /// Part of a centre prior in the map, 0..1: A' = (1 − w) A + w C. People look at the middle of a screen whatever is shown (Tatler,
    /// Journal of Vision 7(14):4, 2007); how much so in an ad depends on the ad, so the default is 0, off.
    /// </summary>
    public double CentreWeight { get; init; }

    /// <summary>The built-in predictors.</summary>
    public static IReadOnlyList<string> Names => SaliencyPredictors.Names;

    // Separates predictors that are averaged.
    internal const char Plus = '+';

    /// <summary>Checks the values and the built-in names; models are looked at where the predictor is opened.</summary>
    /// <exception cref="UsageException">A value is out of range, or a name is unknown.</exception>
    public void Check()
    {
        this.Require(CentreWeight, CentreWeight is >= 0 and <= 1, "0 (off) to 1 (nothing else)", "0.3 mixes a little of it in.");
        this.Require(Predictor, Parts().Length > 0, string.Join(", ", SaliencyPredictors.Names),
            "Use one of these, the path of a model's .json, or several joined by '+'.");
        foreach (string part in Parts().Where(p => !IsModel(p))) _ = SaliencyPredictors.Parse(part);
    }

    internal string[] Parts() => Predictor.Split(Plus, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    internal static bool IsModel(string part) => part.EndsWith(".json", StringComparison.OrdinalIgnoreCase);
}

/// <summary>
/// Predicts attention as its options say: one predictor or the mean of several, with or without a centre prior. May be used by several
/// threads.
/// </summary>
sealed class AttentionPredictor : ISaliencyPredictor, IDisposable
{
    /// <summary>Stands before the centre prior's weight in a name.</summary>
    public const string WithPrior = " with ";

    readonly ISaliencyPredictor[] _parts;
    readonly CentrePrior? _prior;

    AttentionPredictor(ISaliencyPredictor[] parts, AttentionPredictorOptions options)
    {
        (_parts, Options) = (parts, options);
        if (options.CentreWeight > 0) _prior = new CentrePrior(options.CentreWeight);
        Name = string.Join(AttentionPredictorOptions.Plus, parts.Select(p => p.Name))
            + (_prior is null ? "" : FormattableString.Invariant($"{WithPrior}{options.CentreWeight} centre prior"));
        ModelSha256 = [.. parts.OfType<OnnxSaliency>().Select(m => m.Sha256)];
    }

    public AttentionPredictorOptions Options { get; }

    public string Name { get; }

    /// <summary>Of the models among its parts: their card, graph and weights.</summary>
    public IReadOnlyList<string> ModelSha256 { get; }

    // Opens the predictor of a stage, whose models, where their hashes are known, must be the same. A saved stage is loaded from anywhere:
    // models by their full paths.
    public static AttentionPredictor Open(AttentionPredictorOptions options, IReadOnlyList<string> hashes, string stage)
    {
        AttentionPredictor predictor = Open(options with
        {
            Predictor = string.Join(AttentionPredictorOptions.Plus,
                options.Parts().Select(p => AttentionPredictorOptions.IsModel(p) ? Path.GetFullPath(p) : p)),
        });
        if (hashes.Count == 0 || hashes.SequenceEqual(predictor.ModelSha256)) return predictor;
        predictor.Dispose();
        throw BadDataException.For($"{stage}'s saliency model", $"the hash {string.Join(", ", predictor.ModelSha256)}",
            $"{string.Join(", ", hashes)}, with which the stage was made",
            "The model was changed or replaced since: put the original back, or make and save the stage again with this one.");
    }

    /// <exception cref="UsageException">A value is out of range, or a name is unknown.</exception>
    /// <exception cref="MissingDependencyException">A model is not there.</exception>
    /// <exception cref="BadDataException">A model cannot be used.</exception>
    public static AttentionPredictor Open(AttentionPredictorOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        var parts = new List<ISaliencyPredictor>();
        try
        {
            foreach (string part in options.Parts()) parts.Add(AttentionPredictorOptions.IsModel(part) ? OnnxSaliency.Open(part)
                : SaliencyPredictors.Parse(part));
            return new([.. parts], options);
        }
        catch
        {
            foreach (IDisposable model in parts.OfType<IDisposable>()) model.Dispose();
            throw;
        }
    }

    public void Predict(ReadOnlySpan<byte> rgb, int width, int height, Span<float> map)
    {
        _parts[0].Predict(rgb, width, height, map);
        if (_parts.Length > 1)
        {
            float[] rented = ArrayPool<float>.Shared.Rent(map.Length);
            Span<float> other = rented.AsSpan(0, map.Length);
            foreach (ISaliencyPredictor part in _parts.AsSpan(1))
            {
                part.Predict(rgb, width, height, other);
                TensorPrimitives.Add(map, other, map);
            }
            ArrayPool<float>.Shared.Return(rented);
            TensorPrimitives.Divide(map, _parts.Length, map);
        }
        _prior?.Mix(map, width, height);
        // Rounding of a mean of ones may pass 1.
        TensorPrimitives.Min(map, 1f, map);
    }

    public void Dispose()
    {
        foreach (IDisposable model in _parts.OfType<IDisposable>()) model.Dispose();
    }
}

/// <summary>
/// Where people look before they know what is shown: a Gaussian about the middle of the picture, 1 at its top, wider than high
/// (Clarke and Tatler, Vision Research 102, 2014, propose such an anisotropic Gaussian as the baseline of any predictor). Its sigmas are
/// <see cref="SigmaWidths"/> and <see cref="SigmaHeights"/>.
/// </summary>
sealed class CentrePrior(double weight)
{
    /// <summary>Sigma along x as a part of the picture's width: √0.23 / 2, from that paper's variance of 0.23 where half the width is
    /// 1.</summary>
    public const double SigmaWidths = 0.2398;

    /// <summary>Along y as a part of its height: the paper's variance is 0.45 times as large, in the same units, which its data sets' 4:3
    /// pictures make √(0.45 · 0.23) / (2 · 0.75).</summary>
    public const double SigmaHeights = 0.2145;

    /// <summary>A' = (1 − w) A + w C, in place.</summary>
    public void Mix(Span<float> map, int width, int height)
    {
        float w = (float)weight;
        float[] across = Bell(width, SigmaWidths), down = Bell(height, SigmaHeights);
        for (int y = 0; y < height; y++)
        {
            Span<float> row = map.Slice(y * width, width);
            TensorPrimitives.Multiply(row, 1 - w, row);
            TensorPrimitives.MultiplyAdd(across, w * down[y], row, row);
        }
    }

    static float[] Bell(int n, double sigmaParts) =>
        [.. Enumerable.Range(0, n).Select(i => (i + 0.5) / n - 0.5).Select(u => (float)Math.Exp(-0.5 * u * u / (sigmaParts * sigmaParts)))];
}
