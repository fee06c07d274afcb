using Alignment.MLNet.Editing;
using Alignment.MLNet.Storage;
using Alignment.Transforms.Images;

namespace Alignment.Tests.MLNet.Editing;

/// <summary>Reads edited pictures back and compares them with the stills.</summary>
static class EditedProof
{
    /// <summary>Asserts that no pixel outside the region differs in any variant; returns how many differ inside.</summary>
    public static int Check(EditedFolder folder, IEnumerable<string> variants,
        IEnumerable<(string VideoId, string SceneId, string StillPath)> scenes)
    {
        int changed = 0, compared = 0;
        foreach (var (video, scene, path) in scenes)
        {
            RgbPicture still = PictureFile.ReadRgb8(path), proof = PictureFile.ReadRgb8(folder.Png(EditedFolder.Source, video, scene)),
                region = PictureFile.ReadRgb8(folder.Png(EditedFolder.Region, video, scene));
            Assert.That(proof.Pixels, Is.EqualTo(still.Pixels), "the proof is the decoded still");
            foreach (string variant in variants)
            {
                RgbPicture edited = PictureFile.ReadRgb8(folder.Png(variant, video, scene));
                Assert.That((edited.Width, edited.Height, region.Width, region.Height),
                    Is.EqualTo((still.Width, still.Height, still.Width, still.Height)));
                for (int i = 0; i < still.Pixels.Length; i++)
                {
                    if (edited.Pixels[i] == still.Pixels[i]) continue;
                    if (region.Pixels[i] == 0)
                        Assert.Fail($"{variant} of {scene}: pixel {i / 3 % still.Width},{i / 3 / still.Width} outside the region changed.");
                    changed++;
                }
                compared++;
            }
        }
        Assert.That(compared, Is.GreaterThan(0));
        return changed;
    }
}

/// <summary>What a folder holds, to be compared with what another one holds.</summary>
static class Snapshot
{
    /// <summary>Relative name → hash of every file; leftovers of writing are files too.</summary>
    public static SortedDictionary<string, string> Of(string folder) => new(
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .ToDictionary(f => Path.GetRelativePath(folder, f), FileHash.OfFile), StringComparer.Ordinal);

    public static SortedDictionary<string, long> Times(string folder, string pattern = "*") => new(
        Directory.EnumerateFiles(folder, pattern, SearchOption.AllDirectories)
        .ToDictionary(f => Path.GetRelativePath(folder, f), f => File.GetLastWriteTimeUtc(f).Ticks), StringComparer.Ordinal);
}
