using Alignment.MLNet.Storage;
using Alignment.MLNet.Variants;
using Alignment.Onnx.Bundles;
using Alignment.Onnx.Runtime;
using Alignment.Transforms.Attention;
using Alignment.Transforms.Diffusion.Sampling;

namespace Alignment.MLNet.Editing;

/// <summary>
/// Edits every scene of a variant set under every variant, each distinct control once, and writes the pictures
/// (<see cref="EditedFolder"/>). It may be stopped at any moment, also by killing the process: what is finished is
/// recognised by the record beside it (<see cref="OutputRecord"/>), and a run that continues ends with the bytes of one that
/// was never stopped. A scene that cannot be edited is reported and the rest is done.
/// </summary>
public static class EditJob
{
    /// <summary>Edits what is not up to date.</summary>
    /// <param name="variants">The set; its maps' size is the edits' size.</param>
    /// <param name="bundle">The model.</param>
    /// <param name="output">The folder that gets <c>edited_scenes</c>.</param>
    /// <param name="options">How; null: the defaults.</param>
    /// <param name="progress">Counts first the scenes looked at, then the edits that are really to be made.</param>
    /// <param name="cancellationToken">Stops between denoising steps; everything written then is complete.</param>
    /// <exception cref="UsageException">An option is out of range, or the maps' size does not suit the model.</exception>
    /// <exception cref="BadDataException">The set is damaged.</exception>
    /// <exception cref="RetryableException">Another run works in the output folder.</exception>
    public static EditResult Run(VariantSet variants, ModelBundle bundle, string output, EditJobOptions? options = null,
        IProgress<WorkProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        using RunLock alone = RunLock.Take(output);
        return RunLocked(variants, bundle, output, options, progress, cancellationToken);
    }

    /// <summary>Refuses options that do not suit the model or the machine; reads no model yet.</summary>
    /// <exception cref="UsageException">An option is out of range: the size, or more steps than the model was trained with.</exception>
    /// <exception cref="BadDataException">The ControlNet was made for another kind of control.</exception>
    /// <exception cref="MissingDependencyException">The device is not there.</exception>
    internal static void Require(ModelBundle bundle, EditOptions edit)
    {
        if (bundle.Manifest.ControlChannels != ControlStack.Channels)
            throw BadDataException.For($"The ControlNet of the model bundle '{bundle.Folder}'",
                FormattableString.Invariant($"a control of {bundle.Manifest.ControlChannels} channels"),
                FormattableString.Invariant($"{ControlStack.Channels}: {string.Join(" and ", ControlStack.Labels)}"),
                "Use a ControlNet made for attention maps, or import the model without one to start a new one.");
        new DiffusionEditor(bundle, edit).Dispose();
        OrtSessions.Require(edit.Device);
    }

    /// <summary>As <see cref="Run"/>, for a caller that has the folder's lock.</summary>
    /// <param name="variants">The set.</param>
    /// <param name="bundle">The model.</param>
    /// <param name="output">The folder that gets <c>edited_scenes</c>.</param>
    /// <param name="options">How; null: the defaults.</param>
    /// <param name="progress">Counts scenes, then edits.</param>
    /// <param name="cancellationToken">Stops between denoising steps.</param>
    /// <param name="chain">Computes the edits with that model and those options; null: the chain over the set's maps.</param>
    internal static EditResult RunLocked(VariantSet variants, ModelBundle bundle, string output, EditJobOptions? options,
        IProgress<WorkProgress>? progress, CancellationToken cancellationToken, EditChain? chain = null)
    {
        ArgumentNullException.ThrowIfNull(variants);
        ArgumentNullException.ThrowIfNull(bundle);
        options ??= new();
        options = options with { Edit = options.Edit.Resolve(bundle) with { Width = variants.Width, Height = variants.Height } };
        options.Check();
        if (options.Videos.FirstOrDefault(v => !variants.VideoIds.Contains(v, StringComparer.Ordinal)) is { } unknown)
            throw UsageException.For($"{OptionName.Of<EditJobOptions>(nameof(EditJobOptions.Videos))} '{SafePath.Shorten(unknown)}'",
                "no such video among the variants", $"one of {string.Join(", ", variants.VideoIds.Take(10))}",
                "Correct the id, or make its variants first.");
        Require(bundle, options.Edit);   // refused before hours of looking at scenes
        var source = new EditSource(Variant.Names, () => variants.ScenesOf(options.Videos), () => variants.ScenesOf([]),
            variants.AttentionOrigin);
        VariantOptions set = new() { Width = variants.Width, Height = variants.Height, MaskThreshold = variants.MaskThreshold };
        chain ??= EditChain.Of(bundle, options, set, source.Variants);
        string lpips = bundle.Has(BundleFiles.Lpips) ? $"by the model's {BundleFiles.Lpips}"
            : $"left out: the model has no {BundleFiles.Lpips} (docs/perceptual-distance.md says how to add it)";
        return new EditRun(source, chain, new EditedFolder(output), options, bundle.Hash, lpips).Run(progress, cancellationToken);
    }
}
