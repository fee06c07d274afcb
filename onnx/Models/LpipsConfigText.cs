using static Alignment.Onnx.Models.TrunkLayer;

namespace Alignment.Onnx.Models;

/// <summary>
/// A trunk as JSON, one text a layer: "conv 64 3 2 0" (channels, kernel, stride, padding), "relu", "maxpool 3 2 ceil"
/// (kernel, stride, "ceil" or "floor"), "fire 16 64" (squeeze, expand).
/// </summary>
static class LpipsConfigText
{
    const int MostLayers = 200, MostOfAnything = 1 << 16;

    public static string Of(LpipsConfig config) => ConfigText.Text(new()
    {
        ["name"] = config.Name,
        ["layers"] = ConfigText.List(config.Layers.Select(Text)),
        ["taps"] = ConfigText.List(config.Taps),
        ["shift"] = ConfigText.List(config.Shift),
        ["scale"] = ConfigText.List(config.Scale),
    });

    public static LpipsConfig Read(string path) => StrictJson.ReadFile(path, root =>
    {
        var config = new LpipsConfig
        {
            Name = root.GetProperty("name").GetString() ?? throw new FormatException("a name that is null"),
            Layers = [.. root.GetProperty("layers").EnumerateArray().Select(l => Layer(l.GetString() ?? ""))],
            Taps = [.. root.GetProperty("taps").EnumerateArray().Select(t => t.GetInt32())],
            Shift = [.. root.GetProperty("shift").EnumerateArray().Select(t => t.GetSingle())],
            Scale = [.. root.GetProperty("scale").EnumerateArray().Select(t => t.GetSingle())],
        };
        return config.Layers.Count <= MostLayers ? config
            : throw new FormatException($"{config.Layers.Count} layers, more than {MostLayers}");
    });

    static string Text(TrunkLayer layer) => layer switch
    {
        Conv c => $"conv {c.Channels} {c.Kernel} {c.Stride} {c.Padding}",
        Relu => "relu",
        MaxPool p => $"maxpool {p.Kernel} {p.Stride} {(p.Ceil ? "ceil" : "floor")}",
        Fire f => $"fire {f.Squeeze} {f.Expand}",
        _ => throw new NotSupportedException($"{layer}"),
    };

    static TrunkLayer Layer(string text)
    {
        string[] words = text.Split(' ');
        int[] n = [.. words.Skip(1).Where(w => w.Length > 0 && char.IsAsciiDigit(w[0]))
            .Select(w => int.Parse(w, NumberStyles.None, CultureInfo.InvariantCulture))];
        if (n.Any(i => i > MostOfAnything)) throw Bad();
        return (words[0], n.Length, words.Length) switch
        {
            ("conv", 4, 5) => new Conv(n[0], n[1], n[2], n[3]),
            ("relu", 0, 1) => new Relu(),
            ("maxpool", 2, 4) when words[3] is "ceil" or "floor" => new MaxPool(n[0], n[1], words[3] == "ceil"),
            ("fire", 2, 3) => new Fire(n[0], n[1]),
            _ => throw Bad(),
        };

        FormatException Bad() => new($"a layer '{SafePath.Shorten(text)}'");
    }
}
