namespace Alignment.Transforms.Diffusion.Schedulers;

/// <summary>
/// A sampler: turns the model's predictions into the next, less noisy sample. One object serves one run at a time.
/// A run is <see cref="Begin"/>, then for each step from its first to the last of <see cref="Timesteps"/>:
/// <see cref="ScaleInput"/>, the model, <see cref="Advance"/>. Nothing is allocated between <see cref="Begin"/> and the end.
/// </summary>
/// <remarks>
/// Samples are flat: any batch and shape, every element treated alike. There may be more timesteps than inference steps (PNDM), timesteps
/// may be fractional (Euler), the model may see a scaled sample (sigma-based samplers), a step may need the outputs of earlier ones (kept
/// inside, sized by <see cref="Begin"/>), and noise always comes from the caller.
/// </remarks>
interface IScheduler
{
    /// <summary>The timestep given to the model at each step.</summary>
    IReadOnlyList<float> Timesteps { get; }

    /// <summary>Standard deviation of the pure noise that a run from step 0 starts with.</summary>
    float InitialNoiseSigma => 1;

    /// <summary>True where <see cref="Advance"/> at step <paramref name="index"/> uses noise.</summary>
    bool NeedsNoise(int index) => false;

    /// <summary>
    /// The step a run of <paramref name="strength"/> (0 … 1) begins with: the last ⌊strength · steps⌋ steps remain, but at least one where
    /// strength is above 0.
    /// </summary>
    int StartStep(double strength) => ImageToImage.StartStep(strength, Timesteps.Count);

    /// <summary>Forgets the previous run and makes room for samples of <paramref name="count"/> elements.</summary>
    void Begin(int startStep, int count);

    /// <summary>The noisy sample that a run from <paramref name="startStep"/> starts with, from the clean one. <paramref name="into"/> may
    /// be either input.</summary>
    void AddNoise(int startStep, ReadOnlySpan<float> x0, ReadOnlySpan<float> noise, Span<float> into);

    /// <summary>The model's input at <paramref name="index"/>.</summary>
    void ScaleInput(int index, ReadOnlySpan<float> sample, Span<float> modelInput) => sample.CopyTo(modelInput);

    /// <summary>Replaces <paramref name="sample"/> by the one after <paramref name="index"/>.</summary>
    /// <param name="index">Index into <see cref="Timesteps"/>.</param>
    /// <param name="modelOutput">The model's (guided) prediction at this step.</param>
    /// <param name="noise">Standard normal; read only where <see cref="NeedsNoise"/>, may be empty elsewhere.</param>
    /// <param name="sample">In: before the step. Out: after it.</param>
    void Advance(int index, ReadOnlySpan<float> modelOutput, ReadOnlySpan<float> noise, Span<float> sample);
}
