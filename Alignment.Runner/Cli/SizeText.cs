namespace Alignment.Runner.Cli;

// A picture size as one types it: "512" for a square, "640x360" for width × height.
static class SizeText
{
    public static (int Width, int Height) Parse(string text, string option = "--size")
    {
        string[] sides = text.Split('x', 'X', '×');
        int width = 0, height = 0;
        bool right = sides.Length is 1 or 2
            && int.TryParse(sides[0], NumberStyles.None, CultureInfo.InvariantCulture, out width)
            && int.TryParse(sides[^1], NumberStyles.None, CultureInfo.InvariantCulture, out height)
            && width > 0 && height > 0;
        return right ? (width, height) : throw UsageException.For(option, $"'{SafePath.Shorten(text)}'",
            "one side of a square or WIDTHxHEIGHT, in pixels", $"For example {option} 512 or {option} 640x384.");
    }

    public static string Of(int width, int height) => Invariant($"{width}x{height}");
}
