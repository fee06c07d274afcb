using Alignment.MLNet.Editing;
using Alignment.MLNet.Storage;
using Alignment.MLNet.Variants;
using Alignment.Transforms.Attention;

namespace Alignment.MLNet.Dose;

/// <summary>A scene under its variants, to be measured.</summary>
/// <param name="Damage">Why the video's tables cannot be read further; then there is no scene and no variant.</param>
sealed record DoseScene(string VideoId, string SceneId, IReadOnlyList<VariantScene> Variants, string? Damage = null)
{
    string[] _pictures = [];

    public string Source { get; private set; } = "";

    public string Region { get; private set; } = "";

    // The edit under a variant; equal pictures of the scene have one path.
    public string Picture(int variant) => _pictures[variant];

    public static IEnumerable<DoseScene> All(VariantSet set)
    {
        foreach (string video in set.VideoIds)
        {
            using IEnumerator<IReadOnlyList<VariantScene>> scenes = set.Video(video).GetEnumerator();
            DoseScene? scene;
            do
            {
                try
                {
                    scene = scenes.MoveNext() ? new(video, scenes.Current[0].Scene.SceneId, scenes.Current) : null;
                }
                catch (BadDataException e)
                {
                    scene = new(video, "", [], e.Message);
                }
                if (scene is not null) yield return scene;
            }
            while (scene is { Damage: null });
        }
    }

    sealed record EditedAs
    {
        public string ControlSha256 { get; init; } = "";
    }

    /// <summary>Finds the pictures; the hashes of all files are the recipe.</summary>
    /// <exception cref="BadDataException">An edit is missing, unfinished, or of another map.</exception>
    public SceneRecipe Find(EditedFolder folder, SceneRecipe recipe)
    {
        if (Damage is not null) throw new BadDataException(Damage);
        (Source, Region) = (folder.Png(EditedFolder.Source, VideoId, SceneId), folder.Png(EditedFolder.Region, VideoId, SceneId));
        VariantRecipe[] variants = [.. Variants.Select(row => OfVariant(folder, row))];
        recipe = recipe with
        {
            SceneId = SceneId,
            SourceSha256 = FileHash.OfFile(Source),
            RegionSha256 = FileHash.OfFile(Region),
            Variants = variants,
        };
        _pictures = [.. variants.Select(v => v.PictureSha256 == recipe.SourceSha256 ? Source
            : folder.Png(variants.First(first => first.PictureSha256 == v.PictureSha256).Variant, VideoId, SceneId))];
        return recipe;
    }

    VariantRecipe OfVariant(EditedFolder folder, VariantScene row)
    {
        string name = row.Variant.Name, path = folder.Png(name, VideoId, SceneId),
            subject = $"The edit of {SafePath.Shorten(SceneId)} under {name}";
        if (!File.Exists(path)) throw BadDataException.For(subject, $"no file '{path}'", "the edited picture",
            "Run `alignment edit` again; its own report says why a scene could not be edited.");
        string hash = FileHash.OfFile(path);
        if (OutputRecord.RecipeOf<EditedAs>(folder.Record(name, VideoId, SceneId), SceneId + ".png", hash) is not { } edited)
            throw BadDataException.For(subject, "a picture that its record does not know",
                "the picture and the record beside it as `alignment edit` wrote them",
                "It was changed or not finished: run `alignment edit` again.");
        if (edited.ControlSha256 != row.ControlHash)
            throw BadDataException.For(subject, $"one made of the map {SafePath.Shorten(edited.ControlSha256, 12)}",
                $"{SafePath.Shorten(row.ControlHash, 12)}, as the variants' table has it",
                "The variants were made again since: run `alignment edit` again.");
        return new(name, TemporalWindows.Names[row.Window], row.Modified, row.ControlHash, hash);
    }
}
