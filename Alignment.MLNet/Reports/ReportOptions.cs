using System.Runtime.CompilerServices;

namespace Alignment.MLNet.Reports;

/// <summary>What a report shows.</summary>
public sealed record ReportOptions
{
    /// <summary>Scenes on the contact sheet, spread over the videos and over each video's length; the rest is counted. 0: none.</summary>
    public int ScenesShown { get; init; } = 24;

    /// <summary>About how many megabytes the pictures may take in the page, above 0, at most 500: fewer scenes are shown where they would
    /// take more. The default opens on a phone and goes through most mail.</summary>
    public double PictureMegabytes { get; init; } = 16;

    /// <summary>Width of the pictures in pixels, 64 to 640; shown smaller where there is no room.</summary>
    public int PictureWidth { get; init; } = 208;

    /// <summary>Quality of the pictures' JPEGs, 1 to 100: small, and good enough to see what an edit did.</summary>
    public int JpegQuality { get; init; } = 72;

    /// <summary>Puts small copies of the videos into the page, for as many as fit <see cref="VideoMegabytes"/>.</summary>
    public bool Videos { get; init; }

    /// <summary>Most megabytes that the videos may take in the page (a third more as text), above 0, at most 200: a page that a mail can
    /// carry.</summary>
    public double VideoMegabytes { get; init; } = 8;

    /// <summary>Width of the videos' copies in pixels, 64 to 640.</summary>
    public int VideoWidth { get; init; } = 240;

    internal void Check()
    {
        Check(ScenesShown, ScenesShown is >= 0 and <= 10_000, "0 to 10,000");
        Check(PictureMegabytes, PictureMegabytes is > 0 and <= 500, "more than 0, at most 500");
        Check(PictureWidth, PictureWidth is >= 64 and <= 640, "64 to 640 pixels");
        Check(JpegQuality, JpegQuality is >= 1 and <= 100, "1 to 100");
        Check(VideoMegabytes, VideoMegabytes is > 0 and <= 200, "more than 0, at most 200");
        Check(VideoWidth, VideoWidth is >= 64 and <= 640, "64 to 640 pixels");

        void Check(double found, bool right, string expected, [CallerArgumentExpression(nameof(found))] string property = "") =>
            this.Require(found, right, expected, "Leave it out for the default.", property);
    }
}
