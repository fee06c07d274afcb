using Alignment.Transforms.Diffusion.Compositing;
using Alignment.Transforms.Images;
using Alignment.Transforms.Images.Quality;

namespace Alignment.MLNet.Editing;

/// <summary>What an edit did to its still, measured on the pixels that are written; the same for the same pictures.</summary>
sealed record EditQuality
{
    /// <summary>Inside the region: <see cref="PixelChange.PsnrDb"/>; null for no change at all.</summary>
    public required double? PsnrDb { get; init; }

    /// <summary>Within the rectangle around the region: <see cref="StructuralSimilarity"/>; null where the picture is smaller than its
    /// window.</summary>
    public required double? Ssim { get; init; }

    /// <summary>LPIPS within the rectangle around the region, by the model's own network; null where the model has none, or the picture is
    /// smaller than it needs.</summary>
    public double? Lpips { get; init; }

    /// <summary>Mean change of red, green and blue inside the region, in levels of 255.</summary>
    public required IReadOnlyList<double> ColourDrift { get; init; }

    /// <summary>Largest difference outside the region, in levels. It must be 0.</summary>
    public required int BackgroundMaxDifference { get; init; }

    /// <summary>Digits behind the point: sums are exact, but the last digits of a mean are nobody's business.</summary>
    const int Digits = 4;

    /// <param name="still">Before.</param>
    /// <param name="edited">After, of the same size.</param>
    /// <param name="region">Where pixels may change.</param>
    /// <param name="allowed">The same as bytes, [H,W]; above 0 is inside.</param>
    /// <param name="diffusion">For LPIPS.</param>
    public static EditQuality Of(RgbPicture still, RgbPicture edited, EditRegion region, byte[] allowed, ISceneDiffusion diffusion)
    {
        var rectangle = (region.Left, region.Top, region.BoundsWidth, region.BoundsHeight);
        PixelChange change = PixelChange.Of(still.Pixels, edited.Pixels, allowed);
        double? ssim = StructuralSimilarity.Mean(still.Pixels, edited.Pixels, still.Width, rectangle);
        return new()
        {
            PsnrDb = Round(change.PsnrDb),
            Ssim = Round(ssim),
            Lpips = Round(diffusion.Distance(still, edited, rectangle)),
            ColourDrift = [Math.Round(change.Red, Digits), Math.Round(change.Green, Digits), Math.Round(change.Blue, Digits)],
            BackgroundMaxDifference = change.LargestOutside,
        };
    }

    static double? Round(double? value) => value is { } number ? Math.Round(number, Digits) : null;
}
