using Alignment.Onnx.Runtime;
using Microsoft.ML.OnnxRuntime;

namespace Alignment.Onnx.Training;

/// <summary>
/// <c>optimizer_model.onnx</c> run on slices of the flat buffers, its outputs bound onto its inputs, so that a step allocates a few
/// megabytes whatever the model's size.
/// </summary>
public sealed class AdamW : IDisposable
{
    // A run's own cost is negligible and its temporaries stay in the cache.
    internal const int SliceElements = 1 << 18;

    // As in PyTorch's clip_grad_norm_.
    const double ClipEpsilon = 1e-6;

    static readonly string[] s_numbers =
        ["gradient_scale", "learning_rate", "weight_decay", "epsilon", "beta1", "beta1_rest", "beta2", "beta2_rest", "correction1",
        "correction2"];

    readonly ParameterBuffers _buffers;
    readonly AdamWOptions _options;
    readonly InferenceSession _session;
    readonly OrtIoBinding _binding;
    readonly RunOptions _run = new();
    readonly FloatBuffer _numbers = new(s_numbers.Length);
    readonly List<OrtValue> _bound = [];

    /// <summary>The <paramref name="buffers"/> must outlive it.</summary>
    internal AdamW(ParameterBuffers buffers, AdamWOptions? options = null)
        : this(buffers, options, OrtSessions.Open(AdamWGraph.Author().ToBytes(), AdamWGraph.Name))
    {
    }

    internal AdamW(ParameterBuffers buffers, AdamWOptions? options, InferenceSession optimizer)
    {
        (_buffers, _options, _session) = (buffers, options ?? AdamWOptions.Default, optimizer);
        _options.Check();
        _binding = _session.CreateIoBinding();
        for (int i = 0; i < s_numbers.Length; i++)
        {
            OrtValue number = _numbers.Tensor(i, 1, [1]);
            _bound.Add(number);
            _binding.BindInput(s_numbers[i], number);
        }
    }

    // Bias correction depends on it: set it after loading moments.
    public long Steps { get; set; }

    /// <summary>
    /// One step by the gradients, or by the mean of the accumulated micro batches, then discarded. Where the norm is not finite, nothing
    /// changes and no step is counted.
    /// </summary>
    /// <returns>The gradient's Euclidean norm, before clipping.</returns>
    public double Step(double learningRate)
    {
        var (gradients, batches) = _buffers.StepGradients;
        double norm = GradientNorm.Of(gradients) / batches;
        _buffers.ForgetAccumulated();
        if (!double.IsFinite(norm)) return norm;

        double clip = _options.MaxGradientNorm > 0 ? Math.Min(1, _options.MaxGradientNorm / (norm + ClipEpsilon)) : 1;
        Steps++;
        ReadOnlySpan<double> numbers =
        [
            clip / batches, learningRate, _options.WeightDecay, _options.Epsilon,
            _options.Beta1, 1 - _options.Beta1, _options.Beta2, 1 - _options.Beta2,
            1 - Math.Pow(_options.Beta1, Steps), 1 - Math.Pow(_options.Beta2, Steps),
        ];
        Span<float> inputs = _numbers.Span(0, s_numbers.Length);
        for (int i = 0; i < numbers.Length; i++) inputs[i] = (float)numbers[i];
        for (long at = 0; at < _buffers.Length; at += SliceElements)
            RunSlice(gradients, at, (int)Math.Min(SliceElements, _buffers.Length - at));
        return norm;
    }

    void RunSlice(FloatBuffer gradients, long start, int count)
    {
        OrtValue Slice(FloatBuffer of) => of.Tensor(start, count, [count]);
        using OrtValue parameter = Slice(_buffers.Parameters), gradient = Slice(gradients), first = Slice(_buffers.FirstMoments),
            second = Slice(_buffers.SecondMoments);
        _binding.BindInput("parameter", parameter);
        _binding.BindInput("gradient", gradient);
        _binding.BindInput("first_moment", first);
        _binding.BindInput("second_moment", second);
        // In place: ONNX Runtime does not promise it, but every node is elementwise and a value's last reader computes its successor
        // (tested).
        _binding.BindOutput("updated_parameter", parameter);
        _binding.BindOutput("updated_first_moment", first);
        _binding.BindOutput("updated_second_moment", second);
        _session.RunWithBinding(_run, _binding);
    }

    public void Dispose()
    {
        _binding.Dispose();
        _run.Dispose();
        _session.Dispose();
        foreach (OrtValue value in _bound) value.Dispose();
        _numbers.Dispose();
    }
}
