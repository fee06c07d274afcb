using System.Security.Cryptography;
using Alignment.Transforms.Attention;

namespace Alignment.Tests.Transforms.Attention;

public sealed class ControlStackTests
{
    static readonly float[] s_mask = [0, 1, 1, 0, 0, 1], s_attention = [0.5f, 0.25f, 1, 0, 0.125f, 0.75f];

    [Test]
    public void Planes_AreThoseOfTheReference() => Assert.That(ControlStack.Names, Is.EqualTo(new[] { "mask", "attention" }));

    [Test]
    public void Of_TwoMaps_StacksThemInOrder() =>
        Assert.That(ControlStack.Of(s_mask, s_attention), Is.EqualTo((float[])[.. s_mask, .. s_attention]));

    // The tables of finished runs hold this hash: little-endian int32 width and height, then both maps as float32.
    [Test]
    public void Hash_IsSha256OverSizeMaskAndAttention()
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        writer.Write(3);
        writer.Write(2);
        foreach (float value in s_mask.Concat(s_attention)) writer.Write(value);
        writer.Flush();
        string expected = Convert.ToHexStringLower(SHA256.HashData(bytes.ToArray()));
        Assert.That(ControlStack.Hash(3, 2, s_mask, s_attention), Is.EqualTo(expected));
        using var hasher = new ControlStack.Hasher(3, 2, s_mask);
        Assert.That(hasher.Of(s_mask, s_attention), Is.EqualTo(expected));
        Assert.That(hasher.Of(s_mask, s_mask), Is.Not.EqualTo(expected));
        Assert.That(ControlStack.Hash(2, 3, s_mask, s_attention), Is.Not.EqualTo(expected), "the size counts");
    }
}
