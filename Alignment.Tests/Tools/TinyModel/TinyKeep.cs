using Alignment.Onnx.Bundles;
using Alignment.Onnx.Weights;

namespace Alignment.Tests.Tools.TinyModel;

/// <summary>Parts of the tiny model that are not trained again but taken from a bundle made earlier.</summary>
/// <param name="Bundle">A trained tiny bundle.</param>
/// <param name="Stages">Among <see cref="Names"/>. A part that a kept one was trained before must be kept too, or they do not fit.</param>
public sealed record TinyKeep(ModelBundle Bundle, IReadOnlySet<string> Stages)
{
    internal const string Vae = "vae", Denoiser = "denoiser", Control = "control", Trunk = "trunk", Masks = "masks", Absent = "absent";

    /// <summary>The stages, in the order in which they are trained.</summary>
    public static IReadOnlyList<string> Names { get; } = [Vae, Denoiser, Control, Trunk, Masks, Absent];

    /// <summary>Refuses unknown names, and parts whose forerunners would be trained anew under them.</summary>
    /// <exception cref="UsageException">The message says which.</exception>
    internal void Check()
    {
        foreach (string stage in Stages)
            if (!Names.Contains(stage)) throw UsageException.For("The stage to keep", $"'{stage}'", string.Join(", ", Names),
                "Choose among these.");
        foreach (var (stage, before) in new[] { (Denoiser, Vae), (Control, Denoiser), (Absent, Masks) })
            if (Stages.Contains(stage) && !Stages.Contains(before))
                throw UsageException.For($"Keeping '{stage}'", $"'{before}' not kept", $"both, because '{stage}' was trained on it",
                    $"Keep '{before}' too.");
    }
}

/// <summary>The weights of the kept parts, named as the stages name theirs; null for those to be trained.</summary>
sealed class KeptParts : IDisposable
{
    readonly List<OnnxWeights> _open = [];

    public KeptParts(TinyKeep? keep)
    {
        if (keep is null) return;
        keep.Check();
        OnnxWeights Open(string file)
        {
            _open.Add(new(keep.Bundle.PathOf(file)));
            return _open[^1];
        }
        if (keep.Stages.Contains(TinyKeep.Vae)) Vae = MixedWeights.Joined(Open(BundleFiles.VaeEncoder), Open(BundleFiles.VaeDecoder));
        if (keep.Stages.Contains(TinyKeep.Denoiser)) Denoiser =
            MixedWeights.Scoped((TinyTrainingGraphs.TextScope, Open(BundleFiles.TextEncoder)),
            (TinyTrainingGraphs.UNetScope, Open(BundleFiles.Unet)));
        if (keep.Stages.Contains(TinyKeep.Control)) Control = Open(BundleFiles.ControlNet);
        if (keep.Stages.Contains(TinyKeep.Trunk)) Trunk = Open(BundleFiles.Lpips);
        if (keep.Stages.Contains(TinyKeep.Masks)) Masks = MixedWeights.Joined(Open(BundleFiles.ClipSeg), Open(BundleFiles.ClipSegText));
    }

    public IWeights? Vae { get; }

    public IWeights? Denoiser { get; }

    public IWeights? Control { get; }

    public IWeights? Trunk { get; }

    public IWeights? Masks { get; }

    public void Dispose()
    {
        foreach (OnnxWeights weights in _open) weights.Dispose();
    }
}
