using Alignment.Onnx.Bundles;
using Alignment.Onnx.Runtime;
using Alignment.Onnx.Training;
using Alignment.Onnx.Weights;
using OnnxRuntimeException = Microsoft.ML.OnnxRuntime.OnnxRuntimeException;

namespace Alignment.MLNet.Training;

// The bundle's ControlNet on ONNX Runtime: training graph, evaluation graph (loaded when it is first needed), AdamW.
sealed class OrtTrainingStep : ITrainingStep
{
    const string CheckpointFile = "checkpoint";

    readonly ControlNetTrainingOptions _options;
    readonly ParameterBuffers _buffers;
    readonly AdamW _optimizer;
    readonly TrainingSession _training;
    readonly Lazy<TrainingSession> _evaluation;

    OrtTrainingStep(ModelBundle bundle, ControlNetTrainingOptions options)
    {
        _options = options;
        var artifact = new TrainingArtifactOptions { Losses = Losses(options), Recompute = options.Recompute };
        var settings = new SessionSettings { Device = options.Device };
        _buffers = ControlNetTraining.Start(bundle);
        try
        {
            _optimizer = new AdamW(_buffers, new AdamWOptions
            {
                WeightDecay = options.WeightDecay,
                MaxGradientNorm = options.GradientClip
            });
            _training = ControlNetTraining.Open(bundle, _buffers, artifact, gradients: true, settings);
        }
        catch
        {
            _optimizer?.Dispose();
            _buffers.Dispose();
            throw;
        }
        // The frozen weights once more, but as they lie in their files: mapped, not copied.
        _evaluation = new(() => ControlNetTraining.Open(bundle, _buffers, artifact, gradients: false,
            settings with { Prepacking = false }));
        LossParts = ["loss", .. _training.Outputs.Where(o => o != "loss")];
    }

    public static ITrainingStep Open(ModelBundle bundle, ControlNetTrainingOptions options) => new OrtTrainingStep(bundle, options);

    public IReadOnlyList<string> LossParts { get; }

    public long Length => _buffers.Length;

    public IWeights Weights => ControlNetTraining.Weights(_buffers);

    public double[] Accumulate(TrainingBatch batch)
    {
        double[] losses = Run(_training, batch);
        if (_options.Accumulation > 1) _buffers.Accumulate();
        return losses;
    }

    public void Abandon() => _buffers.ForgetAccumulated();

    public double Apply(double learningRate) => _optimizer.Step(learningRate);

    public double[] Evaluate(TrainingBatch batch) => Run(_evaluation.Value, batch);

    public Span<float> Values(long start, int count) => _buffers.Parameters.Span(start, count);

    public void Save(string folder) => TrainingCheckpoint.Save(Path.Combine(folder, CheckpointFile), _buffers, _optimizer.Steps);

    public void Load(string folder, long steps)
    {
        string path = Path.Combine(folder, CheckpointFile);
        _optimizer.Steps = TrainingCheckpoint.Load(path, _buffers);
        if (_optimizer.Steps != steps)
            throw BadDataException.For($"The checkpoint '{path}'", $"{_optimizer.Steps} steps",
                $"{steps}, as the state beside it says", $"Begin anew with {ControlNetTrainingOptions.ResumeOption} none.");
    }

    double[] Run(TrainingSession session, TrainingBatch b)
    {
        int n = b.Rows;
        long[] latents = [n, .. b.LatentShape.Select(d => (long)d)];
        foreach (string input in session.Inputs)
            switch (input)
            {
                case "noisy_latents": session.Set(input, b.NoisyLatents, latents); break;
                case "noise": session.Set(input, b.Noise, latents); break;
                case "timestep": session.Set(input, b.Timestep, n); break;
                case "alpha_bar": session.Set(input, b.AlphaBar, n); break;
                case "sample_weight": session.Set(input, b.SampleWeight, n); break;
                case "encoder_hidden_states": session.Set(input, b.Text, n, b.TextShape[0], b.TextShape[1]); break;
                case "controlnet_cond":
                    session.Set(input, b.Control, n, b.Control.Length / (n * b.Width * b.Height), b.Height,
                    b.Width); break;
                case "target_image": session.Set(input, b.Image, n, 3, b.Height, b.Width); break;
                case "mask": session.Set(input, b.Mask, n, 1, b.Height, b.Width); break;
                case "noise_weight": session.Set(input, [(float)_options.NoiseWeight], 1); break;
                case "reconstruction_weight": session.Set(input, [(float)_options.ReconstructionWeight], 1); break;
                case "lpips_weight": session.Set(input, [(float)_options.LpipsWeight], 1); break;
                case "background_weight": session.Set(input, [(float)_options.BackgroundWeight], 1); break;
                default: throw new InvalidOperationException($"The training graph has an input '{input}' that is not set.");
            }
        try
        {
            IReadOnlyDictionary<string, float[]> outputs = session.Run();
            return [.. LossParts.Select(p => (double)outputs[p][0])];
        }
        catch (OnnxRuntimeException e) when (!OutOfMemory.Is(e))
        {
            throw BadDataException.For($"The training graph of '{_options.Model}' on {_options.Device}",
                $"a failure while running ({SafePath.Shorten(e.Message, 400)})",
                "models that belong together", "Import the model again, or train on the device cpu.", e);
        }
    }

    static TrainingLosses Losses(ControlNetTrainingOptions o) =>
        (o.NoiseWeight > 0 ? TrainingLosses.Noise : 0) | (o.ReconstructionWeight > 0 ? TrainingLosses.Reconstruction : 0)
        | (o.LpipsWeight > 0 ? TrainingLosses.Lpips : 0) | (o.BackgroundWeight > 0 ? TrainingLosses.Background : 0);

    public void Dispose()
    {
        if (_evaluation.IsValueCreated) _evaluation.Value.Dispose();
        _training.Dispose();
        _optimizer.Dispose();
        _buffers.Dispose();
    }
}
