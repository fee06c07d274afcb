using Alignment.MLNet.Dataset;
using Alignment.MLNet.Storage;
using Alignment.Transforms.Images;

namespace Alignment.MLNet.Masks;

/// <summary>
/// The files of one scene's mask:
/// <code>
/// keyword_masks/{video_id}/scene_{n}.png         8 bits, 255 on the product, else 0
/// keyword_masks/{video_id}/scene_{n}.soft.png    16 bits, the probability
/// keyword_masks/{video_id}/scene_{n}.json        the inputs of both, and their hashes
/// </code>
/// The record is written before the mask, so that a killed run leaves no mask of unknown origin.
/// </summary>
sealed class MaskFiles
{
    readonly string _folder, _name;

    public MaskFiles(SceneFolder folder, string videoId, SceneFiles scene)
    {
        Existing = scene.Mask;
        string own = SafePath.Under(folder.DataFolder, Layout.Masks, videoId,
            Invariant($"scene_{scene.Number}.png"));
        Mask = scene.Mask is { } there && Path.GetExtension(there).Equals(".png", StringComparison.OrdinalIgnoreCase) ? there : own;
        (_folder, _name) = (Path.GetDirectoryName(Mask)!, Path.GetFileNameWithoutExtension(Mask));
        if (Existing is null && (new DirectoryInfo(_folder).LinkTarget is not null
            || new FileInfo(Mask) is { Exists: true } or { LinkTarget: not null }))
            throw BadDataException.For($"The mask '{Mask}'", "a link in its place or its folder's",
                "a plain folder, and nothing where the mask goes",
                "Copy the files there instead: no mask is written through links, and none that is there is overwritten.");
    }

    // The mask that is there, in either layout, or null.
    public string? Existing { get; }

    public string Mask { get; }

    public string Soft => Path.Combine(_folder, _name + ".soft.png");

    public string Record => Path.Combine(_folder, _name + ".json");

    // Whether a mask of another format would be read instead of Mask.
    public bool IsShadowed => Existing is not null && Existing != Mask;

    public bool IsUpToDate(object recipe) => Existing == Mask && OutputRecord.Current<object>(Record, recipe) is not null;

    public void Write(MaskColumns columns, bool soft, object recipe, object facts)
    {
        (int width, int height) = columns.Size();
        ReadOnlySpan<float> mask = columns.Mask();
        byte[] grey = new byte[mask.Length];
        for (int i = 0; i < grey.Length; i++) grey[i] = mask[i] > 0 ? (byte)255 : (byte)0;
        byte[] png = PngWriter.Grey8(grey, width, height);
        var hashes = new SortedDictionary<string, string>(StringComparer.Ordinal) { [Path.GetFileName(Mask)] = FileHash.OfBytes(png) };
        if (soft)
        {
            ReadOnlySpan<float> probability = columns.Probability();
            ushort[] words = new ushort[probability.Length];
            for (int i = 0; i < words.Length; i++) words[i] = (ushort)(probability[i] * 65535f + 0.5f);
            byte[] softPng = PngWriter.Grey16(words, width, height);
            hashes.Add(Path.GetFileName(Soft), FileHash.OfBytes(softPng));
            AtomicFile.WriteBytes(Soft, softPng, durable: false);
        }
        else File.Delete(Soft);
        OutputRecord.WriteHashed(Record, recipe, facts, hashes);
        AtomicFile.WriteBytes(Mask, png, durable: false);
    }
}
