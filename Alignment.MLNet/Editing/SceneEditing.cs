using System.Numerics.Tensors;
using Alignment.MLNet.Storage;
using Alignment.Transforms.Attention;
using Alignment.Transforms.Diffusion.Compositing;
using Alignment.Transforms.Diffusion.Sampling;
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
        bool? nothing = RegionFacts(scene, source, mask) is { } region ? region.RegionPixels == 0 : null;
        var groups = new List<ControlGroup>();
        var otherwise = new List<(ControlGroup, string, EditFacts)>();
        foreach (ControlGroup group in Group(scene))
        {
            bool done = group.Variants.All(v =>
            {
                if (OutputRecord.Current<EditFacts>(folder.Record(v, scene.VideoId, scene.SceneId),
                    Recipe(scene, source, mask, group, v)) is not { } facts) return false;
                if (facts.AttentionOrigin != scene.Attention) otherwise.Add((group, v, facts));
                return true;
            });
            groups.Add(group with { Done = done });
        }
        bool still = OutputRecord.Current<ProofFacts>(folder.Record(EditedFolder.Source, scene.VideoId, scene.SceneId),
            new SourceRecipe(ProofFormat, source)) is not null;
        return new ScenePlan
        {
            Scene = scene,
            SourceHash = source,
            MaskHash = mask,
            Groups = groups,
            ProofsDone = still && nothing is not null,
            NothingToEdit = nothing,
            OtherwiseTold = otherwise
        };
    }

    /// <summary>Writes the records again of finished edits whose heatmap is now known to come from elsewhere; no picture is
    /// touched.</summary>
    public void TellOrigin(ScenePlan plan)
    {
        SceneToEdit scene = plan.Scene;
        foreach (var (group, variant, facts) in plan.OtherwiseTold)
            OutputRecord.Write(folder.Record(variant, scene.VideoId, scene.SceneId),
                Recipe(scene, plan.SourceHash, plan.MaskHash, group, variant), facts with { AttentionOrigin = scene.Attention },
                scene.SceneId + ".png", scene.SceneId + ".jpg");
    }

    /// <summary>Everything an edit needs that no model denoises: plans, reads, encodes, and writes the proofs.</summary>
    /// <exception cref="BadDataException">The still, the mask or a map cannot be read.</exception>
    public PreparedScene Prepare(SceneToEdit scene, ISceneDiffusion diffusion)
    {
        ScenePlan plan = Plan(scene);
        RgbPicture still = PictureFile.ReadRgb8(scene.StillPath);
        EditRegion region = EditRegion.FromMask(variants.ReadMask(scene, still.Width, still.Height), still.Width, still.Height,
            edit.Region);
        (byte[] allowed, long pixels) = Allowed(region);
        if (!plan.ProofsDone) WriteProofs(plan, still, allowed, pixels);
        bool edits = pixels > 0 && plan.EditsLeft > 0;
        float[] image = edits ? ReadImage(scene) : [];
        return new(plan, still, region, allowed, pixels, image, edits ? diffusion.Encode(image) : null,
            [.. plan.Groups.Where(g => !g.Done)]);
    }

    /// <summary>Makes an edit's files; several threads must not.</summary>
    /// <param name="prepared">The scene.</param>
    /// <param name="group">The control.</param>
    /// <param name="denoised">Null where there was nothing to edit.</param>
    /// <param name="diffusion">The model.</param>
    public void Finish(PreparedScene prepared, ControlGroup group, DenoisedEdit? denoised, ISceneDiffusion diffusion)
    {
        (SceneToEdit scene, RgbPicture still) = (prepared.Plan.Scene, prepared.Still);
        RgbPicture result = still;
        RgbPicture? strip = null;
        if (denoised is not null)
        {
            float[] picture = diffusion.Decode(scene, denoised);
            result = new(still.Width, still.Height, Compositor.Composite(still.Pixels, picture, variants.Width, variants.Height,
                prepared.Region));
            strip = diffusion.Strip(prepared.Image, denoised, picture);
        }
        Write(prepared.Plan, group, result, new EditFacts
        {
            RegionPixels = prepared.Pixels,
            NothingToEdit = denoised is null,
            AttentionOrigin = scene.Attention,
            Quality = denoised is null ? null : EditQuality.Of(still, result, prepared.Region, prepared.Allowed, diffusion),
        });
        foreach (string variant in group.Variants) folder.RemovePreview(variant, scene.VideoId, scene.SceneId);
        if (strip is not null) AtomicFile.WriteBytes(folder.Preview(group.Variants[0], scene.VideoId, scene.SceneId),
            PngWriter.Rgb8(strip.Pixels, strip.Width, strip.Height), durable: false);
    }

    /// <summary>Removes what there is of a scene that cannot be edited, so that nobody takes an older edit for the current one.</summary>
    public void Discard(SceneToEdit scene)
    {
        foreach (string kind in variants.Variants.Append(EditedFolder.Source).Append(EditedFolder.Region))
            folder.Remove(kind, scene.VideoId, scene.SceneId);
    }

    List<ControlGroup> Group(SceneToEdit scene)
    {
        float[] mask = variants.ReadMask(scene, variants.Width, variants.Height);
        var byHash = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        var hashOfPath = new Dictionary<string, string>(StringComparer.Ordinal);   // variants that refer to the baseline's map
        var groups = new List<ControlGroup>();
        foreach (VariantMap map in scene.Maps)
        {
            if (!hashOfPath.TryGetValue(map.Path, out string? hash))
            {
                float[] attention = variants.ReadAttention(map.Path);
                hashOfPath[map.Path] = hash = ControlStack.Hash(variants.Width, variants.Height, mask, attention);
                if (map.ControlHash is { } recorded && recorded != hash)
                    throw BadDataException.For($"The attention map '{SafePath.Shorten(map.Path, 300)}' and the mask of {scene.SceneId}",
                        $"the control {hash[..12]}…", $"{SafePath.Shorten(recorded, 12)}, as the variants' table has it",
                        "One of them changed since: delete the map and make the variants again.");
                if (!byHash.ContainsKey(hash)) groups.Add(new ControlGroup(hash, byHash[hash] = [], ControlStack.Of(mask, attention)));
            }
            byHash[hash].Add(map.Variant);
        }
        return groups;
    }

    EditRecipe Recipe(SceneToEdit scene, string source, string mask, ControlGroup group, string variant) => new()
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
        Settings = settings,
    };

    ProofFacts? RegionFacts(SceneToEdit scene, string source, string mask) =>
        OutputRecord.Current<ProofFacts>(folder.Record(EditedFolder.Region, scene.VideoId, scene.SceneId), RegionRecipe(source, mask));

    RegionRecipe RegionRecipe(string source, string mask) => new(ProofFormat, source, mask, edit.Region.Dilation, edit.Region.Feather);

    void WriteProofs(ScenePlan plan, RgbPicture still, byte[] allowed, long pixels)
    {
        SceneToEdit scene = plan.Scene;
        string name = scene.SceneId + ".png";
        AtomicFile.WriteBytes(folder.Png(EditedFolder.Source, scene.VideoId, scene.SceneId),
            PngWriter.Rgb8(still.Pixels, still.Width, still.Height), durable: false);
        OutputRecord.Write(folder.Record(EditedFolder.Source, scene.VideoId, scene.SceneId), new SourceRecipe(ProofFormat, plan.SourceHash),
            new ProofFacts(still.Width, still.Height), name);
        AtomicFile.WriteBytes(folder.Png(EditedFolder.Region, scene.VideoId, scene.SceneId),
            PngWriter.Grey8(allowed, still.Width, still.Height), durable: false);
        OutputRecord.Write(folder.Record(EditedFolder.Region, scene.VideoId, scene.SceneId), RegionRecipe(plan.SourceHash, plan.MaskHash),
            new ProofFacts(still.Width, still.Height, pixels), name);
    }

    /// <summary>The picture once, and its bytes for every variant that shares the edit.</summary>
    void Write(ScenePlan plan, ControlGroup group, RgbPicture picture, EditFacts facts)
    {
        SceneToEdit scene = plan.Scene;
        byte[] png = PngWriter.Rgb8(picture.Pixels, picture.Width, picture.Height);
        byte[] jpeg = JpegCodec.Rgb(picture.Pixels, picture.Width, picture.Height, settings.JpegQuality);
        foreach (string variant in group.Variants)
        {
            AtomicFile.WriteBytes(folder.Png(variant, scene.VideoId, scene.SceneId), png, durable: false);
            AtomicFile.WriteBytes(folder.Jpeg(variant, scene.VideoId, scene.SceneId), jpeg, durable: false);
            OutputRecord.Write(folder.Record(variant, scene.VideoId, scene.SceneId),
                Recipe(scene, plan.SourceHash, plan.MaskHash, group, variant), facts, scene.SceneId + ".png", scene.SceneId + ".jpg");
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
