using System.Numerics.Tensors;
using Alignment.Transforms.Diffusion;
using Alignment.Transforms.Diffusion.Compositing;
using Alignment.Transforms.Images;

namespace Alignment.MLNet.Editing;

/// <summary>
/// Edits one scene for all its variants: equal controls once, each edit put into the untouched still at the still's own
/// size, every file written complete, the record last.
/// </summary>
sealed class SceneEditing(EditedFolder folder, IScenesToEdit variants, EditOptions edit, EditSettings settings, string modelHash)
{
    const int ProofFormat = 1;

    /// <summary>Compares what is there with what would be made now.</summary>
    /// <exception cref="BadDataException">The still, the mask or a map cannot be read.</exception>
    public ScenePlan Plan(SceneToEdit scene)
    {
        string source = FileHash.OfFile(scene.StillPath), mask = FileHash.OfFile(scene.MaskPath);
        List<ControlGroup> groups = Group(scene);
        var batches = new List<EditBatch>();
        bool? nothing = RegionFacts(scene, source, mask) is { } region ? region.RegionPixels == 0 : null;
        var otherwise = new List<(EditBatch, ControlGroup, string, EditFacts)>();
        foreach (ControlGroup[] members in groups.Chunk(edit.Batch))
        {
            var batch = new EditBatch(members, Done: false);
            bool done = members.All(g => g.Variants.All(v =>
            {
                if (OutputRecord.Current<EditFacts>(folder.Record(v, scene.VideoId, scene.SceneId), Recipe(scene, source, mask, batch, g, v)) is not { } facts) return false;
                if (facts.AttentionOrigin != scene.Attention) otherwise.Add((batch, g, v, facts));
                return true;
            }));
            batches.Add(batch with { Done = done });
        }
        bool still = OutputRecord.Current<ProofFacts>(folder.Record(EditedFolder.Source, scene.VideoId, scene.SceneId), new SourceRecipe(ProofFormat, source)) is not null;
        return new ScenePlan { Scene = scene, SourceHash = source, MaskHash = mask, Batches = batches, ProofsDone = still && nothing is not null, NothingToEdit = nothing, OtherwiseTold = otherwise };
    }

    /// <summary>Writes the records again of finished edits whose heatmap is now known to come from elsewhere; no picture is touched.</summary>
    public void TellOrigin(ScenePlan plan)
    {
        SceneToEdit scene = plan.Scene;
        foreach (var (batch, group, variant, facts) in plan.OtherwiseTold)
            OutputRecord.Write(folder.Record(variant, scene.VideoId, scene.SceneId), Recipe(scene, plan.SourceHash, plan.MaskHash, batch, group, variant), facts with { AttentionOrigin = scene.Attention }, scene.SceneId + ".png", scene.SceneId + ".jpg");
    }

    /// <summary>Makes what the plan lacks.</summary>
    /// <param name="plan">Of this scene.</param>
    /// <param name="diffusion">The model.</param>
    /// <param name="made">Told after each batch how many edits it had.</param>
    /// <param name="cancel">Stops between steps; what is written then is complete.</param>
    /// <returns>True when the region is empty: nothing was to be edited.</returns>
    public bool Edit(ScenePlan plan, ISceneDiffusion diffusion, Action<int> made, CancellationToken cancel)
    {
        SceneToEdit scene = plan.Scene;
        RgbPicture still = PictureFile.ReadRgb8(scene.StillPath);
        EditRegion region = EditRegion.FromMask(variants.ReadMask(scene, still.Width, still.Height), still.Width, still.Height, edit.Region);
        (byte[] allowed, long pixels) = Allowed(region);
        if (!plan.ProofsDone) WriteProofs(plan, still, allowed, pixels);

        float[]? image = null;
        foreach (EditBatch batch in plan.Batches.Where(b => !b.Done))
        {
            cancel.ThrowIfCancellationRequested();
            IReadOnlyList<float[]>? edits = null;
            if (pixels > 0)
            {
                image ??= ReadImage(scene);
                edits = diffusion.Edit(scene, image, [.. batch.Groups.Select(g => g.Control)], cancel);
            }
            for (int i = 0; i < batch.Groups.Count; i++)
            {
                RgbPicture result = edits is null ? still
                    : new RgbPicture(still.Width, still.Height, Compositor.Composite(still.Pixels, edits[i], variants.Width, variants.Height, region));
                Write(plan, batch, batch.Groups[i], result, new EditFacts { RegionPixels = pixels, NothingToEdit = pixels == 0, AttentionOrigin = scene.Attention, Quality = pixels == 0 ? null : EditQuality.Of(still, result, region, allowed) });
            }
            made(batch.Groups.Count);
        }
        return pixels == 0;
    }

    /// <summary>Removes what there is of a scene that cannot be edited, so that nobody takes an older edit for the current one.</summary>
    public void Discard(SceneToEdit scene)
    {
        foreach (string kind in variants.Variants.Append(EditedFolder.Source).Append(EditedFolder.Region)) folder.Remove(kind, scene.VideoId, scene.SceneId);
    }

