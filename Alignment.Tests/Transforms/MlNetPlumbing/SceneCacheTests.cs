using Alignment.Transforms.MlNetPlumbing;

namespace Alignment.Tests.Transforms.MlNetPlumbing;

public sealed class SceneCacheTests
{
    [Test]
    public void Values_OfAScene_AreComputedOnce_UntilThreeNewerOnesCame()
    {
        var cache = new SceneCache();
        var computed = new List<string>();
        string Get(long scene, string key) => cache.Get(scene, key, () =>
        {
            computed.Add(key);
            return key;
        });
        foreach (string key in new[] { "a", "b", "a", "c", "a", "d", "a", "b" }) Assert.That(Get(1, key), Is.EqualTo(key));
        Assert.That(computed, Is.EqualTo(new[] { "a", "b", "c", "d", "b" }));
        Get(2, "b");
        Assert.That(computed, Has.Count.EqualTo(6), "another scene shares nothing");
    }
}
