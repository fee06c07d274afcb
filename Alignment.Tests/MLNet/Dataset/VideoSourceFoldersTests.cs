using Alignment.MLNet.Dataset;

namespace Alignment.Tests.MLNet.Dataset;

sealed class VideoSourceFoldersTests
{
    [TestCase("set")]
    [TestCase("set/data")]
    public void FoldersOf_TheDataFolderOrTheOneAroundIt_FindSceneListAndVideo(string given)
    {
        using var temp = new TempFolder();
        string cuts = Path.Combine(temp["set"], "data", "video_scene_cuts", "ad");
        Directory.CreateDirectory(cuts);
        File.WriteAllText(Path.Combine(cuts, "scenes.csv"), "");
        File.WriteAllText(Path.Combine(temp["set"], "ad.mp4"), "");

        VideoSource found = VideoSource.Find("ad", VideoSource.FoldersOf(temp[given]));

        Assert.That((found.SceneListFile, found.File), Is.EqualTo((Path.Combine(cuts, "scenes.csv"), Path.Combine(temp["set"], "ad.mp4"))));
    }

    [Test]
    public void FoldersOf_NoDataSet_SaysWhatWasLookedFor()
    {
        using var temp = new TempFolder();

        Assert.That(() => VideoSource.FoldersOf(temp["nothing"]),
            Throws.InstanceOf<BadDataException>().With.Message.Contains("video_scene_cuts"));
    }
}
