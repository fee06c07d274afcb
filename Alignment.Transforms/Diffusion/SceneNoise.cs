namespace Alignment.Transforms.Diffusion;

/// <summary>
/// A scene's random numbers, standard normal: the same bits for every variant, batch, size of batch, thread count and machine, because
/// each depends only on the seed, the scene's id, the purpose and its own index. Specified in docs/noise.md.
/// </summary>
sealed class SceneNoise
{
    readonly ulong _seed;
    readonly string _initial, _vae, _step;

    /// <param name="seed">The experiment's seed.</param>
    /// <param name="sceneId">The scene's id, "{video_id}-Scene-{n:000}"; scenes with different ids get independent noise.</param>
    public SceneNoise(ulong seed, string sceneId)
    {
        ArgumentNullException.ThrowIfNull(sceneId);
        _seed = seed;
        _initial = $"edit/initial/{sceneId}";
        _vae = $"edit/vae/{sceneId}";
        _step = $"edit/step/{sceneId}";
    }

    /// <summary>The noise that the scene's latents are mixed with, or that an edit from noise starts with. Row-major [4,h,w].</summary>
    public void Initial(Span<float> into) => SeededNormal.Fill(into, _seed, _initial);

    /// <summary>The noise that draws the scene's latents from the VAE encoder's distribution. Row-major [4,h,w].</summary>
    public void Vae(Span<float> into) => SeededNormal.Fill(into, _seed, _vae);

    /// <summary>
    /// The noise a stochastic sampler adds at step <paramref name="index"/>: elements index·n … index·n + n − 1 of the
    /// stream, n the latent's length, index counted over the whole schedule even where an edit starts late.
    /// </summary>
    public void Step(int index, Span<float> into) => SeededNormal.Fill(into, _seed, _step, (long)index * into.Length);
}
