using Alignment.Onnx.Bundles;
using Alignment.Transforms.Diffusion.Sampling;
using Alignment.Transforms.Diffusion.Schedulers;
using Microsoft.ML.OnnxRuntime;

namespace Alignment.MLNet.Training;

/// <summary>Turns decoded scenes into the training graph's inputs: VAE encoder and text encoder (frozen, run by ONNX Runtime, each result
/// cached as long as there is room), noise, timesteps.</summary>
sealed class BatchEncoder : IDisposable
{
    // What cached scenes may take in bytes: at 512x512 a scene's mean and variance are 128 KB, so about two thousand scenes.
    const long MostKeptBytes = 256L << 20;

    readonly ControlNetTrainingOptions _options;
    readonly BundleSessions _sessions;
    readonly PromptEncoder _prompts;
    readonly NoiseSchedule _schedule;
    readonly EditShape _shape;
    readonly TrainingRandom _random;
    readonly float _scalingFactor;
    readonly int _textWidth;
    readonly Dictionary<string, LatentDistribution> _cached = new(StringComparer.Ordinal);
    readonly int _mostCached;

    public BatchEncoder(ModelBundle bundle, ControlNetTrainingOptions options)
    {
        _options = options;
        _sessions = new BundleSessions(bundle, options.Device);
        _prompts = new PromptEncoder(bundle, _sessions);
        _schedule = new NoiseSchedule(SchedulerConfig.Of(bundle));
        _shape = EditShape.Of(bundle, options.Width, options.Height);
        _random = new TrainingRandom(options.Seed, _schedule.AlphaBars.Length);
        _scalingFactor = (float)bundle.Manifest.ScalingFactor;
        _textWidth = bundle.Manifest.TextWidth;
        _mostCached = (int)Math.Min(int.MaxValue, MostKeptBytes / (2L * sizeof(float) * _shape.LatentLength));
    }

    // A micro batch of training: the scenes are rows firstRow … of the stream over all epochs.
    public TrainingBatch Training(IReadOnlyList<TrainingScene> scenes, long firstRow) =>
        Encode(scenes, training: true, i => (firstRow + i, _random.Timestep(firstRow + i)));

    // A batch of validation: scenes first … of the validation scenes, all at the k-th fixed timestep.
    public TrainingBatch Validation(IReadOnlyList<TrainingScene> scenes, long first, int k) =>
        Encode(scenes, training: false, i => ((first + i) * TrainingRandom.ValidationTimesteps + k, _random.ValidationTimestep(k)));

    TrainingBatch Encode(IReadOnlyList<TrainingScene> scenes, bool training, Func<int, (long Row, int Timestep)> rowOf)
    {
        int rows = scenes.Count, n = _shape.LatentLength, pixels = _shape.Width * _shape.Height, text = _prompts.Tokens * _textWidth;
        var batch = new TrainingBatch(Rows: rows, Width: _shape.Width, Height: _shape.Height,
            LatentShape: [_shape.LatentChannels, _shape.LatentHeight, _shape.LatentWidth], TextShape: [_prompts.Tokens, _textWidth],
            NoisyLatents: new float[rows * n], Noise: new float[rows * n], Timestep: new float[rows], AlphaBar: new float[rows],
            SampleWeight: new float[rows], Text: new float[rows * text], Control: new float[rows * _shape.ControlLength],
            Image: new float[rows * _shape.ImageLength], Mask: new float[rows * pixels]);
        for (int i = 0; i < rows; i++)
        {
            TrainingScene scene = scenes[i];
            (long row, int timestep) = rowOf(i);

            // 1. x₀ = scale · (mean + e^(logvar / 2) ξ); x_t = √ᾱ x₀ + √(1−ᾱ) ε.
            Span<float> latents = batch.NoisyLatents.AsSpan(i * n, n), noise = batch.Noise.AsSpan(i * n, n);
            _random.Vae(training, row, latents);
            Latents(scene).Sample(_scalingFactor, latents, latents);
            _random.Noise(training, row, noise);
            _schedule.AddNoise(latents, noise, timestep, latents);

            // 2. How much it counts.
            float alphaBar = _schedule.AlphaBars[timestep];
            (batch.Timestep[i], batch.AlphaBar[i]) = (timestep, alphaBar);
            batch.SampleWeight[i] = (float)TimestepWeights.Of(_options.Weighting, alphaBar, _options.SnrGamma);

            // 3. Under which prompt and control.
            string prompt = training && _random.DropsPrompt(row, _options.PromptDropout) ? "" : _options.Edit.PromptFor(scene.Keyword);
            _prompts.Encode(prompt).Values.Span.CopyTo(batch.Text.AsSpan(i * text));
            scene.Control.CopyTo(batch.Control, i * _shape.ControlLength);
            scene.Image.CopyTo(batch.Image, i * _shape.ImageLength);
            scene.Mask.CopyTo(batch.Mask, i * pixels);
        }
        return batch;
    }

    // The VAE encoder's output for a scene; one scene at a time, so that it does not depend on the batch.
    LatentDistribution Latents(TrainingScene scene)
    {
        if (_cached.TryGetValue(scene.SceneId, out LatentDistribution? known)) return known;
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(scene.Image, [1, 3, _shape.Height, _shape.Width]);
        float[][] moments = _sessions.Run(_sessions.VaeEncoder, "sample", input, "mean", "logvar");
        var latents = new LatentDistribution(moments[0], moments[1]);
        if (_cached.Count < _mostCached) _cached.Add(scene.SceneId, latents);
        return latents;
    }

    public void Dispose() => _sessions.Dispose();
}
