using Alignment.MLNet.Storage;
using Alignment.MLNet.Variants;
using Alignment.Transforms.Images;
using Alignment.Transforms.MlNetPlumbing;
using Alignment.Transforms.Stages;

namespace Alignment.MLNet.Editing;

/// <summary>An edit as it was written, or why it could not be.</summary>
/// <param name="Index">The scene's place in the set.</param>
/// <param name="Scene">The scene.</param>
/// <param name="Group">The variants that got it.</param>
/// <param name="NothingToEdit">The picture is the still itself.</param>
sealed record WrittenEdit(long Index, SetScene Scene, ControlGroup Group, bool NothingToEdit)
{
    public double PrepareSeconds { get; init; }

    public double DenoiseSeconds { get; init; }

    // Decoding, compositing, measuring, writing.
    public double FinishSeconds { get; init; }

    public BadDataException? Failure { get; init; }
}

/// <summary>Compares the files of edits with what would be written now, and writes them from the rows of <see cref="EditChain"/>: every
/// file complete, the record last.</summary>
sealed class EditWriter(EditedFolder folder, EditJobOptions options, string modelHash)
{
    const int ProofFormat = 1;

    readonly EditSettings _settings = EditSettings.Of(options.Edit, options.JpegQuality);

    /// <summary>What a scene still needs. Records of finished edits whose heatmap is now known to come from elsewhere are written again; no
    /// picture is touched.</summary>
    /// <param name="scene">The scene.</param>
    /// <param name="controlIds">Of each of its variants, as computed now.</param>
    /// <exception cref="BadDataException">A map or the mask is not the one the variants were made with, or a file cannot be
    /// read.</exception>
    public ScenePlan Plan(SetScene scene, IReadOnlyList<string> controlIds)
    {
        foreach (var (variant, id) in scene.Variants.Zip(controlIds))
            if (variant.ControlHash != id)
                throw BadDataException.For($"The attention map '{SafePath.Shorten(variant.AttentionMapPath, 300)}' and the mask of "
                    + scene.SceneId, $"the control {id[..12]}…",
                    $"{SafePath.Shorten(variant.ControlHash, 12)}, as the variants' table has it",
                    "One of them changed since: delete the map and make the variants again.");
        var hashes = SceneHashes.Of(scene);
        ProofFacts? region = Current<ProofFacts>(EditedFolder.Region, scene, RegionRecipe(hashes));
        bool lacksProofs = region is null || Current<ProofFacts>(EditedFolder.Source, scene, SourceRecipe(hashes)) is null;
        ulong missing = 0;
        IReadOnlyList<ControlGroup> groups = ControlGroup.Of(scene);
        List<string> names = [.. scene.Variants.Select(v => v.Variant.Name)];
        foreach (ControlGroup group in groups)
        {
            if (!group.Variants.All(v => IsCurrent(scene, hashes, group, v))) missing |= 1UL << names.IndexOf(group.Variants[0]);
        }
        return new(missing, (byte)groups.Count, (byte)names.Count, lacksProofs, region?.RegionPixels == 0);
    }

    bool IsCurrent(SetScene scene, SceneHashes hashes, ControlGroup group, string variant)
    {
        EditRecipe recipe = Recipe(scene, hashes, group, variant);
        if (Current<EditFacts>(variant, scene, recipe) is not { } facts) return false;
        if (facts.AttentionOrigin != scene.Attention)
            OutputRecord.Write(folder.Record(variant, scene.VideoId, scene.SceneId), recipe,
                facts with { AttentionOrigin = scene.Attention }, scene.SceneId + ".png", scene.SceneId + ".jpg");
        return true;
    }

    /// <summary>Writes the still and the region beside the edits.</summary>
    /// <param name="scene">The scene.</param>
    /// <param name="still">As decoded.</param>
    /// <param name="region">The weight of an edit at each pixel.</param>
    /// <param name="pixels">Those above 0.</param>
    public void WriteProofs(SetScene scene, RgbPicture still, ReadOnlySpan<float> region, long pixels)
    {
        byte[] allowed = new byte[region.Length];
        for (int i = 0; i < allowed.Length; i++) allowed[i] = region[i] > 0 ? byte.MaxValue : (byte)0;
        var hashes = SceneHashes.Of(scene);
        Write(EditedFolder.Source, PngWriter.Rgb8(still.Pixels, still.Width, still.Height), SourceRecipe(hashes), null);
        Write(EditedFolder.Region, PngWriter.Grey8(allowed, still.Width, still.Height), RegionRecipe(hashes), pixels);

        void Write(string kind, byte[] png, object recipe, long? pixels)
        {
            AtomicFile.WriteBytes(folder.Png(kind, scene.VideoId, scene.SceneId), png, durable: false);
            OutputRecord.Write(folder.Record(kind, scene.VideoId, scene.SceneId), recipe, new ProofFacts(still.Width, still.Height, pixels),
                scene.SceneId + ".png");
        }
    }

