using Alignment.Transforms.Diffusion.Sampling;
using Alignment.Transforms.Images;

namespace Alignment.MLNet.Editing;

/// <summary>How a whole variant set is edited.</summary>
public sealed record EditJobOptions
{
    /// <summary>How each scene is edited. Its width and height are not used: an edit has the size of the variants' maps.</summary>
    public EditOptions Edit { get; init; } = new();

    /// <summary>Quality of the JPEGs beside the PNGs, 1..100.</summary>
    public int JpegQuality { get; init; } = PictureFile.DefaultJpegQuality;

    /// <summary>
    /// Scenes held in memory beside the one that is denoised: as many are read and encoded ahead, and as many wait to be decoded and
    /// written. 0 does one thing after the other. Changes no byte.
    /// </summary>
    public int Ahead { get; init; } = 2;

    /// <summary>A strip of each edit's way is drawn with what the model took it for once in so many steps; 0 draws none. Changes no byte of
    /// the edits.</summary>
    public int PreviewEvery { get; init; }

    /// <summary>A CSV that gets the seconds of every edit made; null for none.</summary>
    public string? TimingsFile { get; init; }

    /// <summary>Only these videos; empty for all.</summary>
    public IReadOnlyList<string> Videos { get; init; } = [];

    /// <summary>Refuses values out of range.</summary>
    /// <exception cref="UsageException">A value is out of range; the message names it.</exception>
    public void Check()
    {
        Edit.Check();
        this.Require(Ahead, Ahead is >= 0 and <= 64, "0 to 64", "2 is the default; 0 does one thing after the other.");
        this.Require(PreviewEvery, PreviewEvery is >= 0 and <= 1000, "1 to 1000, or 0 for none",
            "3 shows four or five stages of the usual 15 steps.");
        this.Require(JpegQuality, JpegQuality is >= 1 and <= 100, "1 to 100", "95 is hardly told from the PNG.");
    }
}
