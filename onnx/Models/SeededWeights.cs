using Alignment.Onnx.Weights;

namespace Alignment.Onnx.Models;

sealed record SeededWeightsOptions
{
    public ulong Seed { get; init; }

    // Matrices and kernels have the deviation Gain / √(inputs of one output); 1 keeps the variance (LeCun 1998).
    public float Gain { get; init; } = 1;

    // Of token and position embeddings (CLIP's initializer_range).
    public float EmbeddingDeviation { get; init; } = 0.02f;

    // 0 as in the paper, so that an untrained ControlNet changes nothing; positive for tests.
    public float ZeroConvolutionGain { get; init; }
}

/// <summary>
/// For any list of tensors: norms scale by one, biases are zero, matrices and kernels are normal with fan-in scaling. A number depends only
/// on the seed, the tensor's name and its place. Nothing is stored.
/// </summary>
sealed class SeededWeights : IWeights
{
    readonly SeededWeightsOptions _options;

    public SeededWeights(IEnumerable<WeightInfo> infos, SeededWeightsOptions? options = null)
    {
        _options = options ?? new();
        Infos = infos.ToDictionary(i => i.Name);
    }

    public IReadOnlyDictionary<string, WeightInfo> Infos { get; }

    public void Read(string name, long start, Span<float> into)
    {
        WeightInfo info = Infos[name];
        info.CheckRange(start, into.Length);
        if (IsNormScale(info)) into.Fill(1);
        else if (Deviation(info) is var deviation && deviation == 0) into.Clear();
        else
        {
            SeededNormal.Fill(into, _options.Seed, $"weights/{name}", start);
            for (int i = 0; i < into.Length; i++) into[i] *= deviation;
        }
    }

    float Deviation(WeightInfo info)
    {
        if (info.Shape.Count < 2) return 0;   // biases
        if (info.Name.EndsWith("embedding.weight", StringComparison.Ordinal)) return _options.EmbeddingDeviation;
        float gain = IsZeroConvolution(info.Name) ? _options.ZeroConvolutionGain : _options.Gain;
        long fanIn = info.Shape.Skip(1).Aggregate(1L, (n, d) => n * d);
        return (float)(gain / Math.Sqrt(fanIn));
    }

    static bool IsNormScale(WeightInfo info) =>
        info.Shape.Count == 1 && info.Name.EndsWith(".weight", StringComparison.Ordinal)
        && info.Name.Contains("norm", StringComparison.Ordinal);

    // The convolutions that join a ControlNet to its UNet, and its conditioning embedding to the ControlNet.
    public static bool IsZeroConvolution(string name) =>
        name.StartsWith("controlnet_down_blocks.", StringComparison.Ordinal)
        || name.StartsWith("controlnet_mid_block.", StringComparison.Ordinal)
        || name.StartsWith("controlnet_cond_embedding.conv_out.", StringComparison.Ordinal);
}
