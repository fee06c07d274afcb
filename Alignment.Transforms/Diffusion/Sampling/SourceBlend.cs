namespace Alignment.Transforms.Diffusion.Sampling;

/// <summary>
/// Keeps the latents outside the edit on the source's way through the noise: after each step they are replaced by the source's latents z at
/// the noise level that the next step begins at, x ← w x + (1 − w) (√ᾱ z + √(1−ᾱ) ε), and after the last by z itself (Avrahami, Fried and
/// Lischinski 2023, "Blended Latent Diffusion", for a prompt; here for a control). The sum is in <see cref="SamplerGraphs.Step"/>.
/// </summary>
/// <remarks>
/// ε is the noise the run started with, not a fresh one: so z's straight way from start to end is the very one a deterministic sampler
/// would take if the model knew the source, and where w is between 0 and 1 the two noises that are mixed are alike and keep their variance.
/// What samplers remember – earlier samples and predictions – was computed from blended samples and is never blended itself: every sampler
/// works on each latent value by itself, so where w is 1 it does what it would, and where w is 0 all it did is replaced. Samplers that add
/// noise draw their own; it ends where w is 0.
/// </remarks>
/// <param name="Source">z, [C,h,w], scaled.</param>
/// <param name="Noise">ε of the run, [C,h,w].</param>
/// <param name="Weights">w of each picture, [h,w], 0 … 1; 1 is edited.</param>
sealed record SourceBlend(float[] Source, float[] Noise, IReadOnlyList<float[]> Weights)
{
    // Into [C,h,w], [C,h,w] and [N,1,h,w].
    public void CopyTo(Span<float> source, Span<float> noise, Span<float> weights)
    {
        Source.CopyTo(source);
        Noise.CopyTo(noise);
        for (int i = 0; i < Weights.Count; i++) Weights[i].CopyTo(weights[(i * Weights[i].Length)..]);
    }
}
