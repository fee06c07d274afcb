using Alignment.MLNet.Dataset;
using Alignment.MLNet.Variants;
using Alignment.Transforms.Attention;
using Alignment.Transforms.Images;

namespace Alignment.MLNet.Editing;

/// <summary>A variant set on disk as scenes to edit.</summary>
sealed class VariantSetScenes(VariantSet set, IReadOnlyList<string> videos) : IScenesToEdit
{
    public IReadOnlyList<string> Variants => Variant.Names;

    public int Width => set.Width;

    public int Height => set.Height;

    public ProvenanceCounts AttentionOrigin => set.AttentionOrigin;

    public IEnumerable<SceneToEdit> Scenes() =>
        Of(set.VideoIds.Where(v => videos.Count == 0 || videos.Contains(v, StringComparer.Ordinal)));

    public IEnumerable<SceneToEdit> All() => Of(set.VideoIds);

    IEnumerable<SceneToEdit> Of(IEnumerable<string> chosen) =>
        from video in chosen
        let origins = set.AttentionOf(video)
        from rows in set.Video(video)
        let scene = rows[0].Scene
        select new SceneToEdit(scene.VideoId, scene.SceneId, scene.Keyword, scene.SceneImagePath, scene.KeywordMaskPath,
            [.. rows.Select(r => new VariantMap(r.Variant.Name, r.AttentionMapPath, r.ControlHash))])
        {
            Attention = origins.GetValueOrDefault(scene.SceneNumber, Alignment.MLNet.Dataset.HeatmapProvenance.Provided),
        };

    public float[] ReadMask(SceneToEdit scene, int width, int height)
    {
        float[] mask = new float[width * height];
        MapFile.Read(scene.MaskPath, width, height, mask);
        for (int i = 0; i < mask.Length; i++) mask[i] = mask[i] > set.MaskThreshold ? 1f : 0f;
        return mask;
    }

    public float[] ReadAttention(string path)
    {
        float[] map = new float[Width * Height];
        MapFile.Read(path, Width, Height, map);
        return map;
    }
}
