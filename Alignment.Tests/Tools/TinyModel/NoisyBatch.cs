using Alignment.Onnx.Training;
using Alignment.Transforms.Diffusion.Schedulers;

namespace Alignment.Tests.Tools.TinyModel;

/// <summary>Latents, their noise and the noised latents of a step.</summary>
sealed class NoisyBatch
{
    readonly int _batch, _width, _height;
    readonly float[] _latents, _noisy, _timesteps;

    public NoisyBatch(int batch, (int Width, int Height) size)
    {
        (_batch, _width, _height) = (batch, size.Width / 4, size.Height / 4);
        Length = 4 * _width * _height;
        (_latents, Noise, _noisy, _timesteps) = (new float[batch * Length], new float[batch * Length], new float[batch * Length],
            new float[batch]);
    }

    /// <summary>Elements of one latent.</summary>
    public int Length { get; }

    public float[] Noise { get; }

    public Span<float> LatentOf(int row) => _latents.AsSpan(row * Length, Length);

    public Span<float> NoiseOf(int row) => Noise.AsSpan(row * Length, Length);

    public void Add(int row, int timestep, NoiseSchedule schedule)
    {
        _timesteps[row] = timestep;
        schedule.AddNoise(LatentOf(row), NoiseOf(row), timestep, _noisy.AsSpan(row * Length, Length));
    }

    public void Set(TrainingSession session)
    {
        session.Set("noisy_latents", _noisy, _batch, 4, _height, _width);
        session.Set("noise", Noise, _batch, 4, _height, _width);
        session.Set("timestep", _timesteps, _batch);
    }
}
