using Alignment.Onnx.Runtime;
using Alignment.Tests.Tools.Stills;
using Alignment.Transforms.Attention;
using Alignment.Transforms.Attention.Saliency;
using Microsoft.ML.OnnxRuntime;

namespace Alignment.Tests.Tools.TinyModel;

/// <summary>A training still at several presences of its product: latents, attention and the attention's share on the product.</summary>
sealed class PooledStill
{
    public required int Width { get; init; }
    public required int Height { get; init; }
    public required string Prompt { get; init; }

    /// <summary>[H,W], 0 or 1.</summary>
    public required float[] Mask { get; init; }

    /// <summary>At each of <see cref="StillPool.Levels"/>, [H,W] in 0..255.</summary>
    public required byte[][] Attention { get; init; }

    /// <summary>Σ M A / Σ A at each of <see cref="StillPool.Levels"/>.</summary>
    public required double[] Shares { get; init; }

    /// <summary>At p = 0, ½ and 1: the autoencoder's mean, not yet scaled, [4,h,w].</summary>
    public float[][] Latents { get; } = new float[3][];
}

/// <summary>The stills that denoiser and ControlNet are trained on, drawn and encoded once and kept in memory (about 80 KB each).</summary>
sealed class StillPool
{
    /// <summary>Presences at which attention is predicted.</summary>
    public static readonly float[] Levels = [0, 0.25f, 0.5f, 0.75f, 1];

    const int EncodeBatch = 8;

    readonly List<PooledStill>[] _bySize;

    StillPool(List<PooledStill>[] bySize) => _bySize = bySize;

    /// <summary>The stills of one size.</summary>
    public IReadOnlyList<PooledStill> OfSize(int size) => _bySize[size];

    /// <summary>What gives all latents together the recipe's standard deviation.</summary>
    public double ScalingFactor { get; private set; } = 1;

    public static StillPool Draw(TinyRecipe recipe, InferenceSession encoder, Action<string> log, CancellationToken cancellationToken)
    {
        var pool = new StillPool([.. recipe.Sizes.Select(_ => new List<PooledStill>())]);
        ISaliencyPredictor saliency = SaliencyPredictors.Parse(recipe.Predictor);
        for (int size = 0; size < recipe.Sizes.Count; size++)
        {
            var (width, height) = recipe.Sizes[size];
            var stills = new DrawnStills(new() { Seed = recipe.Seed, Use = StillUse.Training, Width = width, Height = height });
            int count = recipe.Stills / recipe.Sizes.Count, pixels = width * height;
            var batch = new float[3 * EncodeBatch * 3 * pixels];
            for (int first = 0; first < count; first += EncodeBatch)
            {
                cancellationToken.ThrowIfCancellationRequested();
                int rows = Math.Min(EncodeBatch, count - first);
                var made = new PooledStill[rows];
                Parallel.For(0, rows, new ParallelOptions { MaxDegreeOfParallelism = OrtThreads.Count },
                    i => made[i] = Still(stills.Still(first + i), saliency, batch.AsMemory(i * 9 * pixels, 9 * pixels)));
                Encode(encoder, made, batch.AsSpan(0, rows * 9 * pixels), width, height);
                pool._bySize[size].AddRange(made);
            }
            log($"drew {count} stills of {width}x{height}");
        }
        pool.Measure(recipe.LatentDeviation);
        return pool;
    }

    /// <summary>Draws a still at every level; its pictures at p = 0, ½, 1 go to <paramref name="images"/>.</summary>
    static PooledStill Still(DrawnStill still, ISaliencyPredictor saliency, Memory<float> images)
    {
        int pixels = still.Width * still.Height;
        float[] mask = [.. still.Mask().Select(m => m / 255f)], map = new float[pixels];
        byte[] rgb = new byte[3 * pixels];
        byte[][] attention = new byte[Levels.Length][];
        var shares = new double[Levels.Length];
        for (int level = 0; level < Levels.Length; level++)
        {
            still.Render(Levels[level], rgb);
            saliency.Predict(rgb, still.Width, still.Height, map);
            attention[level] = [.. map.Select(a => (byte)(a * 255 + 0.5f))];
            shares[level] = AttentionScore.Of(map, mask).Share;
            if (level % 2 != 0) continue;
            TinyFeeds.Planes(rgb, images.Span.Slice(level / 2 * 3 * pixels, 3 * pixels));
        }
        return new()
        {
            Width = still.Width,
            Height = still.Height,
            Prompt = still.Prompt,
            Mask = mask,
            Attention = attention,
            Shares = shares
        };
    }

    static void Encode(InferenceSession encoder, PooledStill[] stills, Span<float> images, int width, int height)
    {
        using var options = new RunOptions();
        using OrtValue sample = OrtValue.CreateTensorValueFromMemory(images.ToArray(), [3 * stills.Length, 3, height, width]);
        using var results = encoder.Run(options, ["sample"], [sample], ["mean"]);
        ReadOnlySpan<float> latents = results[0].GetTensorDataAsSpan<float>();
        int length = latents.Length / (3 * stills.Length);
        for (int i = 0; i < stills.Length; i++)
            for (int k = 0; k < 3; k++) stills[i].Latents[k] = latents.Slice((3 * i + k) * length, length).ToArray();
    }

    void Measure(double deviation)
    {
        double sum = 0, squares = 0;
        long count = 0;
        foreach (float[] latent in _bySize.SelectMany(s => s).SelectMany(s => s.Latents))
            foreach (float z in latent)
            {
                sum += z;
                squares += (double)z * z;
                count++;
            }
        double mean = sum / count;
        ScalingFactor = Math.Round(deviation / Math.Sqrt(squares / count - mean * mean), 5);
    }

    /// <summary>The latent at presence <paramref name="p"/>, mixed between the two encoded beside it.</summary>
    public static void Latent(PooledStill still, double p, float scale, Span<float> into)
    {
        int k = p < 0.5 ? 0 : 1;
        float t = (float)(2 * p - k);
        float[] low = still.Latents[k], high = still.Latents[k + 1];
        for (int i = 0; i < into.Length; i++) into[i] = scale * (low[i] + t * (high[i] - low[i]));
    }

    /// <summary>The attention at presence <paramref name="p"/>, 0..1.</summary>
    public static void AttentionAt(PooledStill still, double p, Span<float> into)
    {
        var (k, t) = Between(p);
        byte[] low = still.Attention[k], high = still.Attention[k + 1];
        for (int i = 0; i < into.Length; i++) into[i] = (low[i] + (float)t * (high[i] - low[i])) / 255f;
    }

    /// <summary>The presence at which the predicted attention has this share on the product, as near as there is one.</summary>
    public static double PresenceOf(PooledStill still, double share)
    {
        double[] shares = still.Shares;
        for (int k = 0; k + 1 < shares.Length; k++)
            if (shares[k] <= share && share <= shares[k + 1]) return Levels[k]
                + (Levels[k + 1] - Levels[k]) * (share - shares[k]) / Math.Max(1e-9, shares[k + 1] - shares[k]);
        return share < shares[0] ? 0 : share > shares[^1] ? 1 : 0.5;
    }

    static (int Level, double Part) Between(double p)
    {
        int k = Math.Min(Levels.Length - 2, (int)(p * (Levels.Length - 1)));
        return (k, p * (Levels.Length - 1) - k);
    }
}
