using System.Globalization;
using System.Text;
using Alignment.Transforms.Images;

namespace Alignment.Tests.MLNet.Dataset;

/// <summary>Writes little data sets of 8x6 pictures.</summary>
sealed class SmallDataSet(string root)
{
    readonly StringBuilder _keywords = new("_id,keyword_list[0]\n");

    public string Root { get; } = root;

    public SmallDataSet Video(string id, int scenes, string keyword = "bottle")
    {
        for (int n = 1; n <= scenes; n++) Scene(id, n);
        return Keyword(id, keyword);
    }

    public SmallDataSet Scene(string id, int n)
    {
        string padded = n.ToString("000", CultureInfo.InvariantCulture);
        Still($"video_scene_cuts/{id}/{id}-Scene-{padded}-01.jpg");
        Mask($"keyword_masks/{id}/scene_{n.ToString(CultureInfo.InvariantCulture)}.png");
        return Heatmap($"attention_heatmap/{id}/{id}-Scene-{padded}.jpg");
    }

    public SmallDataSet Keyword(string id, string keyword)
    {
        _keywords.Append(id).Append(',').Append(keyword).Append('\n');
        return Text("keywords.csv", _keywords.ToString());
    }

    public SmallDataSet Still(string path, int width = 8, int height = 6)
    {
        byte[] pixels = [.. Enumerable.Range(0, width * height * 3).Select(i => (byte)(i * 5))];
        if (path.EndsWith(".png", StringComparison.OrdinalIgnoreCase)) PictureFile.WritePng(this[path], new(width, height, pixels));
        else PictureFile.WriteJpeg(this[path], new(width, height, pixels));
        return this;
    }

    public SmallDataSet Mask(string path, int width = 8, int height = 6, bool empty = false)
    {
        PictureFile.WritePngGrey(this[path], width, height, Grey(width, height, i => !empty && i % width < 3 ? 255 : 0));
        return this;
    }

    public SmallDataSet Heatmap(string path, int width = 8, int height = 6, bool blank = false)
    {
        byte[] grey = Grey(width, height, i => blank ? 0 : 20 + i % 100);
        if (path.EndsWith(".png", StringComparison.OrdinalIgnoreCase)) PictureFile.WritePngGrey(this[path], width, height, grey);
        else PictureFile.WriteJpegGrey(this[path], width, height, grey);
        return this;
    }

    public SmallDataSet Text(string path, string text) => Bytes(path, Encoding.UTF8.GetBytes(text));

    public SmallDataSet Bytes(string path, byte[] bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[path])!);
        File.WriteAllBytes(this[path], bytes);
        return this;
    }

    public string this[string path] => Path.Combine(Root, path.Replace('/', Path.DirectorySeparatorChar));

    static byte[] Grey(int width, int height, Func<int, int> value) => [.. Enumerable.Range(0, width * height).Select(i => (byte)value(i))];
}
