using Alignment.Transforms.Diffusion;
using Alignment.Transforms.Images;

namespace Alignment.MLNet.Editing;

/// <summary>How a whole variant set is edited.</summary>
public sealed record DatasetEditOptions
{
    /// <summary>How each scene is edited. Its width and height are not used: an edit has the size of the variants' maps.</summary>
    public EditOptions Edit { get; init; } = new();

    /// <summary>Quality of the JPEGs beside the PNGs, 1..100.</summary>
    public int JpegQuality { get; init; } = PictureFile.DefaultJpegQuality;

    /// <summary>Only these videos; empty for all.</summary>
    public IReadOnlyList<string> Videos { get; init; } = [];

    /// <summary>Refuses values out of range.</summary>
    /// <exception cref="UsageException">A value is out of range; the message names it.</exception>
    public void Check()
    {
        Edit.Check();
        if (JpegQuality is < 1 or > 100)
            throw UsageException.For("The JPEG quality", FormattableString.Invariant($"{JpegQuality}"), "1 to 100", "95 is hardly told from the PNG.");
    }
}