    /// <summary>The columns that <see cref="Open"/> reads.</summary>
    public IReadOnlyList<string> Columns { get; } =
    [
        SetView.SceneColumn, SceneColumns.Variant, SceneColumns.RegionPixels, SceneColumns.EditSeconds, SceneColumns.EditedImage,
        .. EditQuality.Columns,
        .. options.PreviewEvery > 0 ? [SceneColumns.EditPreview] : Array.Empty<string>(),
    ];

    /// <summary>Writes the row at hand, whenever it is called: the picture once, and its bytes for every variant that shares the
    /// edit.</summary>
    public Func<WrittenEdit> Open(DataViewRow at, Action<WrittenEdit> written)
    {
        var row = new RowReader(at);
        var (scene, variant) = (row.Value<SetScene>(SetView.SceneColumn), row.Text(SceneColumns.Variant));
        var (pixels, seconds, edited) = (row.Value<long>(SceneColumns.RegionPixels), row.Doubles(SceneColumns.EditSeconds),
            row.Picture(SceneColumns.EditedImage));
        Func<EditQuality> quality = EditQuality.Open(row);
        Func<RgbPicture>? preview = options.PreviewEvery > 0 ? row.Picture(SceneColumns.EditPreview) : null;
        return () =>
        {
            string name = variant();
            SetScene of = scene();
            var edit = new WrittenEdit(row.Group, of, ControlGroup.Of(of).First(g => g.Variants[0] == name), NothingToEdit: false);
            try
            {
                edit = edit with { NothingToEdit = pixels() == 0 };
                if (!edit.NothingToEdit) edit = edit with { PrepareSeconds = seconds()[0], DenoiseSeconds = seconds()[1] };
                long began = TimeProvider.System.GetTimestamp();
                Write(edit, edited(), pixels(), edit.NothingToEdit ? null : quality(), edit.NothingToEdit ? null : preview);
                edit = edit with { FinishSeconds = TimeProvider.System.GetElapsedTime(began).TotalSeconds };
            }
            catch (BadDataException e)
            {
                return edit with { Failure = e };
            }
            written(edit);
            return edit;
        };
    }

    void Write(WrittenEdit edit, RgbPicture picture, long pixels, EditQuality? quality, Func<RgbPicture>? preview)
    {
        SetScene scene = edit.Scene;
        var hashes = SceneHashes.Of(scene);
        var facts = new EditFacts
        {
            RegionPixels = pixels,
            NothingToEdit = edit.NothingToEdit,
            AttentionOrigin = scene.Attention,
            Quality = quality,
        };
        byte[] png = PngWriter.Rgb8(picture.Pixels, picture.Width, picture.Height);
        byte[] jpeg = JpegCodec.Rgb(picture.Pixels, picture.Width, picture.Height, options.JpegQuality);
        foreach (string variant in edit.Group.Variants)
        {
            AtomicFile.WriteBytes(folder.Png(variant, scene.VideoId, scene.SceneId), png, durable: false);
            AtomicFile.WriteBytes(folder.Jpeg(variant, scene.VideoId, scene.SceneId), jpeg, durable: false);
            OutputRecord.Write(folder.Record(variant, scene.VideoId, scene.SceneId), Recipe(scene, hashes, edit.Group, variant), facts,
                scene.SceneId + ".png", scene.SceneId + ".jpg");
            folder.RemovePreview(variant, scene.VideoId, scene.SceneId);
        }
        if (preview?.Invoke() is { } strip) AtomicFile.WriteBytes(folder.Preview(edit.Group.Variants[0], scene.VideoId, scene.SceneId),
            PngWriter.Rgb8(strip.Pixels, strip.Width, strip.Height), durable: false);
    }

    TFacts? Current<TFacts>(string kind, SetScene scene, object recipe) where TFacts : class =>
        OutputRecord.Current<TFacts>(folder.Record(kind, scene.VideoId, scene.SceneId), recipe);

    EditRecipe Recipe(SetScene scene, SceneHashes hashes, ControlGroup group, string variant) => new()
    {
        VideoId = scene.VideoId,
        SceneId = scene.SceneId,
        Variant = variant,
        EditOf = group.Variants[0],
        Prompt = options.Edit.PromptFor(scene.Scene.Keyword),
        ModelSha256 = modelHash,
        SourceSha256 = hashes.Still,
        MaskSha256 = hashes.Mask,
        ControlSha256 = group.Hash,
        Settings = _settings,
    };

    static SourceRecipe SourceRecipe(SceneHashes hashes) => new(ProofFormat, hashes.Still);

    RegionRecipe RegionRecipe(SceneHashes hashes) =>
        new(ProofFormat, hashes.Still, hashes.Mask, options.Edit.Region.Dilation, options.Edit.Region.Feather);

    readonly record struct SceneHashes(string Still, string Mask)
    {
        public static SceneHashes Of(SetScene scene) =>
            new(FileHash.OfFile(scene.Scene.SceneImagePath), FileHash.OfFile(scene.Scene.KeywordMaskPath));
    }
}
