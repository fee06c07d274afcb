using System.Numerics.Tensors;
using Alignment.Transforms.Diffusion.Schedulers;

namespace Alignment.Transforms.Diffusion.Editing;

/// <summary>
/// Keeps the latents outside the edit on the source's way through the noise: after each step they are replaced by the source's latents z at the
/// noise level that the next step begins at, x ← w x + (1 − w) (√ᾱ z + √(1−ᾱ) ε), and after the last by z itself (Avrahami, Fried and Lischinski 2023, "Blended Latent
/// Diffusion", for a prompt; here for a control).
/// </summary>
/// <remarks>
/// ε is the noise the run started with, not a fresh one: so z's straight way from start to end is the very one a deterministic sampler would take if the model
/// knew the source, and where w is between 0 and 1 the two noises that are mixed are alike and keep their variance. What samplers remember – DPM-Solver++ and UniPC
/// the x₀ predicted at earlier calls, PNDM the outputs – was computed from blended samples and is never blended itself: every sampler works on each latent value by
/// itself, so where w is 1 it does what it would, and where w is 0 all it did is replaced. Samplers that add noise draw their own; it ends where w is 0.
/// </remarks>
sealed class SourceBlend
{
    readonly float[] _source, _noise, _edited, _kept, _level;

    /// <param name="source">z, [C,h,w], scaled.</param>
    /// <param name="noise">ε of the run, [C,h,w].</param>
    /// <param name="weights">w of each picture, [h,w], 0 … 1; 1 is edited.</param>
    /// <param name="channels">C.</param>
    public SourceBlend(float[] source, float[] noise, IReadOnlyList<float[]> weights, int channels)
    {
        (_source, _noise, _level) = (source, noise, new float[source.Length]);
        (_edited, _kept) = (new float[weights.Count * source.Length], new float[weights.Count * source.Length]);
        int plane = source.Length / channels;
        for (int i = 0; i < weights.Count * channels; i++) weights[i / channels].CopyTo(_edited, i * plane);
        TensorPrimitives.Negate(_edited, _kept);
        TensorPrimitives.Add(_kept, 1f, _kept);
    }

    /// <summary>Blends the samples that follow call <paramref name="call"/>. A value whose weight is 1 or 0 is exactly the sample's or the source's.</summary>
    /// <param name="scheduler">Of the run.</param>
    /// <param name="call">The call that was just made.</param>
    /// <param name="samples">[N,C,h,w].</param>
    public void Apply(IScheduler scheduler, int call, Span<float> samples)
    {
        if (call + 1 < scheduler.Timesteps.Count) scheduler.AddNoise(call + 1, _source, _noise, _level);
        else _source.CopyTo(_level, 0);
        TensorPrimitives.Multiply(samples, _edited, samples);
        for (int at = 0; at < samples.Length; at += _level.Length)
            TensorPrimitives.MultiplyAdd(_level, _kept.AsSpan(at, _level.Length), samples.Slice(at, _level.Length), samples.Slice(at, _level.Length));
    }
}
