namespace Alignment.Transforms.Diffusion;

/// <summary>
/// A scene's standard normal numbers: the same bits for every variant, batch, thread count and machine, because each depends only on seed,
/// scene id, purpose and index (docs/noise.md).
/// </summary>
sealed class SceneNoise
{
    readonly ulong _seed;
    readonly string _initial, _vae, _step;

    /// <summary><paramref name="sceneId"/> is "{video_id}-Scene-{n:000}"; different ids get independent noise.</summary>
    public SceneNoise(ulong seed, string sceneId)
    {
        _seed = seed;
        _initial = $"edit/initial/{sceneId}";
        _vae = $"edit/vae/{sceneId}";
        _step = $"edit/step/{sceneId}";
    }

    // Mixed with the scene's latents, or the start of an edit from noise, [4,h,w].
    public void Initial(Span<float> into) => SeededNormal.Fill(into, _seed, _initial);

    // Draws the scene's latents from the VAE encoder's distribution, [4,h,w].
    public void Vae(Span<float> into) => SeededNormal.Fill(into, _seed, _vae);

    /// <summary>
    /// Added by a stochastic sampler at step <paramref name="index"/> of the whole schedule, even where an edit starts late: elements
    /// index·n … index·n + n − 1 of the stream, n the latent's length.
    /// </summary>
    public void Step(int index, Span<float> into) => SeededNormal.Fill(into, _seed, _step, (long)index * into.Length);
}
