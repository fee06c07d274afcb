namespace Alignment.Transforms.Diffusion.Schedulers;

/// <summary>
/// A sampler. A run is <see cref="Begin"/>, then for each step <see cref="ScaleInput"/>, the model, <see cref="Advance"/>; nothing is
/// allocated between. Samples are flat: any batch and shape. There may be more timesteps than inference steps (PNDM), fractional ones
/// (Euler), scaled inputs, and steps that need earlier outputs; noise comes from the caller. One run at a time.
/// </summary>
interface IScheduler
{
    // Given to the model at each step.
    IReadOnlyList<float> Timesteps { get; }

    // Of the pure noise that a run from step 0 starts with.
    float InitialNoiseSigma => 1;

    /// <summary><see cref="Advance"/> at step <paramref name="index"/> uses noise.</summary>
    bool NeedsNoise(int index) => false;

    /// <summary>See <see cref="ImageToImage.StartStep"/>.</summary>
    int StartStep(double strength) => ImageToImage.StartStep(strength, Timesteps.Count);

    /// <summary>Makes room for samples of <paramref name="count"/> elements.</summary>
    void Begin(int startStep, int count);

    void AddNoise(int startStep, ReadOnlySpan<float> x0, ReadOnlySpan<float> noise, Span<float> into);

    void ScaleInput(int index, ReadOnlySpan<float> sample, Span<float> modelInput) => sample.CopyTo(modelInput);

    /// <summary>
    /// From before to after step <paramref name="index"/>, by the model's (guided) prediction; <paramref name="noise"/> is read only where
    /// <see cref="NeedsNoise"/>.
    /// </summary>
    void Advance(int index, ReadOnlySpan<float> modelOutput, ReadOnlySpan<float> noise, Span<float> sample);
}
