using System.Buffers;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using Alignment.MLNet.Dataset;
using Alignment.Onnx.Weights;
using Alignment.Transforms.Attention;
using Alignment.Transforms.Images;

namespace Alignment.MLNet.Variants;

/// <summary>What one variant did to a scene, and where its files are.</summary>
sealed record MadeVariant(Variant Variant, SceneChange Change, AttentionScore After, string Jpeg, string Map, string Control, bool Distinct);

/// <summary>
/// Makes one scene's variants: maps computed, encoded and hashed once for all variants that share them, files written. Scenes
/// depend on nothing but their files and the options, so that several are made at once.
/// </summary>
static class SceneVariants
{
    /// <summary>What was made of a scene.</summary>
    public sealed record Made(AttentionScore Before, bool HasProduct, IReadOnlyList<MadeVariant> Variants);

    /// <summary>Makes a scene's files.</summary>
    /// <param name="folder">The video's folder.</param>
    /// <param name="scene">The scene.</param>
    /// <param name="window">Its third of the video.</param>
    /// <param name="options">How.</param>
    /// <param name="pool">Where its maps come from, and go back to.</param>
    public static Made Make(string folder, SceneRecord scene, int window, VariantOptions options, MapPool pool)
    {
        using SceneMaps maps = SceneMaps.Load(scene, options, pool);
        var scored = new Dictionary<float[], (AttentionScore Score, string Control, byte[] Jpeg)>(ReferenceEqualityComparer.Instance);
        var known = new Dictionary<string, string>(StringComparer.Ordinal);   // control → its lossless map
        using IncrementalHash prefix = ControlHash(options, maps.Mask);
        var made = new List<MadeVariant>();
        IReadOnlyList<SceneChange> changes = SceneChange.All(maps, scene.SceneId, window, options);
        for (int v = 0; v < changes.Count; v++)
        {
            Variant variant = Variant.All[v];
            float[] attention = changes[v].Attention;
            if (!scored.TryGetValue(attention, out var shared)) scored[attention] = shared = (AttentionScore.Of(attention, maps.Mask), ControlHash(prefix, attention), Jpeg(attention, options));
            string jpeg = VariantFiles.Jpeg(folder, variant, scene.SceneId);
            // Not forced to the disk one by one, which took longer than all the rest; the manifest comes after them, and Finished looks at their lengths.
            AtomicFile.WriteBytes(jpeg, shared.Jpeg, durable: false);
            bool distinct = !known.TryGetValue(shared.Control, out string? map);
            if (distinct)
            {
                known[shared.Control] = map = VariantFiles.Map(folder, variant, scene.SceneId);
                SafetensorsWriter.Write(map, [SafetensorsTensor.Floats(VariantFiles.Tensor, [options.Height, options.Width], attention)], durable: false);
            }
            made.Add(new(variant, changes[v] with { Attention = [] }, shared.Score, jpeg, map!, shared.Control, distinct));
        }
        return new(scored[maps.Attention].Score, maps.HasProduct, made);
    }

    /// <summary>The map as people see it.</summary>
    public static byte[] Jpeg(float[] attention, VariantOptions options)
    {
        byte[] grey = ArrayPool<byte>.Shared.Rent(attention.Length);
        try
        {
            Grey(attention, grey.AsSpan(0, attention.Length));
            return PictureFile.JpegGrey(options.Width, options.Height, grey.AsSpan(0, attention.Length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(grey);
        }
    }

    /// <summary>0..1 to 0..255, halves up.</summary>
    internal static void Grey(ReadOnlySpan<float> attention, Span<byte> grey)
    {
        ref float from = ref MemoryMarshal.GetReference(attention);
        Vector256<float> white = Vector256.Create(255f), half = Vector256.Create(0.5f);
        int i = 0;
        for (; i + Vector256<byte>.Count <= grey.Length; i += Vector256<byte>.Count)
        {
            Vector256<ushort> low = Vector256.Narrow(Level(ref from, i), Level(ref from, i + 8)), high = Vector256.Narrow(Level(ref from, i + 16), Level(ref from, i + 24));
            Vector256.Narrow(low, high).StoreUnsafe(ref MemoryMarshal.GetReference(grey), (nuint)i);
        }
        for (; i < grey.Length; i++) grey[i] = (byte)(attention[i] * 255f + 0.5f);

        Vector256<uint> Level(ref float from, int at) => Vector256.ConvertToInt32(Vector256.LoadUnsafe(ref from, (nuint)at) * white + half).AsUInt32();
    }

    /// <summary>SHA-256 over size, M and A' as the edit gets them: equal controls, equal hashes.</summary>
    static IncrementalHash ControlHash(VariantOptions options, float[] mask)
    {
        var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha.AppendData(MemoryMarshal.AsBytes<int>([options.Width, options.Height]));
        sha.AppendData(MemoryMarshal.AsBytes<float>(mask));
        return sha;
    }

    static string ControlHash(IncrementalHash prefix, float[] attention)
    {
        using IncrementalHash sha = prefix.Clone();
        sha.AppendData(MemoryMarshal.AsBytes<float>(attention));
        return Convert.ToHexStringLower(sha.GetCurrentHash());
    }
}