    List<ControlGroup> Group(SceneToEdit scene)
    {
        int n = variants.Width * variants.Height;
        float[] mask = variants.ReadMask(scene, variants.Width, variants.Height);
        var byHash = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        var hashOfPath = new Dictionary<string, string>(StringComparer.Ordinal);   // variants that refer to the baseline's map
        var groups = new List<ControlGroup>();
        foreach (VariantMap map in scene.Maps)
        {
            if (!hashOfPath.TryGetValue(map.Path, out string? hash))
            {
                float[] attention = variants.ReadAttention(map.Path);
                hashOfPath[map.Path] = hash = FileHash.OfControl(variants.Width, variants.Height, mask, attention);
                if (map.ControlHash is { } recorded && recorded != hash)
                    throw BadDataException.For($"The attention map '{SafePath.Shorten(map.Path, 300)}' and the mask of {scene.SceneId}", $"the control {hash[..12]}…", $"{SafePath.Shorten(recorded, 12)}, as the variants' table has it", "One of them changed since: delete the map and make the variants again.");
                if (!byHash.ContainsKey(hash))
                {
                    float[] control = new float[2 * n];
                    mask.CopyTo(control, 0);
                    attention.CopyTo(control, n);
                    groups.Add(new ControlGroup(hash, byHash[hash] = [], control));
                }
            }
            byHash[hash].Add(map.Variant);
        }
        return groups;
    }

    EditRecipe Recipe(SceneToEdit scene, string source, string mask, EditBatch batch, ControlGroup group, string variant) => new()
    {
        VideoId = scene.VideoId,
        SceneId = scene.SceneId,
        Variant = variant,
        EditOf = group.Variants[0],
        Prompt = edit.PromptFor(scene.Keyword),
        ModelSha256 = modelHash,
        SourceSha256 = source,
        MaskSha256 = mask,
        ControlSha256 = group.Hash,
        Batch = batch.Hashes,
        Settings = settings,
    };

    ProofFacts? RegionFacts(SceneToEdit scene, string source, string mask) =>
        OutputRecord.Current<ProofFacts>(folder.Record(EditedFolder.Region, scene.VideoId, scene.SceneId), RegionRecipe(source, mask));

    RegionRecipe RegionRecipe(string source, string mask) => new(ProofFormat, source, mask, edit.Region.Dilation, edit.Region.Feather);

    void WriteProofs(ScenePlan plan, RgbPicture still, byte[] allowed, long pixels)
    {
        SceneToEdit scene = plan.Scene;
        string name = scene.SceneId + ".png";
        AtomicFile.WriteBytes(folder.Png(EditedFolder.Source, scene.VideoId, scene.SceneId), PngWriter.Rgb8(still.Pixels, still.Width, still.Height), durable: false);
        OutputRecord.Write(folder.Record(EditedFolder.Source, scene.VideoId, scene.SceneId), new SourceRecipe(ProofFormat, plan.SourceHash), new ProofFacts(still.Width, still.Height), name);
        AtomicFile.WriteBytes(folder.Png(EditedFolder.Region, scene.VideoId, scene.SceneId), PngWriter.Grey8(allowed, still.Width, still.Height), durable: false);
        OutputRecord.Write(folder.Record(EditedFolder.Region, scene.VideoId, scene.SceneId), RegionRecipe(plan.SourceHash, plan.MaskHash), new ProofFacts(still.Width, still.Height, pixels), name);
    }

    /// <summary>The picture once, and its bytes for every variant that shares the edit.</summary>
    void Write(ScenePlan plan, EditBatch batch, ControlGroup group, RgbPicture picture, EditFacts facts)
    {
        SceneToEdit scene = plan.Scene;
        byte[] png = PngWriter.Rgb8(picture.Pixels, picture.Width, picture.Height);
        byte[] jpeg = JpegCodec.Rgb(picture.Pixels, picture.Width, picture.Height, settings.JpegQuality);
        foreach (string variant in group.Variants)
        {
            AtomicFile.WriteBytes(folder.Png(variant, scene.VideoId, scene.SceneId), png, durable: false);
            AtomicFile.WriteBytes(folder.Jpeg(variant, scene.VideoId, scene.SceneId), jpeg, durable: false);
            OutputRecord.Write(folder.Record(variant, scene.VideoId, scene.SceneId), Recipe(scene, plan.SourceHash, plan.MaskHash, batch, group, variant), facts, scene.SceneId + ".png", scene.SceneId + ".jpg");
        }
    }

    /// <summary>The still at the edit's size, in −1..1.</summary>
    float[] ReadImage(SceneToEdit scene)
    {
        float[] image = new float[3 * variants.Width * variants.Height];
        PictureFile.ReadRgb(scene.StillPath, variants.Width, variants.Height, image);
        TensorPrimitives.Multiply(image, 2f, image);
        TensorPrimitives.Add(image, -1f, image);
        return image;
    }

    static (byte[] Allowed, long Pixels) Allowed(EditRegion region)
    {
        byte[] allowed = new byte[region.Width * region.Height];
        long pixels = 0;
        for (int y = region.Top; y < region.Top + region.BoundsHeight; y++)
            for (int x = region.Left; x < region.Left + region.BoundsWidth; x++)
            {
                if (!(region[x, y] > 0)) continue;
                allowed[y * region.Width + x] = byte.MaxValue;
                pixels++;
            }
        return (allowed, pixels);
    }
}
