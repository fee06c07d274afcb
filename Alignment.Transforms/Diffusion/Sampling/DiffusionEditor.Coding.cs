using Alignment.Transforms.Diffusion.Schedulers;
using Microsoft.ML.OnnxRuntime;

namespace Alignment.Transforms.Diffusion.Sampling;

/// <content>Prompts and pictures to what the networks see, and back.</content>
sealed partial class DiffusionEditor
{
    (float[] Image, LatentDistribution Latents)? _lastScene;

    public PromptEmbedding EncodePrompt(string prompt)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _prompts.Encode(prompt);
        }
    }

    /// <summary>The VAE encoder's output for a picture [3,H,W] in −1 … 1. The last one is cached: variants of a scene that come one by one
    /// share it.</summary>
    public LatentDistribution EncodeImage(ReadOnlySpan<float> image)
    {
        RequireLength("The picture to encode", image.Length, Shape.ImageLength, 3);
        lock (_encoding)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_lastScene is { } last && image.SequenceEqual(last.Image)) return last.Latents;
            float[] copy = image.ToArray();
            using OrtValue input = OrtValue.CreateTensorValueFromMemory(copy, [1, 3, Shape.Height, Shape.Width]);
            float[][] moments = _sessions.Run(_sessions.VaeEncoder, "sample", input, "mean", "logvar");
            var latents = new LatentDistribution(moments[0], moments[1]);
            _lastScene = (copy, latents);
            return latents;
        }
    }

    /// <summary>The picture [3,H,W] in 0 … 1 of latents [4,h,w] as denoised.</summary>
    /// <exception cref="BadDataException">The decoder's output is not finite.</exception>
    public float[] DecodePicture(string sceneId, ReadOnlySpan<float> latents)
    {
        float[] picture = Decode(latents);
        RequireFinite(sceneId, picture);
        return FromModelRange(picture);
    }

    // The VAE decoder's picture [3,H,W] for latents [4,h,w] as denoised; about −1 … 1, not clipped.
    public float[] Decode(ReadOnlySpan<float> latents) => Decode(latents, Shape.LatentWidth, Shape.LatentHeight);

    /// <summary>Needs no lock: a session may run on several threads, and nothing is cached. Nobody may dispose the editor
    /// meanwhile.</summary>
    float[] Decode(ReadOnlySpan<float> latents, int width, int height)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        float[] unscaled = new float[latents.Length];
        TensorPrimitives.Divide(latents, _scalingFactor, unscaled);
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(unscaled, [1, Shape.LatentChannels, height, width]);
        return _sessions.Run(_sessions.VaeDecoder, "latent_sample", input, "sample")[0];
    }

    /// <summary>
    /// The predicted x₀ of a step at half the latents' sides (means of four), so that decoding it costs a quarter.
    /// </summary>
    /// <param name="step">From an observer.</param>
    /// <param name="picture">0 … <see cref="DenoiseStep.Pictures"/> − 1.</param>
    /// <returns>[4,h/2,w/2], scaled; for <see cref="DecodePreview"/>.</returns>
    public float[] PredictedX0(in DenoiseStep step, int picture)
    {
        double alphaBar = _schedule.AlphaBarAt(step.Timestep);
        int n = Shape.LatentLength, w = Shape.LatentWidth, h = Shape.LatentHeight, halfW = Math.Max(1, w / 2), halfH = Math.Max(1, h / 2);
        float[] x0 = new float[n], half = new float[Shape.LatentChannels * halfW * halfH];
        Prediction.X0(_schedule.Config.PredictionType, Math.Sqrt(alphaBar), Math.Sqrt(1 - alphaBar))
            .Write(step.Input.Slice(picture * n, n), step.Prediction.Slice(picture * n, n), x0);
        for (int c = 0, at = 0; c < Shape.LatentChannels; c++)
            for (int y = 0; y < halfH; y++)
                for (int x = 0; x < halfW; x++, at++)
                {
                    int top = c * w * h + 2 * y * w + 2 * x, right = w > 1 ? 1 : 0, down = h > 1 ? w : 0;
                    half[at] = (x0[top] + x0[top + right] + x0[top + down] + x0[top + down + right]) / 4;
                }
        return half;
    }

    /// <summary>Decodes a <see cref="PredictedX0"/>: a picture [3,H/2,W/2] in 0 … 1 with its width and height.</summary>
    public PlanarPicture DecodePreview(float[] predictedX0)
    {
        int w = Math.Max(1, Shape.LatentWidth / 2), h = Math.Max(1, Shape.LatentHeight / 2), factor = Shape.Width / Shape.LatentWidth;
        return new(FromModelRange(Decode(predictedX0, w, h)), w * factor, h * factor);
    }

    // From the models' −1 … 1 to a picture's 0 … 1, clipped, in place.
    public static float[] FromModelRange(float[] picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        for (int i = 0; i < picture.Length; i++) picture[i] = Math.Clamp(picture[i] / 2 + 0.5f, 0, 1);
        return picture;
    }
}
