using System.Security.Cryptography;

namespace Alignment.Transforms.Attention;

/// <summary>
/// The ControlNet's control [planes, H, W], of a scene's mask M and attention A', in the order the ControlNet was trained with. Number,
/// array and hash follow from the table.
/// </summary>
static class ControlStack
{
    delegate ReadOnlySpan<float> PlaneOf(ReadOnlySpan<float> mask, ReadOnlySpan<float> attention);

    sealed record Plane(string Name, string Label, bool ReadsAttention, PlaneOf Of);

    static readonly Plane[] s_planes =
    [
        new("mask", "keyword mask", ReadsAttention: false, (mask, _) => mask),
        new("attention", "attention", ReadsAttention: true, (_, attention) => attention),
    ];

    public static IReadOnlyList<string> Names { get; } = [.. s_planes.Select(p => p.Name)];
    public static IReadOnlyList<string> Labels { get; } = [.. s_planes.Select(p => p.Label)];

    public static int Channels => s_planes.Length;

    public static float[] Of(ReadOnlySpan<float> mask, ReadOnlySpan<float> attention)
    {
        float[] control = new float[Channels * mask.Length];
        Fill(mask, attention, control);
        return control;
    }

    public static void Fill(ReadOnlySpan<float> mask, ReadOnlySpan<float> attention, Span<float> control)
    {
        for (int i = 0; i < s_planes.Length; i++) s_planes[i].Of(mask, attention).CopyTo(control[(i * mask.Length)..]);
    }

    // SHA-256 over size and planes: equal controls have equal hashes whatever variant they came from.
    public static string Hash(int width, int height, ReadOnlySpan<float> mask, ReadOnlySpan<float> attention)
    {
        using var hash = new Hasher(width, height, mask);
        return hash.Of(mask, attention);
    }

    // Hashes the controls of one mask: what does not depend on attention is hashed once.
    public sealed class Hasher : IDisposable
    {
        readonly IncrementalHash _start = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        readonly int _hashed = s_planes.TakeWhile(p => !p.ReadsAttention).Count();

        public Hasher(int width, int height, ReadOnlySpan<float> mask)
        {
            // Every supported machine is little-endian, as ONNX Runtime is.
            _start.AppendData(MemoryMarshal.AsBytes<int>([width, height]));
            foreach (Plane plane in s_planes.AsSpan(0, _hashed)) _start.AppendData(MemoryMarshal.AsBytes(plane.Of(mask, default)));
        }

        /// <summary><paramref name="mask"/> is the constructor's.</summary>
        public string Of(ReadOnlySpan<float> mask, ReadOnlySpan<float> attention)
        {
            using IncrementalHash sha = _start.Clone();
            foreach (Plane plane in s_planes.AsSpan(_hashed)) sha.AppendData(MemoryMarshal.AsBytes(plane.Of(mask, attention)));
            return Convert.ToHexStringLower(sha.GetCurrentHash());
        }

        public void Dispose() => _start.Dispose();
    }
}
