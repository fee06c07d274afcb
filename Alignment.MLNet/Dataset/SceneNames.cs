using System.Text.RegularExpressions;

namespace Alignment.MLNet.Dataset;

// File names of stills, masks and heatmaps, read and expected. Extensions are compared without case, the rest exactly.
static partial class SceneNames
{
    // In order of preference where two files of one scene differ only there.
    public static readonly string[] Extensions = [".jpg", ".jpeg", ".png"];

    // Not read, but named in a message instead of being ignored.
    static readonly string[] s_otherPictures = [".bmp", ".gif", ".webp", ".tif", ".tiff", ".avif", ".heic", ".jfif"];

    public static bool IsPicture(string name) => Rank(name) < Extensions.Length;

    public static bool IsOtherPicture(string name) => s_otherPictures.Contains(Path.GetExtension(name), StringComparer.OrdinalIgnoreCase);

    public static int Rank(string name)
    {
        int at = Array.FindIndex(Extensions, e => e.Equals(Path.GetExtension(name), StringComparison.OrdinalIgnoreCase));
        return at < 0 ? Extensions.Length : at;
    }

    // Scene and picture number of {videoId}-Scene-{n} or {videoId}-Scene-{n}-{k}; k is 0 where it is not given.
    public static (int Scene, int Picture)? Parse(string fileName, string videoId)
    {
        if (!fileName.StartsWith(videoId, StringComparison.Ordinal)) return null;
        Match m = AfterId().Match(Path.GetFileNameWithoutExtension(fileName)[videoId.Length..]);
        if (!m.Success) return null;
        return (Number(m.Groups[1].ValueSpan), m.Groups[2].Success ? Number(m.Groups[2].ValueSpan) : 0);
    }

    // The scene number of a mask named scene_{n}.
    public static int? ParseShort(string fileName)
    {
        Match m = ShortName().Match(Path.GetFileNameWithoutExtension(fileName));
        return m.Success ? Number(m.Groups[1].ValueSpan) : null;
    }

    public static string ExpectedStill(string videoId) =>
        $"'{videoId}-Scene-{{n}}-01.jpg' (or .jpeg, .png), for example '{videoId}-Scene-001-01.jpg'";

    static int Number(ReadOnlySpan<char> digits) => int.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);

    // At most nine digits: fits an int.
    [GeneratedRegex(@"\A-Scene-([0-9]{1,9})(?:-([0-9]{1,9}))?\z", RegexOptions.CultureInvariant)]
    private static partial Regex AfterId();

    [GeneratedRegex(@"\Ascene_([0-9]{1,9})\z", RegexOptions.CultureInvariant)]
    private static partial Regex ShortName();
}
