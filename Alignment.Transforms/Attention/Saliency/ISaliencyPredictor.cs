namespace Alignment.Transforms.Attention.Saliency;

// Predicts where people look from the picture alone. May be used by several threads; equal pictures give equal maps.
interface ISaliencyPredictor
{
    string Name { get; }

    /// <summary>Writes the attention map of one picture.</summary>
    /// <param name="rgb">8-bit RGB, interleaved, rows from the top: 3 · width · height bytes.</param>
    /// <param name="width">Pixels, 1 or more.</param>
    /// <param name="height">Pixels, 1 or more.</param>
    /// <param name="map">Receives A [H,W], 0..1. A picture of one colour, which says nothing, gives 0 everywhere.</param>
    /// <exception cref="ArgumentException">The lengths do not suit the size.</exception>
    void Predict(ReadOnlySpan<byte> rgb, int width, int height, Span<float> map);
}

/// <summary>The predictors by name, each also with <c>.smoothed</c> behind.</summary>
static class SaliencyPredictors
{
    const string SmoothedEnding = ".smoothed";

    // The method's number moves when equal pictures would give other maps than before: spectral residual's second has ln(1 + |F|) for
    // ln|F|.
    static readonly (ISaliencyPredictor Saliency, int Method)[] s_all = [(new SpectralResidual(), 2), (new FineGrained(), 1)];

    public static IReadOnlyList<string> Names { get; } = [.. s_all.Select(s => s.Saliency.Name),
        .. s_all.Select(s => s.Saliency.Name + SmoothedEnding)];

    /// <exception cref="UsageException">There is none of that name; the message lists the names. Or the smoothing is out of
    /// range.</exception>
    public static ISaliencyPredictor Parse(string name, SaliencySmoothing? smoothing = null)
    {
        foreach (var (raw, _) in s_all)
        {
            if (name == raw.Name) return raw;
            if (name == raw.Name + SmoothedEnding) return raw.Smoothed(smoothing);
        }
        throw UsageException.For("The attention predictor", $"'{SafePath.Shorten(name)}'", string.Join(", ", Names),
            "Use one of these names, or the .json that describes a model.");
    }

    /// <summary>The methods' numbers behind a name as <see cref="AttentionPredictor"/> gives it, joined by '+' as its parts are; null where
    /// all are the first. Models have their hashes instead, and count as 1.</summary>
    public static string? MethodsOf(string name)
    {
        int[] methods = [.. name.Split(AttentionPredictor.WithPrior)[0].Split(AttentionPredictorOptions.Plus)
            .Select(part => s_all.Where(s => part == s.Saliency.Name || part == s.Saliency.Name + SmoothedEnding).Select(s => s.Method)
            .FirstOrDefault(1))];
        return methods.All(m => m == 1) ? null : string.Join(AttentionPredictorOptions.Plus, methods);
    }

    // The same predictor with its map blurred and stretched to 0..1.
    public static ISaliencyPredictor Smoothed(this ISaliencyPredictor saliency, SaliencySmoothing? smoothing = null) =>
        new SmoothedSaliency(saliency, smoothing ?? new(), saliency.Name + SmoothedEnding);

    public static void CheckSize(ReadOnlySpan<byte> rgb, int width, int height, Span<float> map)
    {
        if (width < 1 || height < 1 || rgb.Length != 3L * width * height)
            throw new ArgumentException($"A picture of {rgb.Length} bytes is no RGB picture of {width}x{height}.", nameof(rgb));
        if (map.Length != (long)width * height)
            throw new ArgumentException($"The map has room for {map.Length} pixels, expected {width} x {height}.", nameof(map));
    }
}
