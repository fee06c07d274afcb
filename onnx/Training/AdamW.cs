using Alignment.Onnx.Runtime;
using Microsoft.ML.OnnxRuntime;

namespace Alignment.Onnx.Training;

/// <summary>
/// AdamW over <see cref="ParameterBuffers"/>: <c>optimizer_model.onnx</c> run on slices of the flat buffers, its outputs bound
/// onto its inputs, so that a step allocates a few megabytes whatever the model's size.
/// </summary>
public sealed class AdamW : IDisposable
{
    /// <summary>Elements a run: enough that a run's own cost is negligible, few enough for its temporaries to stay in the cache.</summary>
    internal const int SliceElements = 1 << 18;

    /// <summary>Keeps the factor of clipping finite; as in PyTorch's clip_grad_norm_.</summary>
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

    /// <summary>An optimizer of the parameters in <paramref name="buffers"/>, which must outlive it.</summary>
    /// <exception cref="UsageException">An option is out of its range.</exception>
    public AdamW(ParameterBuffers buffers, AdamWOptions? options = null)
        : this(buffers, options, OrtSessions.Open(AdamWGraph.Author().ToBytes(), AdamWGraph.Name))
    {
    }

    /// <summary>Takes over <paramref name="optimizer"/>, the loaded optimizer model.</summary>
    internal AdamW(ParameterBuffers buffers, AdamWOptions? options, InferenceSession optimizer)
    {
        ArgumentNullException.ThrowIfNull(buffers);
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

    /// <summary>Steps taken so far, which bias correction depends on. Set it after loading moments from a checkpoint.</summary>
    public long Steps { get; set; }

    /// <summary>
    /// Takes one step by the gradients in the buffers, or by the mean of the accumulated micro batches, which are then discarded.
    /// When the norm is not finite, nothing changes and no step is counted.
    /// </summary>
    /// <returns>The Euclidean norm of the gradient over all parameters, before clipping.</returns>
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
