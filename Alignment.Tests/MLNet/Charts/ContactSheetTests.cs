using Alignment.MLNet.Charts;
using Alignment.Transforms.Images;

namespace Alignment.Tests.MLNet.Charts;

public sealed class ContactSheetTests
{
    [Test]
    public void Write_Grid_PutsEachPictureInItsCell()
    {
        using var temp = new TempFolder();
        string Flat(byte grey)
        {
            byte[] pixels = new byte[40 * 20 * 3];
            Array.Fill(pixels, grey);
            string file = temp[$"{grey}.png"];
            PictureFile.WritePng(file, new(40, 20, pixels));
            return file;
        }
        string[,] cells = { { Flat(10), Flat(20), Flat(30) }, { Flat(40), Flat(50), Flat(60) } };
        ContactSheet.Write(temp["sheet.png"], ["a", "b"], ["x", "y", "z"], (r, c) => cells[r, c], cellWidth: 40);
        var sheet = PictureFile.ReadRgb8(temp["sheet.png"]);
        // Flat cells are 40x20: each grey fills 800 pixels, and reads left to right, top to bottom.
        int[] counts = [.. new byte[] { 10, 20, 30, 40, 50,
            60 }.Select(g => Enumerable.Range(0, sheet.Width * sheet.Height)
                .Count(i => sheet.Pixels.AsSpan(i * 3, 3).IndexOfAnyExcept(g) < 0))];
        Assert.That(counts, Is.All.InRange(800, 830), "a little more where letters' edges happen to have that grey");
        int First(byte g) => Enumerable.Range(0, sheet.Width * sheet.Height)
            .First(i => sheet.Pixels.AsSpan(i * 3, 3).IndexOfAnyExcept(g) < 0
            && sheet.Pixels.AsSpan((i + 20) * 3, 3).IndexOfAnyExcept(g) < 0);
        Assert.That(First(20) % sheet.Width - First(10) % sheet.Width, Is.EqualTo(46));
        Assert.That(First(40) / sheet.Width - First(10) / sheet.Width, Is.EqualTo(26));
    }

    [Test]
    public void Write_BrokenMissingAndVeryMany_StillMakesABoundedSheet()
    {
        using var temp = new TempFolder();
        File.WriteAllText(temp["broken.png"], "no picture");
        ContactSheet.Write(temp["sheet.png"], [.. Enumerable.Range(0, 5000).Select(i => $"scene {i}")], ["x", "y"],
            (r, c) => c == 0 ? temp["broken.png"] : null, cellWidth: 30);
        var header = PictureFile.ReadHeader(temp["sheet.png"]);
        Assert.That((long)header.Width * header.Height, Is.LessThan(24_000_000));
    }

    [Test]
    public void Write_Nothing_IsBadData()
    {
        using var temp = new TempFolder();
        Assert.That(() => ContactSheet.Write(temp["s.png"], [], ["x"], (_, _) => null), Throws.InstanceOf<BadDataException>());
    }
}
