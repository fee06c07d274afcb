using Alignment.MLNet.Synthetic;

namespace Alignment.Tests.Tools.Stills;

/// <summary>Product colours that have a name in prompts. Every name is one token of the tiny model's tokenizer.</summary>
static class NamedColours
{
    static readonly (string Name, int Rgb)[] s_all =
    [
        ("red", 0xCE2A20), ("orange", 0xEE7D1A), ("yellow", 0xF6CC22), ("green", 0x27A048), ("turquoise", 0x1EBDB4), ("blue", 0x2459CC),
        ("purple", 0x7D35AE), ("pink", 0xEE66A4), ("brown", 0x80502C), ("white", 0xF4F2EC), ("black", 0x1D1D22),
    ];

    /// <summary>The names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. s_all.Select(c => c.Name)];

    /// <summary>How many.</summary>
    public static int Count => s_all.Length;

    /// <summary>A colour's name and ink.</summary>
    public static (string Name, Ink Ink) At(int i) => (s_all[i].Name, Ink.Of(s_all[i].Rgb));
}
