using Alignment.Transforms.Images.Quality;
using Alignment.Transforms.MlNetPlumbing;
using Alignment.Transforms.Stages;

namespace Alignment.MLNet.Editing;

// What an edit did to its still, measured on the pixels that are written; the same for the same pictures.
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

    // Mean change of red, green and blue inside the region, in levels of 255.
    public required IReadOnlyList<double> ColourDrift { get; init; }

    // Largest difference outside the region, in levels. It must be 0.
    public required int BackgroundMaxDifference { get; init; }

    // Digits behind the point: sums are exact, but the last digits of a mean are nobody's business.
    const int Digits = 4;

    public static IReadOnlyList<string> Columns { get; } =
        [SceneColumns.Psnr, SceneColumns.Ssim, SceneColumns.Lpips, SceneColumns.ColourDrift, SceneColumns.LargestOutside];

    // Reads the row at hand, whenever it is called.
    public static Func<EditQuality> Open(RowReader row)
    {
        var (psnr, ssim, lpips) = (row.Value<double>(SceneColumns.Psnr), row.Value<double>(SceneColumns.Ssim),
            row.Value<double>(SceneColumns.Lpips));
        var (drift, outside) = (row.Doubles(SceneColumns.ColourDrift), row.Value<int>(SceneColumns.LargestOutside));
        return () => new()
        {
            PsnrDb = Round(psnr()),
            Ssim = Round(ssim()),
            Lpips = Round(lpips()),
            ColourDrift = [Math.Round(drift()[0], Digits), Math.Round(drift()[1], Digits), Math.Round(drift()[2], Digits)],
            BackgroundMaxDifference = outside(),
        };
    }

    static double? Round(double value) => double.IsNaN(value) ? null : Math.Round(value, Digits);
}
